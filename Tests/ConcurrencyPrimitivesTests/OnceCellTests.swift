import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// O4: there is no retrying cell. What is computed once here fails the same way each time.
// O6: a body cannot re-enter its own cell, as the body is synchronous and `value` is not.
// O10, `forget(key)`: nothing needs it; a key leaves a OnceCache only to make room.
@Suite(.timeLimit(.minutes(15))) struct OnceCellTests {
  @Test("O1: many callers at once, one body, and all see what it wrote", arguments: [10, 1000])
  func bodyRunsOnce(callerCount: Int) async throws {
    let cell = OnceCell<[Int]>()
    let runCount = Counter()
    try await withPool(4) { pool in
      await withTaskGroup { group in
        for _ in 0..<callerCount {
          group.addTask(executorPreference: pool) {
            do {
              let value = try await cell.value {
                runCount.increment()
                return Array(0..<100)
              }
              #expect(value == Array(0..<100))
              #expect(cell.valueIfReady != nil)
            } catch {
              Issue.record(error)
            }
          }
        }
      }
    }
    #expect(runCount.value == 1)
  }

  @Test("O2, O3: a failure counts as done: the body never runs again, everybody gets its error")
  func failureIsKept() async {
    let cell = OnceCell<Int>()
    var runCount = 0
    for _ in 0..<3 {
      await #expect(throws: Failure(id: 1)) {
        try await cell.value {
          runCount += 1
          throw Failure(id: runCount)
        }
      }
    }
    #expect(runCount == 1)
    #expect(cell.valueIfReady == nil)
  }

  @Test("O3: those who waited for a body that fails get its error too")
  func waitersShareTheFailure() async throws {
    let cell = OnceCell<Int>()
    let gate = ThreadGate()
    let computing = Gate()
    try await withPool(1) { pool in
      let first = Task(executorPreference: pool) {
        try await cell.value {
          computing.open()
          gate.wait()
          throw Failure(id: 7)
        }
      }
      await computing.wait()
      let waiters = (0..<10).map { _ in Task { try await cell.value { 0 } } }
      gate.open()
      for task in waiters + [first] {
        await #expect(throws: Failure(id: 7)) { try await task.value }
      }
    }
  }

  @Test("O5: once there is a value, no further body runs, not even in a cancelled task")
  func readyValueIsReturned() async throws {
    let cell = OnceCell<Int>()
    #expect(cell.valueIfReady == nil)
    #expect(try await cell.value { 1 } == 1)
    #expect(cell.valueIfReady == 1)
    let task = Task {
      await untilCancelled()
      return try await cell.value { throw Failure(id: 1) }
    }
    task.cancel()
    #expect(try await task.value == 1)
  }

  @Test("O7: what the body captured is released, also when it fails", arguments: [true, false])
  func captureIsReleased(fails: Bool) async {
    final class Captured: Sendable {}
    let cell = OnceCell<Int>()
    weak var captured: Captured?
    do {
      let object = Captured()
      captured = object
      _ = try? await cell.value {
        withExtendedLifetime(object) {}
        if fails { throw Failure(id: 1) }
        return 1
      }
    }
    #expect(captured == nil)
  }

  @Test("O8: a waiter that is cancelled leaves; the body goes on for the others")
  func cancelledWaiterLeaves() async throws {
    let cell = OnceCell<Int>()
    let gate = ThreadGate()
    let computing = Gate()
    try await withPool(1) { pool in
      let first = Task(executorPreference: pool) {
        try await cell.value {
          computing.open()
          gate.wait()
          return 42
        }
      }
      await computing.wait()
      let stays = Task { try await cell.value { 0 } }
      let leaves = Task { try await cell.value { 0 } }
      leaves.cancel()
      await #expect(throws: CancellationError.self) { try await leaves.value }
      gate.open()
      let values = try await [first.value, stays.value]
      #expect(values == [42, 42])
    }
  }

  @Test("O9: a first caller that is cancelled while it computes spoils nothing")
  func cancelledFirstCaller() async throws {
    let cell = OnceCell<Int>()
    let gate = ThreadGate()
    let computing = Gate()
    try await withPool(1) { pool in
      let first = Task(executorPreference: pool) {
        try await cell.value {
          computing.open()
          gate.wait()
          return 42
        }
      }
      await computing.wait()
      first.cancel()
      gate.open()
      let values = try await [first.value, cell.value { 0 }]
      #expect(values == [42, 42])
    }
  }

  @Test("O9: a task that was cancelled before it came computes nothing, and the next one does")
  func cancelledBeforeItCame() async throws {
    let cell = OnceCell<Int>()
    let task = Task {
      await untilCancelled()
      return try await cell.value { 1 }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await cell.value { 2 } == 2)
  }

  @Test("O8: a waiter that is cancelled as the value comes gets either, and hangs never")
  func cancelAndValueRace() async throws {
    try await withPool(2) { pool in
      for _ in 0..<1000 {
        let cell = OnceCell<Int>()
        let first = Task(executorPreference: pool) { try await cell.value { 1 } }
        let second = Task(executorPreference: pool) { try await cell.value { 1 } }
        second.cancel()
        let value = try await first.value
        #expect(value == 1)
        switch await second.result {
        case .success(let value): #expect(value == 1)
        case .failure(let error): #expect(error is CancellationError)
        }
      }
    }
  }
}
