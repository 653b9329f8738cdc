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
  private struct State {
    var fault: Fault?
    /// Whether an older report still stands there.
    var isToBeEmptied = false
  }

  private let state = Mutex(State())

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

  /// A file that is made, or, where it holds a report, written anew with the first line.
  ///
  /// Waits for a reader where it is a pipe.
  convenience init(reportAt path: FilePath) throws(OpenError) {
    guard !Self.holdsSomethingElse(path) else { throw .holdsNoReport }
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .closeOnExec],
        permissions: [
          .ownerReadWrite, .groupReadWrite, .otherReadWrite,
        ])
      self.init(descriptor: file.rawValue, name: path.escaped)
    } catch {
      throw .failed(error as? Errno ?? .ioError)
    }
    state.withLock { $0.isToBeEmptied = true }
  }

  /// Whether a regular file stands there that is not empty and does not start like a report.
  private static func holdsSomethingElse(_ path: FilePath) -> Bool {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    else { return false }
    defer { try? file.close() }
    // Longer than any path, with all of its bytes escaped.
    var start = [UInt8](repeating: 0, count: 64 << 10)
    let count = start.withUnsafeMutableBytes { try? file.read(into: $0) }
    guard let count, count > 0 else { return false }
    let line = String(decoding: start[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return !line.hasPrefix("{") || !(line.contains("\"status\":") || line.contains("\"summary\":"))
  }

  /// Writes a line; after a fault it is dropped.
  ///
  /// - Returns: the fault that there is.
  @discardableResult
  func write(line: String) -> Fault? {
    state.withLock { state in
      if state.fault != nil { return state.fault }
      empty(&state)
      switch Console.write(line + "\n", to: descriptor) {
      case nil: break
      case .brokenPipe?: state.fault = .readerGone
      case let error?:
        state.fault = .failed(error)
        Console.shared.say("\(name): write: \(error)")
      }
      return state.fault
    }
  }

  /// Writes a line, unless that would mean to wait: for another thread, or for a reader.
  func writeIfFree(line: String) {
    _ = state.withLockIfAvailable { state in
      guard state.fault == nil else { return }
      empty(&state)
      Console.writeIfReady(line + "\n", to: descriptor)
    }
  }

  private func empty(_ state: inout State) {
    // What is no file has nothing to be rid of, and says so.
    if state.isToBeEmptied { ftruncate(descriptor, 0) }
    state.isToBeEmptied = false
  }

  /// Whether a line was lost for another reason than a reader who has gone away.
  var hasFailed: Bool {
    state.withLock { state in
      if case .failed = state.fault { true } else { false }
    }
  }
}
