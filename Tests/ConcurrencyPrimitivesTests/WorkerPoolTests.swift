import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(15))) struct WorkerPoolTests {
  @Test("as many jobs block at once as there are threads")
  func jobsMayBlock() async throws {
    let gauge = Gauge()
    let gate = ThreadGate()
    try await withPool(8) { pool in
      #expect(pool.threadCount == 8)
      await withTaskGroup { group in
        for _ in 0..<8 {
          group.addTask(executorPreference: pool) {
            gauge.add(1)
            gate.wait()
          }
        }
        await until { gauge.current == 8 }
        gate.open()
      }
    }
  }

  @Test("jobs start in the order in which they came")
  func jobsStartInOrder() async throws {
    let order = Log<Int>()
    try await withPool(1) { pool in
      await withTaskGroup { group in
        for index in 0..<500 {
          group.addTask(executorPreference: pool) { order.append(index) }
        }
      }
    }
    #expect(order.entries == Array(0..<500))
  }

  @Test("threads have names that fit, and leave signals to others but for faults of their own")
  func threadsAreNamedAndMasked() async throws {
    let pool = try WorkerPool(threadCount: 1, name: "a-rather-long-name")
    defer { pool.shutdown() }
    let (name, blocked) = await Task(executorPreference: pool) {
      var mask = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &mask)
      let blocked = [SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGSEGV, SIGBUS, SIGILL].filter {
        sigismember(&mask, $0) == 1
      }
      return (currentThreadName(), blocked)
    }.value
    #expect(name == "a-rather-long-0")
    #expect(blocked == [SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE])
  }

  @Test(
    "a thread's name is cut to 15 bytes at a character's end",
    arguments: [
      ("worker", 3, "worker-3"), ("worker", 1_234_567, "worker-1234567"),
      ("", 0, "-0"), ("ääääääää", 10, "ääääää-10"),
    ])
  func threadName(stem: String, index: Int, name: String) {
    #expect(WorkerThread.name(stem, index) == name)
    #expect(name.utf8.count <= 15)
  }

  @Test("the maker's own signal mask stays as it was")
  func makersMaskStays() throws {
    var before = sigset_t()
    var after = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &before)
    try WorkerPool(threadCount: 2, name: "mask").shutdown()
    pthread_sigmask(SIG_BLOCK, nil, &after)
    #expect((1..<32).allSatisfy { sigismember(&before, $0) == sigismember(&after, $0) })
  }

  @Test(
    "where the system gives only some threads, the pool works with those",
    .disabled(if: ProcessFacts.isSanitized, "a sanitizer needs address space of its own"))
  func worksWithFewerThreads() async {
    await #expect(processExitsWith: .success) {
      // No address space for a thousand stacks. The pool must end before the process can report.
      limitAddressSpace(toMore: 128 << 20)
      let pool = try WorkerPool(threadCount: 1000, name: "few")
      let threadCount = pool.threadCount
      let answer = await Task(executorPreference: pool) { 42 }.value
      pool.shutdown()
      #expect((1..<1000).contains(threadCount))
      #expect(answer == 42)
    }
  }

  @Test("whether there would be threads is tried, and none is left")
  func threadsAreTried() async {
    await #expect(processExitsWith: .success) {
      let threadCount = ProcessFacts.threadCount
      #expect(WorkerPool.canStart(threadCount: 8))
      await until { ProcessFacts.threadCount <= threadCount }
    }
  }

  @Test(
    "threads that the system would not give are told",
    .disabled(if: ProcessFacts.isSanitized, "a sanitizer needs address space of its own"))
  func missingThreadsAreTold() async {
    await #expect(processExitsWith: .success) {
      limitAddressSpace(toMore: 128 << 20)
      #expect(!WorkerPool.canStart(threadCount: 1000))
      #expect(WorkerPool.canStart(threadCount: 1))
    }
  }

  @Test(
    "where the system gives no thread at all, the error says why",
    .disabled(if: ProcessFacts.isSanitized, "a sanitizer needs address space of its own"))
  func failsWithoutThreads() async {
    await #expect(processExitsWith: .success) {
      limitAddressSpace(toMore: 1 << 20)
      let error = #expect(throws: WorkerPool.StartError(errno: EAGAIN)) {
        try WorkerPool(threadCount: 2, name: "none")
      }
      #expect(error?.description.hasPrefix("cannot start a worker thread: ") == true)
    }
  }

  @Test("A8: lowered from 8 to 2, running jobs finish, and no more than 2 begin at a time")
  func threadsAreLetGo() async throws {
    try await withPool(8) { pool in
      let running = Gauge()
      let first = ThreadGate()
      let firstJobs = (0..<8).map { _ in
        Task(executorPreference: pool) {
          running.add(1)
          first.wait()
          running.add(-1)
        }
      }
      await until { running.current == 8 }
      try pool.resize(to: 2)
      #expect((pool.threadCount, running.current) == (2, 8))
      let later = Gauge()
      let laterJobs = (0..<64).map { _ in
        Task(executorPreference: pool) {
          later.add(1)
          sched_yield()
          later.add(-1)
        }
      }
      first.open()
      for job in firstJobs + laterJobs { await job.value }
      #expect(running.current == 0)
      #expect((1...2).contains(later.highest))
    }
  }

  @Test("how long a guest waits goes by the threads, also by those that are kept after all")
  func guestPatience() async throws {
    try await withPool(2) { pool in
      func patience() -> Int { pool.guestPatience.load(ordering: .relaxed) }
      let (running, gate) = (Gauge(), ThreadGate())
      let jobs = (0..<2).map { _ in
        Task(executorPreference: pool) {
          running.add(1)
          gate.wait()
        }
      }
      await until { running.current == 2 }
      #expect(patience() == 2)
      // Both threads are at work, and neither notices.
      try pool.resize(to: 1)
      #expect(patience() == 1)
      try pool.resize(to: 2)
      #expect(patience() == 2)
      gate.open()
      for job in jobs { await job.value }
    }
  }

  @Test("A8: raised from 2 to 8, the new threads take up what is queued")
  func threadsAreAdded() async throws {
    try await withPool(2) { pool in
      let running = Gauge()
      let gate = ThreadGate()
      let jobs = (0..<8).map { _ in
        Task(executorPreference: pool) {
          running.add(1)
          gate.wait()
        }
      }
      await until { running.current == 2 }
      try pool.resize(to: 8)
      await until { running.current == 8 }
      gate.open()
      for job in jobs { await job.value }
    }
  }

  @Test("a pool that shrinks and grows a thousand times has the threads it says")
  func resizesLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      let threadCount = ProcessFacts.threadCount
      let pool = try WorkerPool(threadCount: 4, name: "breathing")
      for round in 0..<1000 {
        try pool.resize(to: 1 + round % 8)
        if round.isMultiple(of: 10) { await Task(executorPreference: pool) {}.value }
      }
      try pool.resize(to: 3)
      #expect(pool.threadCount == 3)
      let coreCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))
      await until { ProcessFacts.threadCount <= threadCount + 3 + coreCount }
      pool.shutdown()
      try pool.resize(to: 5)
      #expect(pool.threadCount == 0)
    }
  }

  @Test("a shutdown runs what is queued; a second one does nothing")
  func shutdownDrains() throws {
    let order = Log<Int>()
    let gate = ThreadGate()
    let pool = try WorkerPool(threadCount: 1, name: "drain")
    let blocking = Task(executorPreference: pool) { gate.wait() }
    let queued = (0..<10).map { index in
      Task(executorPreference: pool) { order.append(index) }
    }
    gate.open()
    pool.shutdown()
    pool.shutdown()
    #expect(order.entries == Array(0..<10))
    #expect(pool.threadCount == 0)
    _ = (blocking, queued)
  }

  @Test("a shutdown from one of the pool's own threads traps")
  func shutdownFromWithinTraps() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let pool = try WorkerPool(threadCount: 1, name: "within")
      await Task(executorPreference: pool) { pool.shutdown() }.value
    }
    #expect(end?.said("shut down from one of its own threads") == true)
  }

  @Test("a job that comes after the shutdown traps")
  func enqueueAfterShutdownTraps() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let pool = try WorkerPool(threadCount: 1, name: "after")
      pool.shutdown()
      await Task(executorPreference: pool) {}.value
    }
    #expect(end?.said("enqueued on a WorkerPool after its shutdown") == true)
  }

  @Test("P9: a thousand pools leave no thread, no descriptor and no memory behind")
  func poolsLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      func useOnePool() async throws {
        try await withPool(2) { pool in
          var remaining = 4
          try await fanOut(
            over: {
              remaining -= 1
              return remaining >= 0 ? remaining : nil
            }, width: 4, on: pool, process: { $0 }, collect: { _ in })
        }
      }
      for _ in 0..<50 { try await useOnePool() }
      let threadCount = ProcessFacts.threadCount
      let descriptorCount = ProcessFacts.descriptorCount
      let residentByteCount = ProcessFacts.residentByteCount
      for _ in 0..<1000 { try await useOnePool() }
      let coreCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))
      // A thread that was joined may stand in /proc for another moment, and the runtime may have
      // started one more of its own, one a core at most.
      await until { ProcessFacts.threadCount <= threadCount + coreCount }
      #expect(ProcessFacts.descriptorCount == descriptorCount)
      let growth = ProcessFacts.residentByteCount - residentByteCount
      #expect(growth < 4 << 20 || ProcessFacts.isSanitized)
    }
  }
}

/// Lets the process grow by so many bytes and no further.
func limitAddressSpace(toMore byteCount: Int) {
  let limit = rlim_t(ProcessFacts.virtualByteCount + byteCount)
  var limits = rlimit(rlim_cur: limit, rlim_max: limit)
  setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
}
