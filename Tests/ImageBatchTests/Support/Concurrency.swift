import ConcurrencyPrimitives
import Glibc
import Synchronization

/// What happened, in order.
final class Log<Entry: Sendable>: Sendable {
  private let state = Mutex<[Entry]>([])

  var entries: [Entry] { state.withLock { $0 } }
  var count: Int { state.withLock { $0.count } }

  func append(_ entry: Entry) { state.withLock { $0.append(entry) } }
}

/// Something that happens once, and that threads and tasks wait for.
final class Event: Sendable {
  private let hasHappened = Atomic(false)

  func happen() { hasHappened.store(true, ordering: .releasing) }

  var isPast: Bool { hasHappened.load(ordering: .acquiring) }

  func wait() async { await until { self.isPast } }
}

/// Gives way until the condition holds; a test's verdict never depends on how long that takes.
func until(_ condition: () -> Bool) async {
  while !condition() { await Task.yield() }
}

/// The same for a thread that may block.
func blockUntil(_ condition: () -> Bool) {
  while !condition() { sched_yield() }
}

/// Runs the body with a pool that is shut down afterwards.
@discardableResult
func withPool<R>(_ threadCount: Int, _ body: (WorkerPool) async throws -> R) async throws -> R {
  let pool = try WorkerPool(threadCount: threadCount, name: "test")
  defer { pool.shutdown() }
  return try await body(pool)
}

/// What the kernel knows about this process.
enum ProcessFacts {
  static var threadCount: Int { entryCount("/proc/self/task") }

  static var descriptorCount: Int { entryCount("/proc/self/fd") }

  static var residentByteCount: Int {
    guard let file = fopen("/proc/self/statm", "r") else { return -1 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    guard fgets(&buffer, 256, file) != nil else { return -1 }
    let fields = String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    return (Int(fields[1]) ?? -1) * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Whether a sanitizer is at work, whose shadow memory makes every measure of memory void.
  static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  private static func entryCount(_ path: String) -> Int {
    guard let directory = opendir(path) else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }
}
