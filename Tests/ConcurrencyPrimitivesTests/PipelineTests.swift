import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// P4 and P5 (a blocked or closed queue): there is no queue between stages to be blocked or closed.
// P6 (ordered fan-in): outputs come in the order of completion by decision, as each lands under its
// own name; so there is no reorder buffer to bound.
@Suite(.timeLimit(.minutes(15))) struct PipelineTests {
  @Test("P1: a million elements and a slow consumer: the window holds, and memory stays flat")
  func aMillionElements() async {
    await #expect(processExitsWith: .success) {
      let width = 8
      var pulledCount = 0
      var collectedCount = 0
      var highestInFlight = 0
      var early = 0
      try await withPool(1) { pool in
        try await fanOut(
          over: { () -> Int? in
            guard pulledCount < 1_000_000 else { return nil }
            pulledCount += 1
            highestInFlight = max(highestInFlight, pulledCount - collectedCount)
            return pulledCount
          }, width: width, on: pool, process: { $0 },
          collect: { _ in
            collectedCount += 1
            // The consumer is as slow as can be seen: the workers get all the time they want.
            if collectedCount.isMultiple(of: 1000) { for _ in 0..<100 { await Task.yield() } }
            if collectedCount == 50_000 { early = ProcessFacts.residentByteCount }
          })
      }
      #expect(collectedCount == 1_000_000)
      #expect(highestInFlight == width)
      #expect(ProcessFacts.residentByteCount - early < 4 << 20 || ProcessFacts.isSanitized)
    }
  }

  @Test("P2: when the writer fails at job k, little more is begun and all of it has a record")
  func writerFails() async throws {
    let k = 20
    let width = 4
    let startedCount = Counter()
    var pulledCount = 0
    var collected: [Int] = []
    let next = source(0..<1000)
    try await withPool(2) { pool in
      await #expect(throws: Failure(id: k)) {
        try await fanOut(
          over: {
            pulledCount += 1
            return next()
          }, width: width, on: pool,
          process: { element in
            startedCount.increment()
            return element
          },
          collect: { output in
            collected.append(output)
            // Those after k fail as well; only the first failure counts.
            if collected.count >= k { throw Failure(id: collected.count) }
          })
      }
    }
    #expect(pulledCount < k + width)
    #expect(collected.count == startedCount.value)
  }

  @Test("P3: when the source fails, what was found is done or was never begun", arguments: [1, 4])
  func sourceFails(threadCount: Int) async throws {
    let startedCount = Counter()
    var foundCount = 0
    var collectedCount = 0
    let next = source(0..<100)
    try await withPool(threadCount) { pool in
      await #expect(throws: Failure(id: 50)) {
        try await fanOut(
          over: {
            guard foundCount < 50, let element = next() else { throw Failure(id: foundCount) }
            foundCount += 1
            return element
          }, width: 4, on: pool,
          process: { element in
            startedCount.increment()
            return element
          }, collect: { _ in collectedCount += 1 })
      }
    }
    #expect(foundCount == 50)
    #expect(collectedCount == startedCount.value)
    #expect((47...50).contains(collectedCount), "only the window's queued ones never began")
  }
}
