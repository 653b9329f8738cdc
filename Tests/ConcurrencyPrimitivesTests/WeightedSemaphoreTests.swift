import Glibc
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(15))) struct WeightedSemaphoreTests {
  @Test("S1: takes succeed exactly while the weights fit")
  func takesWhileItFits() async throws {
    let semaphore = WeightedSemaphore(capacity: 2)
    let first = try await semaphore.acquire(1)
    let second = try #require(semaphore.tryAcquire(1))
    #expect(semaphore.tryAcquire(1) == nil)
    first.release()
    second.release()
    let third = try #require(semaphore.tryAcquire(1))
    let fourth = try await semaphore.acquire(1)
    #expect(semaphore.tryAcquire(1) == nil)
    #expect((semaphore.held, semaphore.highWaterMark) == (2, 2))
    third.release()
    fourth.release()
    #expect(semaphore.held == 0)
  }

  @Test("S2: releasing a permit twice traps")
  func releasingTwiceTraps() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let semaphore = WeightedSemaphore(capacity: 2)
      let other = semaphore.tryAcquire(1)
      let permit = semaphore.tryAcquire(1)
      permit?.release()
      permit?.release()
      other?.release()
    }
    #expect(end?.said("a permit was released twice") == true)
  }

  @Test("S2: a permit that nobody holds any more releases itself, once")
  func permitReleasesItself() throws {
    let semaphore = WeightedSemaphore(capacity: 2)
    var permit = semaphore.tryAcquire(2)
    #expect(semaphore.held == 2)
    permit?.release()
    permit = nil
    #expect(semaphore.held == 0)
    permit = semaphore.tryAcquire(1)
    #expect(permit?.weight == 1)
    permit = nil
    #expect(semaphore.held == 0)
  }

  @Test("S3: a request beyond the capacity fails at once and blocks nobody")
  func overweightFailsAtOnce() async throws {
    let semaphore = WeightedSemaphore(capacity: 2)
    let error = await #expect(throws: WeightedSemaphore.Overweight.self) {
      try await semaphore.acquire(3)
    }
    #expect(error?.description == "needs 3, budget 2")
    #expect(semaphore.tryAcquire(3) == nil)
    #expect(semaphore.tryAcquire(2) != nil)
  }

  @Test("S4: one request for everything is served among many that take one again and again")
  func largeRequestIsNotStarved() async throws {
    let semaphore = WeightedSemaphore(capacity: 4)
    let servedCount = Counter()
    try await onThreads(5) { index in
      do {
        if index == 4 {
          await until { semaphore.held > 0 }
          try await semaphore.withPermit(4) { servedCount.increment() }
        } else {
          while servedCount.value == 0 {
            try await semaphore.withPermit(1) { await Task.yield() }
          }
        }
      } catch {
        Issue.record(error)
      }
    }
    #expect((semaphore.held, semaphore.highWaterMark) == (0, 4))
  }

  @Test("S4: a small request queues behind a large one, though it would fit")
  func smallQueuesBehindLarge() async throws {
    let semaphore = WeightedSemaphore(capacity: 3)
    let permit = try await semaphore.acquire(2)
    let large = Task { try await semaphore.acquire(3) }
    await until { semaphore.waiterCount == 1 }
    #expect(semaphore.tryAcquire(1) == nil)
    permit.release()
    #expect(try await large.value.weight == 3)
  }

  @Test("S5: when a large waiter at the head is cancelled, those behind it are served at once")
  func cancelledHeadMakesWay() async throws {
    let semaphore = WeightedSemaphore(capacity: 3)
    let permit = try await semaphore.acquire(1)
    let large = Task { try await semaphore.acquire(3) }
    await until { semaphore.waiterCount == 1 }
    let small = (2...3).map { _ in Task { try await semaphore.acquire(1) } }
    await until { semaphore.waiterCount == 3 }
    large.cancel()
    var served: [WeightedSemaphore.Permit] = []
    for task in small { served.append(try await task.value) }
    #expect((semaphore.held, semaphore.waiterCount) == (3, 0))
    await #expect(throws: CancellationError.self) { try await large.value }
    permit.release()
    for permit in served { permit.release() }
    #expect(semaphore.held == 0)
  }

  @Test("a closed semaphore serves nobody any more, and what is held comes back")
  func close() async throws {
    let semaphore = WeightedSemaphore(capacity: 3)
    let permit = try await semaphore.acquire(2)
    let waiting = (2...3).map { weight in Task { try await semaphore.acquire(weight) } }
    await until { semaphore.waiterCount == 2 }
    semaphore.close()
    for task in waiting { await #expect(throws: CancellationError.self) { try await task.value } }
    #expect((semaphore.held, semaphore.waiterCount) == (2, 0))
    permit.release()
    for weight in 0...1 {
      #expect(semaphore.tryAcquire(weight) == nil)
      await #expect(throws: CancellationError.self) { try await semaphore.acquire(weight) }
    }
    semaphore.close()
    #expect(semaphore.held == 0)
  }

  @Test("S6: when cancel and release race, the waiter holds its weight or nothing, never half")
  func cancelAndReleaseRace() async throws {
    let semaphore = WeightedSemaphore(capacity: 1)
    let pool = try WorkerPool(threadCount: 2, name: "race")
    defer { pool.shutdown() }
    for _ in 0..<2000 {
      let permit = try await semaphore.acquire(1)
      let waiter = Task { try await semaphore.acquire(1) }
      await until { semaphore.waiterCount == 1 }
      async let release: Void = Task(executorPreference: pool) { permit.release() }.value
      async let cancel: Void = Task(executorPreference: pool) { waiter.cancel() }.value
      _ = await (release, cancel)
      switch await waiter.result {
      case .success(let permit):
        #expect(semaphore.held == 1)
        permit.release()
      case .failure(let error):
        #expect(error is CancellationError)
      }
      #expect((semaphore.held, semaphore.waiterCount) == (0, 0))
    }
  }

  @Test("A8: a smaller capacity takes nothing away and lets nobody in until enough is free")
  func capacityIsLowered() async throws {
    let semaphore = WeightedSemaphore(capacity: 8)
    let held = try (0..<8).map { _ in try #require(semaphore.tryAcquire(1)) }
    semaphore.capacity = 2
    #expect((semaphore.held, semaphore.capacity) == (8, 2))
    for permit in held.dropLast(2) { permit.release() }
    #expect(semaphore.tryAcquire(1) == nil)
    held[6].release()
    #expect(semaphore.tryAcquire(1) != nil)
    held[7].release()
    #expect(semaphore.held == 0)
  }

  @Test("A8: a larger capacity serves those who wait, in their order")
  func capacityIsRaised() async throws {
    let semaphore = WeightedSemaphore(capacity: 2)
    let blocking = try await semaphore.acquire(2)
    let waiting = Task { try await semaphore.acquire(2) }
    await until { semaphore.waiterCount == 1 }
    semaphore.capacity = 3
    #expect(semaphore.waiterCount == 1)
    semaphore.capacity = 4
    let served = try await waiting.value
    #expect(semaphore.held == 4)
    blocking.release()
    served.release()
  }

  @Test("S3: who waits for more than a lowered capacity fails at once; those behind are served")
  func waitersBeyondTheCapacityFail() async throws {
    let semaphore = WeightedSemaphore(capacity: 4)
    let blocking = try await semaphore.acquire(1)
    let large = Task { try await semaphore.acquire(4) }
    await until { semaphore.waiterCount == 1 }
    let small = Task { try await semaphore.acquire(1) }
    await until { semaphore.waiterCount == 2 }
    semaphore.capacity = 3
    await #expect(throws: WeightedSemaphore.Overweight(needed: 4, capacity: 3)) {
      try await large.value
    }
    let served = try await small.value
    #expect((semaphore.held, semaphore.waiterCount) == (2, 0))
    served.release()
    blocking.release()
  }

  @Test("S3: a request that the capacity leaves behind before its task suspends learns of it")
  func refusedBeforeSuspending() async throws {
    var state = WeightedSemaphore.State(capacity: 2)
    _ = try state.admit(1)
    let admitted = try state.admit(2)
    let ticket = try #require(admitted)
    state.setCapacity(1).perform()
    #expect(state.waiterCount == 0)
    await #expect(throws: WeightedSemaphore.Overweight(needed: 2, capacity: 1)) {
      try await withCheckedThrowingContinuation { continuation in
        state.suspend(ticket, continuation, isCancelled: false)?.perform()
      }
    }
    #expect(state.held == 1)
  }

  @Test("S6: a request that is served before its task suspends goes on")
  func servedBeforeSuspending() async throws {
    var state = WeightedSemaphore.State(capacity: 1)
    _ = try state.admit(1)
    let admitted = try state.admit(1)
    let ticket = try #require(admitted)
    let resumed = state.release(1)
    #expect(resumed.isEmpty)
    #expect((state.held, state.waiterCount) == (1, 0))
    let tooLate = state.withdraw(ticket)
    #expect(tooLate == nil)
    try await withCheckedThrowingContinuation { continuation in
      state.suspend(ticket, continuation, isCancelled: true)?.perform()
    }
    _ = state.release(1)
    #expect(state.held == 0)
  }

  @Test("S6: a request that is cancelled before its task suspends fails", arguments: [true, false])
  func cancelledBeforeSuspending(handlerCameFirst: Bool) async throws {
    var state = WeightedSemaphore.State(capacity: 1)
    _ = try state.admit(1)
    let admitted = try state.admit(1)
    let ticket = try #require(admitted)
    if handlerCameFirst { state.withdraw(ticket)?.perform() }
    await #expect(throws: CancellationError.self) {
      try await withCheckedThrowingContinuation { continuation in
        state.suspend(ticket, continuation, isCancelled: true)?.perform()
      }
    }
    #expect((state.held, state.waiterCount) == (1, 0))
  }

  @Test("S7: a cancelled task gets nothing, though there is room")
  func cancelledTaskGetsNothing() async {
    let semaphore = WeightedSemaphore(capacity: 1)
    let task = Task {
      await untilCancelled()
      return try await semaphore.acquire(1)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect((semaphore.held, semaphore.highWaterMark) == (0, 0))
  }

  @Test("S8: a waiter that was cancelled fails, though room appears afterwards")
  func cancelledWaiterFails() async throws {
    let semaphore = WeightedSemaphore(capacity: 2)
    let permit = try await semaphore.acquire(1)
    let waiter = Task { try await semaphore.acquire(2) }
    await until { semaphore.waiterCount == 1 }
    waiter.cancel()
    permit.release()
    await #expect(throws: CancellationError.self) { try await waiter.value }
    #expect((semaphore.held, semaphore.waiterCount) == (0, 0))
  }

  @Test("S9: under a hammer no more than the capacity is held, and all of it comes back")
  func hammer() async throws {
    let capacity = 10
    let semaphore = WeightedSemaphore(capacity: capacity)
    let gauge = Gauge()
    let threadCount = 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))
    try await onThreads(threadCount) { index in
      var seed = UInt64(index)
      for _ in 0..<10_000 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let weight = Int(seed >> 33) % (capacity + 1)
        do {
          try await semaphore.withPermit(weight) {
            gauge.add(weight)
            gauge.add(-weight)
          }
        } catch {
          Issue.record(error)
        }
      }
    }
    #expect(gauge.highest <= capacity)
    #expect(semaphore.highWaterMark <= capacity)
    #expect((semaphore.held, semaphore.waiterCount) == (0, 0))
  }

  @Test("S10: a thousand equal waiters are served in the order in which they came")
  func servedInOrder() async throws {
    let semaphore = WeightedSemaphore(capacity: 1)
    let permit = try await semaphore.acquire(1)
    let order = Log<Int>()
    try await withThrowingTaskGroup { group in
      for index in 0..<1000 {
        group.addTask { try await semaphore.withPermit(1) { order.append(index) } }
        await until { semaphore.waiterCount == index + 1 }
      }
      permit.release()
      try await group.waitForAll()
    }
    #expect(order.entries == Array(0..<1000))
  }

  @Test("S11: weight 0 is served at once when nothing is left, but not in a cancelled task")
  func weightZero() async throws {
    let semaphore = WeightedSemaphore(capacity: 1)
    let permit = try await semaphore.acquire(1)
    let waiter = Task { try await semaphore.acquire(1) }
    await until { semaphore.waiterCount == 1 }
    #expect(try await semaphore.acquire(0).weight == 0)
    #expect(semaphore.tryAcquire(0) != nil)
    let cancelled = Task {
      await untilCancelled()
      return try await semaphore.acquire(0)
    }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    permit.release()
    _ = try await waiter.value
  }
}
