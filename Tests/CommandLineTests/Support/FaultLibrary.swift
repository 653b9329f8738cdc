import Glibc
import Testing

/// The library that lets system calls fail, compiled into a test's sandbox.
struct FaultLibrary {
  /// What befalls a call.
  enum Action {
    /// The process is killed before it.
    case kill
    /// It does half of its work only.
    case short
    case failure(CInt)

    fileprivate var text: String {
      switch self {
      case .kill: "kill"
      case .short: "short"
      case .failure(let number): "\(number)"
      }
    }
  }

  struct NotCompiled: Error {
    let message: String
  }

  private let sandbox: Sandbox
  private let path: ByteString
  private let log: ByteString

  init(in sandbox: Sandbox) async throws {
    self.sandbox = sandbox
    path = sandbox.base / "faults.so"
    log = sandbox.base / "strikes"
    let source = ByteString(#filePath).folder / "faults.c"
    let ending = try await sandbox.run(
      program: "cc", "-O1", "-shared", "-fPIC", "-Wall", "-Werror", "-o", path, source)
    guard ending.status == .exited(0) else { throw NotCompiled(message: ending.errorText) }
  }

  /// Lets calls of a program fail.
  ///
  /// - Parameters:
  ///   - call: a name in faults.c, or `change` for all that change files.
  ///   - first: the number of the first call that is struck, from 1.
  ///   - every: how many calls later the next one is; 0 for never.
  func strike(_ call: String, _ action: Action, first: Int, every: Int = 0, in launch: inout Launch)
  {
    launch.environment["LD_PRELOAD"] = "\(path)"
    launch.environment["FAULT_CALL"] = call
    launch.environment["FAULT_ACTION"] = action.text
    launch.environment["FAULT_FIRST"] = "\(first)"
    launch.environment["FAULT_EVERY"] = "\(every)"
    launch.environment["FAULT_LOG"] = "\(log)"
  }

  /// How often a call was struck since the last time this was asked.
  func takeStrikeCount() -> Int {
    defer { _ = log.withCString { unlink($0) } }
    return (try? Tree.bytes(of: log).count) ?? 0
  }
}
