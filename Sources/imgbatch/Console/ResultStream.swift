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

  /// A file that is made, or written anew.
  ///
  /// - Throws: what the system said.
  convenience init(path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: [
        .ownerReadWrite, .groupReadWrite, .otherReadWrite,
      ])
    self.init(descriptor: file.rawValue, name: path.escaped)
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

  /// Whether a line was lost for another reason than a reader who has gone away.
  var hasFailed: Bool {
    fault.withLock { fault in
      if case .failed = fault { true } else { false }
    }
  }
}
