import Glibc
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(15))) struct GuestExecutorTests {
  private func withGuest<R>(
    ofPool threadCount: Int = 1, shortJobDuration: Duration = .zero,
    patience: Duration = .seconds(60), isAlwaysApart: Bool = false,
    _ body: (WorkerPool, GuestExecutor) async throws -> R
  ) async throws -> R {
    try await withPool(threadCount, shortJobDuration: shortJobDuration) { pool in
      let guest = try GuestExecutor(
        of: pool, name: "guest", patience: patience, isAlwaysApart: isAlwaysApart)
      defer { guest.shutdown() }
      return try await body(pool, guest)
    }
  }

  private func threadOfTurn(_ guest: GuestExecutor) async -> String {
    await Task(executorPreference: guest) { currentThreadName() }.value
  }

  /// Who runs when, where a turn is queued behind nine jobs.
  private func order(shortJobDuration: Duration) async throws -> [String] {
    let order = Log<String>()
    try await withGuest(shortJobDuration: shortJobDuration) { pool, guest in
      for _ in 0..<WorkerPool.shortJobRun { await Task(executorPreference: pool) {}.value }
      let (isHeld, gate) = (ThreadGate(), ThreadGate())
      let holder = Task(executorPreference: pool) {
        isHeld.open()
        gate.wait()
      }
      isHeld.wait()
      let jobs = (0..<9).map { index in
        Task(executorPreference: pool) { order.append("job \(index)") }
      }
      // Only when it is queued behind them all can it go before them.
      let turn = Task(executorPreference: guest) { order.append(currentThreadName()) }
      gate.open()
      for task in [holder, turn] + jobs { await task.value }
    }
    return order.entries
  }

  private let jobsInOrder = (0..<9).map { "job \($0)" }

  @Test("its turns come before the pool's own jobs, on the pool's threads")
  func turnsComeFirst() async throws {
    #expect(try await order(shortJobDuration: .zero) == ["test-0"] + jobsInOrder)
  }

  @Test("where jobs are short a turn comes when the last one is done")
  func turnsBehindShortJobs() async throws {
    #expect(try await order(shortJobDuration: .seconds(3600)) == jobsInOrder + ["test-0"])
  }

  @Test("a turn that waits behind short jobs has its time before a pool ends")
  func turnBeforeTheEnd() async throws {
    let pool = try WorkerPool(
      threadCount: 1, name: "test", shortJobDuration: .seconds(3600))
    let guest = try GuestExecutor(of: pool, name: "guest")
    for _ in 0..<WorkerPool.shortJobRun { await Task(executorPreference: pool) {}.value }
    let gate = ThreadGate()
    let job = Task(executorPreference: pool) { gate.wait() }
    let turn = Task(executorPreference: guest) { true }
    Task.detached {
      usleep(20_000)
      gate.open()
    }
    pool.shutdown()
    await job.value
    #expect(await turn.value)
    guest.shutdown()
  }

  @Test("after a turn that waits, those that follow have a thread of their own, for a while")
  func longTurns() async throws {
    try await withGuest(patience: .milliseconds(100)) { _, guest in
      #expect(await threadOfTurn(guest) == "test-0")
      #expect(await threadOfTurn(guest) == "test-0")
      await Task(executorPreference: guest) { _ = usleep(150_000) }.value
      var threads: [String] = []
      // A turn may last against its will, where the machine is busy.
      while threads.last != "test-0", threads.count < 10_000 {
        threads.append(await threadOfTurn(guest))
      }
      #expect(threads.last == "test-0")
      #expect(threads.count > 64 && threads.dropLast().allSatisfy { $0 == "guest-0" })
    }
  }

  @Test("after turns that last without waiting nothing changes")
  func busyTurns() async throws {
    try await withGuest(patience: .milliseconds(1)) { _, guest in
      for _ in 0..<3 {
        await Task(executorPreference: guest) {
          let end = Deadline.Instant.now.advanced(by: .milliseconds(20))
          while .now < end {}
        }.value
        #expect(await threadOfTurn(guest) == "test-0")
      }
    }
  }

  @Test("a turn that blocks apart takes the pool no thread")
  func blockedTurn() async throws {
    try await withGuest(isAlwaysApart: true) { pool, guest in
      let gate = ThreadGate()
      let turn = Task(executorPreference: guest) {
        gate.wait()
        return currentThreadName()
      }
      let name = await Task(executorPreference: pool) { currentThreadName() }.value
      #expect(name == "test-0")
      gate.open()
      #expect(await turn.value == "guest-0")
    }
  }

  @Test("turns are counted, and asking counts for one while there is none")
  func counting() async throws {
    try await withGuest { _, guest in
      let idle = guest.countTurns()
      #expect(guest.countTurns() > idle)
      let (isHeld, gate) = (ThreadGate(), ThreadGate())
      let turn = Task(executorPreference: guest) {
        isHeld.open()
        gate.wait()
      }
      isHeld.wait()
      let lasting = guest.countTurns()
      #expect(guest.countTurns() == lasting)
      gate.open()
      await turn.value
      await until { guest.countTurns() > lasting + 1 }
    }
  }

  @Test("a window with its source and collector as guest works on each element once")
  func fanOutWithGuest() async throws {
    for threadCount in [1, 2, 5] {
      let sum = try await withGuest(ofPool: threadCount) { pool, guest in
        try await Task(executorPreference: guest) {
          var numbers = (1...2000).makeIterator()
          var (sum, collecting) = (0, 0)
          try await fanOut(
            over: { numbers.next() }, width: threadCount + 2, on: pool, process: { $0 },
            collect: {
              collecting += 1
              #expect(collecting == 1)
              sum += $0
              collecting -= 1
            })
          return sum
        }.value
      }
      #expect(sum == 2000 * 2001 / 2)
    }
  }

  @Test("after its shutdown a job traps")
  func enqueuedTooLate() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let pool = try WorkerPool(threadCount: 1, name: "host")
      let guest = try GuestExecutor(of: pool, name: "guest")
      guest.shutdown()
      guest.shutdown()
      await Task(executorPreference: guest) {}.value
    }
    #expect(result?.said("after its shutdown") == true)
  }
}
