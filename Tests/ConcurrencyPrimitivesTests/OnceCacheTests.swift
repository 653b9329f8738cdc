import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(15))) struct OnceCacheTests {
  @Test("O10: callers of one key at the same time share one computation")
  func oneFlightPerKey() async throws {
    let cache = OnceCache<Int, Int>(capacity: 8)
    try await onThreads(4) { _ in
      for round in 0..<400 {
        do {
          let key = round % 8
          #expect(try await cache.value(for: key) { $0 * $0 } == key * key)
        } catch {
          Issue.record(error)
        }
      }
    }
    #expect(cache.computationCount == 8)
    #expect(cache.count == 8)
  }

  @Test("O10: a value that is being computed for one key holds up no other")
  func keysAreIndependent() async throws {
    let cache = OnceCache<Int, Int>(capacity: 2)
    let gate = ThreadGate()
    let computing = Gate()
    try await withPool(1) { pool in
      let slow = Task(executorPreference: pool) {
        try await cache.value(for: 1) { key in
          computing.open()
          gate.wait()
          return key
        }
      }
      await computing.wait()
      let other = try await cache.value(for: 2) { $0 }
      gate.open()
      let own = try await slow.value
      #expect((own, other) == (1, 2))
    }
  }

  @Test("O3: a failure is kept for its key")
  func failureIsKept() async throws {
    let cache = OnceCache<Int, Int>(capacity: 2)
    for _ in 0..<2 {
      await #expect(throws: Failure(id: 1)) {
        try await cache.value(for: 1) { throw Failure(id: $0) }
      }
    }
    #expect(try await cache.value(for: 2) { $0 } == 2)
    #expect(cache.computationCount == 2)
  }

  @Test("O10: a full cache gives up the key whose use lies longest back")
  func leastRecentlyUsedGoes() async throws {
    let cache = OnceCache<String, String>(capacity: 2)
    for key in ["a", "b", "a", "c"] { _ = try await cache.value(for: key) { $0 } }
    #expect((cache.count, cache.computationCount) == (2, 3))
    for key in ["a", "c"] { _ = try await cache.value(for: key) { $0 } }
    #expect(cache.computationCount == 3)
    _ = try await cache.value(for: "b") { $0 }
    #expect((cache.count, cache.computationCount) == (2, 4))
  }

  @Test("O10: a key that goes while its value is computed still serves those who asked for it")
  func evictedWhileComputing() async throws {
    let cache = OnceCache<Int, Int>(capacity: 1)
    let gate = ThreadGate()
    let computing = Gate()
    try await withPool(1) { pool in
      let slow = Task(executorPreference: pool) {
        try await cache.value(for: 1) { key in
          computing.open()
          gate.wait()
          return key
        }
      }
      await computing.wait()
      _ = try await cache.value(for: 2) { $0 }
      #expect(cache.count == 1)
      gate.open()
      #expect(try await slow.value == 1)
    }
  }
}
