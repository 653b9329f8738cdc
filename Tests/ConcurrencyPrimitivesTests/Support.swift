import Glibc
import Synchronization
import TestSupport
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

/// An error that carries nothing but who threw it.
struct Failure: Error, Equatable {
  let id: Int
}

/// Gives way until the task is cancelled.
func untilCancelled() async { await until { Task.isCancelled } }

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

extension WeightedSemaphore {
  /// Holds the weight for as long as the body runs.
  func withPermit<R>(_ weight: Int, _ body: () async throws -> R) async throws -> R {
    let permit = try await acquire(weight)
    defer { permit.release() }
    return try await body()
  }
}

/// What the kernel calls the current thread.
func currentThreadName() -> String {
  guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while true {
    let byte = fgetc(file)
    if byte == EOF || byte == 10 { break }
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
  return String(decoding: bytes, as: UTF8.self)
}
