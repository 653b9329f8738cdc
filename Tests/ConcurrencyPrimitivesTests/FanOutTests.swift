import Synchronization
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// G7 (try-add): nothing is ever added from outside; the window pulls when it has room.
@Suite(.timeLimit(.minutes(15))) struct FanOutTests {
  @Test("G1: without elements it returns at once")
  func noElements() async throws {
    try await withPool(1) { pool in
      try await fanOut(
        over: { nil as Int? }, width: 1, on: pool,
        process: { _ in Issue.record("there is nothing to process") },
        collect: { Issue.record("there is nothing to collect") })
    }
  }

  @Test("G2: the first error in time is thrown, a later one is dropped")
  func firstErrorIsThrown() async throws {
    let hasFailed = Gate()
    try await withPool(2) { pool in
      await #expect(throws: Failure(id: 1)) {
        try await fanOut(
          over: source(0..<4), width: 4, on: pool,
          process: { element in
            switch element {
            case 1:
              hasFailed.open()
              throw Failure(id: 1)
            case 3:
              await untilCancelled()
              throw Failure(id: 3)
            default: await hasFailed.wait()
            }
          }, collect: { _ in })
      }
    }
  }

  @Test("G3: when one fails its siblings see the cancellation before the error is thrown")
  func siblingsAreCancelled() async throws {
    let cancelledCount = Counter()
    let running = Gauge()
    try await withPool(3) { pool in
      await #expect(throws: Failure(id: 0)) {
        try await fanOut(
          over: source(0..<3), width: 3, on: pool,
          process: { element in
            running.add(1)
            if element == 0 {
              await until { running.current == 3 }
              throw Failure(id: 0)
            }
            await untilCancelled()
            cancelledCount.increment()
          }, collect: { _ in })
      }
    }
    #expect(cancelledCount.value == 2)
  }

  @Test("G4: when all succeed, everything has been collected and nothing outlives the call")
  func nothingOutlivesTheCall() async throws {
    let running = Gauge()
    var outputs: [Int] = []
    try await withPool(2) { pool in
      try await fanOut(
        over: source(0..<100), width: 4, on: pool,
        process: { element in
          running.add(1)
          defer { running.add(-1) }
          await Task.yield()
          return element * 2
        }, collect: { outputs.append($0) })
    }
    #expect(running.current == 0)
    #expect(outputs.sorted() == (0..<100).map { $0 * 2 })
  }

  @Test("G5: a failure waits for those still running, and their outputs are collected")
  func waitsForTheRunning() async throws {
    let started = Gauge()
    var outputs: [Int] = []
    try await withPool(4) { pool in
      await #expect(throws: Failure(id: 0)) {
        try await fanOut(
          over: source(0..<4), width: 4, on: pool,
          process: { element in
            started.add(1)
            await until { started.current == 4 }
            if element == 0 { throw Failure(id: 0) }
            await untilCancelled()
            return element
          }, collect: { outputs.append($0) })
      }
    }
    #expect(outputs.sorted() == [1, 2, 3])
  }

  @Test("G6: never more than the width are in flight; a pull waits for room", arguments: [1, 3, 7])
  func widthIsKept(width: Int) async throws {
    let running = Gauge()
    let inFlight = Gauge()
    let next = source(0..<1024)
    try await withPool(width + 1) { pool in
      try await fanOut(
        over: {
          let element = next()
          if element != nil { inFlight.add(1) }
          return element
        }, width: width, on: pool,
        process: { _ in
          running.add(1)
          await Task.yield()
          running.add(-1)
        }, collect: { inFlight.add(-1) })
    }
    #expect(running.highest <= width)
    #expect(inFlight.highest == width)
  }

  @Test("G9: a fan-out inside another one, on the same single thread, does not hang")
  func nestedOnOneThread() async throws {
    var sums: [Int] = []
    try await withPool(1) { pool in
      try await fanOut(
        over: source(1..<4), width: 2, on: pool,
        process: { count in
          var sum = 0
          try await fanOut(
            over: source(0..<count), width: 2, on: pool, process: { $0 }, collect: { sum += $0 })
          return sum
        }, collect: { sums.append($0) })
    }
    #expect(sums.sorted() == [0, 1, 3])
  }

  @Test("G10: an unexpected error ends the batch, and the others are joined")
  func unexpectedError() async throws {
    struct Unexpected: Error {}
    let running = Gauge()
    try await withPool(2) { pool in
      await #expect(throws: Unexpected.self) {
        try await fanOut(
          over: source(0..<1000), width: 4, on: pool,
          process: { element in
            running.add(1)
            defer { running.add(-1) }
            await Task.yield()
            if element == 10 { throw Unexpected() }
          }, collect: { _ in })
      }
    }
    #expect(running.current == 0)
  }

  @Test("G11: cancelled with a full window it returns, pulls nothing and starts nothing more")
  func cancelledWithFullWindow() async throws {
    let started = Gauge()
    let pulled = Gauge()
    try await withPool(1) { pool in
      let task = Task {
        let next = source(0..<1000)
        var outputs: [Int] = []
        await #expect(throws: CancellationError.self) {
          try await fanOut(
            over: {
              pulled.add(1)
              return next()
            }, width: 3, on: pool,
            process: { element in
              // Holds the only thread, so that the other two stay queued.
              started.add(1)
              while !Task.isCancelled {}
              return element
            }, collect: { outputs.append($0) })
        }
        return outputs
      }
      await until { started.current == 1 && pulled.current == 3 }
      task.cancel()
      let outputs = await task.value
      #expect(outputs == [0], "what had begun has its record")
    }
    #expect(started.current == 1)
    #expect(pulled.current == 3)
  }

  @Test("G11: in a cancelled task nothing is pulled")
  func cancelledBeforeTheStart() async throws {
    try await withPool(1) { pool in
      let task = Task {
        await untilCancelled()
        try await fanOut(
          over: {
            Issue.record("a cancelled batch pulled an element")
            return nil as Int?
          }, width: 1, on: pool, process: { $0 }, collect: { _ in })
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test("G12: when a failure and a cancellation race, one of the two is thrown")
  func failureAndCancellationRace() async throws {
    try await withPool(2) { pool in
      for round in 0..<2000 {
        let task = Task {
          try await fanOut(
            over: source(0..<2), width: 2, on: pool,
            process: { _ in throw Failure(id: round) }, collect: { _ in })
        }
        if round.isMultiple(of: 2) { await Task.yield() }
        task.cancel()
        switch await task.result {
        case .success: Issue.record("a failed batch succeeded")
        case .failure(let error as Failure): #expect(error.id == round)
        case .failure(let error): #expect(error is CancellationError)
        }
      }
    }
  }

  @Test("G13: to keep going, failures are outputs: all are counted, nobody is cancelled")
  func keepGoing() async throws {
    var failures: [Int: Failure] = [:]
    var successCount = 0
    try await withPool(2) { pool in
      try await fanOut(
        over: source(0..<100), width: 4, on: pool,
        process: { element -> (Int, Result<Int, Failure>) in
          await Task.yield()
          #expect(!Task.isCancelled)
          let fails = element.isMultiple(of: 10)
          return (element, fails ? .failure(Failure(id: element)) : .success(element))
        },
        collect: { element, result in
          switch result {
          case .success: successCount += 1
          case .failure(let failure): failures[element] = failure
          }
        })
    }
    #expect(successCount == 90)
    #expect(failures.keys.sorted() == Array(stride(from: 0, to: 100, by: 10)))
    #expect(failures.allSatisfy { $0.key == $0.value.id })
  }

  @Test("A8: a window that grows while nothing completes lets more in once it is woken")
  func windowGrows() async throws {
    let running = Gauge()
    let gate = Gate()
    let width = Gauge()
    width.add(2)
    let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    try await withPool(8) { pool in
      let batch = Task {
        var elements = (0..<8).makeIterator()
        try await fanOut(
          over: { () -> Int? in
            let element = elements.next()
            if element == nil { wakeUps.continuation.finish() }
            return element
          }, width: width.current, wakeUps: wakeUps.stream, on: pool,
          process: { _ in
            running.add(1)
            await gate.wait()
          }, collect: { _ in })
      }
      await until { running.current == 2 }
      width.add(6)
      wakeUps.continuation.yield()
      await until { running.current == 8 }
      gate.open()
      try await batch.value
    }
  }

  @Test("a source that runs dry is asked again when it is woken, until there are no more wake-ups")
  func sourceIsWoken() async throws {
    let supply = Supply()
    let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let outputs = Log<Int>()
    try await withPool(2) { pool in
      let batch = Task {
        try await fanOut(
          over: { supply.next() }, width: 3, wakeUps: wakeUps.stream, on: pool,
          process: { $0 }, collect: { outputs.append($0) })
      }
      for round in 0..<10 {
        supply.fill([2 * round, 2 * round + 1])
        wakeUps.continuation.yield()
        await until { outputs.entries.count == 2 * round + 2 }
      }
      supply.fill([20])
      wakeUps.continuation.finish()
      try await batch.value
    }
    #expect(outputs.entries.sorted() == Array(0...20))
  }

  @Test(
    "a dry source does not keep a batch that is cancelled or has failed", arguments: [true, false])
  func dryBatchEnds(byCancel: Bool) async throws {
    let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let asked = Counter()
    try await withPool(2) { pool in
      let batch = Task {
        var elements = (0..<1).makeIterator()
        try await fanOut(
          over: {
            asked.increment()
            return elements.next()
          }, width: 2, wakeUps: wakeUps.stream, on: pool,
          process: { element in
            // The source is dry by then: after a failure nobody would ask it.
            await until { asked.value >= 2 }
            if !byCancel { throw Failure(id: element) }
          },
          collect: { _ in })
      }
      await until { asked.value >= 2 }
      if byCancel { batch.cancel() }
      await #expect(throws: (any Error).self) { try await batch.value }
    }
  }

  @Test("source and collector run where their caller runs")
  @MainActor func staysOnTheCallersActor() async throws {
    let elements = Array(0..<10)
    var nextIndex = 0
    var outputs: [Int] = []
    try await withPool(1) { pool in
      try await fanOut(
        over: {
          MainActor.assertIsolated()
          defer { nextIndex += 1 }
          return nextIndex < elements.count ? elements[nextIndex] : nil
        }, width: 2, on: pool, process: { $0 },
        collect: {
          MainActor.assertIsolated()
          outputs.append($0)
        })
    }
    #expect(outputs == elements)
  }
}

/// A source that is filled from outside.
private final class Supply: Sendable {
  private let elements = Mutex<[Int]>([])

  func fill(_ new: [Int]) { elements.withLock { $0 += new } }

  func next() -> Int? { elements.withLock { $0.popLast() } }
}

/// Gives out the elements of a sequence one by one.
func source<S: Sequence>(_ elements: S) -> () -> S.Element? {
  var iterator = elements.makeIterator()
  return { iterator.next() }
}
