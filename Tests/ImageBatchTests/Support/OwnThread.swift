import ConcurrencyPrimitives
import Glibc
import SystemPackage
import TestSupport

@testable import ImageBatch

/// Runs the body on a thread that ends with it, so that it may change what belongs to a thread: its
/// processors, its user, its mounts.
func onOwnThread<R: Sendable>(
  _ body: @escaping @Sendable () throws -> R
) async throws -> R {
  try await withPool(1) { pool in
    try await Task(executorPreference: pool) { try body() }.value
  }
}

/// What Linux lets a thread have to itself. The Glibc module names none of it: its headers show
/// these functions to GNU sources only.
enum OwnThread {
  /// The umask and the working folder; see unshare(2).
  static func separateFileSystemState() throws { try unshare(0x0000_0200) }

  /// The mounts; see mount_namespaces(7).
  static func separateMounts() throws { try unshare(0x0002_0000) }

  /// Gives up root's rights to files; see setfsuid(2).
  static func becomeNobody() throws {
    let setfsuid = try symbol("setfsuid", as: (@convention(c) (uid_t) -> CInt).self)
    _ = setfsuid(65534)
  }

  /// Stays on these processors; see sched_setaffinity(2).
  static func stay(onProcessors processors: [Int]) throws {
    let words = processors.reduce(into: [UInt64](repeating: 0, count: 16)) {
      $0[$1 / 64] |= 1 << UInt64($1 % 64)
    }
    let set = try symbol(
      "sched_setaffinity",
      as: (@convention(c) (pid_t, Int, UnsafeRawPointer?) -> CInt).self)
    let result = words.withUnsafeBytes { set(0, $0.count, $0.baseAddress) }
    guard result == 0 else { throw Errno.current }
  }

  /// The processors that the calling thread may run on; see sched_getaffinity(2).
  static func processors() throws -> [Int] {
    var words = [UInt64](repeating: 0, count: 16)
    let get = try symbol(
      "sched_getaffinity",
      as: (@convention(c) (pid_t, Int, UnsafeMutableRawPointer?) -> CInt).self)
    let result = words.withUnsafeMutableBytes { get(0, $0.count, $0.baseAddress) }
    guard result == 0 else { throw Errno.current }
    return (0..<1024).filter { words[$0 / 64] & 1 << UInt64($0 % 64) != 0 }
  }

  private static func unshare(_ flags: CInt) throws {
    let unshare = try symbol("unshare", as: (@convention(c) (CInt) -> CInt).self)
    guard unshare(flags) == 0 else { throw Errno.current }
  }

  private static func symbol<Function>(_ name: String, as type: Function.Type) throws -> Function {
    guard let symbol = dlsym(nil, name) else { throw Errno.noFunction }
    return unsafeBitCast(symbol, to: type)
  }
}
