import Glibc
import ImageBatch
import Synchronization
import SystemPackage

/// A file or standard output that results go to, line by line.
final class ResultStream: Sendable {
  /// Why nothing goes there any more.
  enum Fault: Equatable {
    /// Whoever read has gone away: no fault of this run.
    case readerGone
    /// What the system said.
    case failed(Errno)
  }

  private let descriptor: CInt
  private let fault = Mutex<Fault?>(nil)

  /// As people know it.
  let name: String

  static let standardOutput = ResultStream(descriptor: STDOUT_FILENO, name: "standard output")

  private init(descriptor: CInt, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  /// Why a report can't go to a file.
  enum OpenError: Error, CustomStringConvertible {
    /// What stands there is something else, such as a picture: a slip of the hand must not cost it.
    case holdsNoReport
    /// What the system said.
    case failed(Errno)

    var description: String {
      switch self {
      case .holdsNoReport: "this file is no report, and is left as it is"
      case .failed(let error): "\(error)"
      }
    }
  }

  /// A file that is made, or, where it holds a report, written anew.
  convenience init(reportAt path: FilePath) throws(OpenError) {
    guard !Self.holdsSomethingElse(path) else { throw .holdsNoReport }
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: [
          .ownerReadWrite, .groupReadWrite, .otherReadWrite,
        ])
      self.init(descriptor: file.rawValue, name: path.escaped)
    } catch {
      throw .failed(error as? Errno ?? .ioError)
    }
  }

  /// Whether a regular file stands there that is not empty and does not start as JSON Lines do.
  private static func holdsSomethingElse(_ path: FilePath) -> Bool {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    else { return false }
    defer { try? file.close() }
    var first: UInt8 = 0
    let count = withUnsafeMutableBytes(of: &first) { try? file.read(into: $0) }
    return count == 1 && first != UInt8(ascii: "{")
  }

  /// Writes a line; after a fault it is dropped.
  ///
  /// - Returns: the fault that there is.
  @discardableResult
  func write(line: String) -> Fault? {
    fault.withLock { fault in
      if fault != nil { return fault }
      switch Console.write(line + "\n", to: descriptor) {
      case nil: break
      case .brokenPipe?: fault = .readerGone
      case let error?:
        fault = .failed(error)
        Console.shared.say("\(name): write: \(error)")
      }
      return fault
    }
  }

  /// Writes a line, unless another thread hangs in writing its own.
  func writeIfFree(line: String) {
    _ = fault.withLockIfAvailable { fault in
      if fault == nil { Console.write(line + "\n", to: descriptor) }
    }
  }

  /// Whether a line was lost for another reason than a reader who has gone away.
  var hasFailed: Bool {
    fault.withLock { fault in
      if case .failed = fault { true } else { false }
    }
  }
}
