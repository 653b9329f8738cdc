import Glibc
import Synchronization
import Testing

@testable import ConcurrencyPrimitives

/// A door that tasks wait at; once open it stays open.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func open() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isOpen = true
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}

/// A door that threads wait at, for bodies that cannot suspend.
final class ThreadGate: Sendable {
  private let queue = BlockingQueue<Int>()

  func open() { queue.close() }

  func wait() { _ = queue.next() }
}

/// A clock that goes only when it is told to.
final class ManualClock: Sendable {
  private let time = Mutex(Deadline.Instant.now)

  var now: Deadline.Instant { time.withLock { $0 } }

  func advance(by duration: Duration) {
    time.withLock { $0 = $0.advanced(by: duration) }
  }

  func makeRoot(deadline: Deadline? = nil) -> CancellationScope {
    CancellationScope(deadline: deadline) { self.now }
  }
}

/// How often something happened. A class, as a local `Atomic` cannot be captured by a task.
final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .sequentiallyConsistent) }

  func increment() { count.add(1, ordering: .sequentiallyConsistent) }
}

/// How many are inside, and the most there ever were.
final class Gauge: Sendable {
  private let state = Mutex((current: 0, highest: 0))

  var current: Int { state.withLock { $0.current } }
  var highest: Int { state.withLock { $0.highest } }

  func add(_ amount: Int) {
    state.withLock {
      $0.current += amount
      $0.highest = max($0.highest, $0.current)
    }
  }
}

/// What happened, in order.
final class Log<Entry: Sendable>: Sendable {
  private let state = Mutex<[Entry]>([])

  var entries: [Entry] { state.withLock { $0 } }

  func append(_ entry: Entry) { state.withLock { $0.append(entry) } }
}

/// An error that carries nothing but who threw it.
struct Failure: Error, Equatable {
  let id: Int
}

/// Gives way until the condition holds; a test's verdict never depends on how long that takes.
func until(_ condition: () -> Bool) async {
  while !condition() { await Task.yield() }
}

/// Gives way until the task is cancelled.
func untilCancelled() async { await until { Task.isCancelled } }

/// Runs the body with a pool that is shut down afterwards.
@discardableResult
func withPool<R>(_ threadCount: Int, _ body: (WorkerPool) async throws -> R) async throws -> R {
  let pool = try WorkerPool(threadCount: threadCount, name: "test")
  defer { pool.shutdown() }
  return try await body(pool)
}

/// Runs the body on so many threads at once.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) async -> Void) async throws {
  try await withPool(count) { pool in
    await withTaskGroup { group in
      for index in 0..<count {
        group.addTask(executorPreference: pool) { await body(index) }
      }
    }
  }
}

/// What the kernel knows about this process.
enum ProcessFacts {
  static var threadCount: Int { entryCount("/proc/self/task") }

  static var descriptorCount: Int { entryCount("/proc/self/fd") }

  static var residentByteCount: Int { pageCount(field: 1) * sysconf(Int32(_SC_PAGESIZE)) }

  static var virtualByteCount: Int { pageCount(field: 0) * sysconf(Int32(_SC_PAGESIZE)) }

  /// Whether a sanitizer is at work, whose shadow memory makes every measure of memory void.
  static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  private static func entryCount(_ path: String) -> Int {
    guard let directory = opendir(path) else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }

  private static func pageCount(field: Int) -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return -1 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    guard fgets(&buffer, 256, file) != nil else { return -1 }
    let fields = String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    return Int(fields[field]) ?? -1
  }
}

extension ExitTest.Result {
  /// Whether the process said this before it ended. Optimised, it traps without a word.
  func said(_ words: String) -> Bool {
    #if DEBUG
      String(decoding: standardErrorContent, as: UTF8.self).contains(words)
    #else
      true
    #endif
  }
}
