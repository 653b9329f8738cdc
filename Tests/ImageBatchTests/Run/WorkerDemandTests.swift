import ConcurrencyPrimitives
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Demand for workers", .timeLimit(.minutes(5))) struct WorkerDemandTests {
  /// A look at a run whose jobs have read and computed for so many milliseconds.
  private func look(
    settled: Int, read: Int = 0, decode: Int = 0, hasQueue: Bool = true
  ) -> WorkerDemand.Look {
    var times = StageTimes()
    times.read = .milliseconds(read)
    times.decode = .milliseconds(decode)
    return WorkerDemand.Look(settledCount: settled, times: times, hasQueue: hasQueue)
  }

  @Test(
    "more are wanted where much of the jobs' time goes into reading",
    arguments: [(39, 61, false), (40, 60, true), (100, 0, true), (0, 100, false)])
  func reading(read: Int, decode: Int, isFelt: Bool) {
    // What was before counts for nothing.
    for (readBefore, decodeBefore) in [(0, 0), (900, 100), (0, 1000)] {
      var demand = WorkerDemand(from: look(settled: 3, read: readBefore, decode: decodeBefore))
      let isFeltNow = demand.isFelt(
        at: look(settled: 4, read: readBefore + read, decode: decodeBefore + decode))
      #expect(isFeltNow == isFelt)
    }
  }

  @Test("more are wanted where nothing comes to its end, five times in a row")
  func standstill() {
    var demand = WorkerDemand(from: look(settled: 3))
    let settledCounts = [3, 3, 3, 3, 4, 4, 4, 4, 4, 4]
    let felt = settledCounts.map { demand.isFelt(at: look(settled: $0)) }
    #expect(felt == Array(repeating: false, count: 9) + [true])
  }

  @Test("none are wanted while no job waits for one")
  func noQueue() {
    var demand = WorkerDemand(from: look(settled: 3))
    for _ in 0..<9 {
      let isFelt = demand.isFelt(at: look(settled: 3, read: 100, hasQueue: false))
      #expect(!isFelt)
    }
  }

  /// A batch with four workers and one processor for them, as far as its run has hired them.
  private func withCrew(_ body: (Batch, Crew) async throws -> Void) async throws {
    let plan = Plan.reading(.verify, of: "in", workers: 4)
    let batch = Batch(plan, processorCount: 1)
    let crew = try Crew(workerCount: 4, hasScout: false, foremanBlocks: false)
    batch.begin(with: crew)
    try await body(batch, crew)
    batch.end()
    crew.dismiss()
  }

  private func enterJob(in batch: Batch) {
    _ = batch.ledger.withLock { $0.enter(JobActivity(DisplayPath(FilePath("a")))) }
  }

  @Test("workers beyond the processors come when they are wanted, and the window is widened")
  func hired() async throws {
    try await withCrew { batch, crew in
      try batch.hireWorkers()
      enterJob(in: batch)
      for _ in 0..<4 {
        batch.hireRest()
        #expect(crew.workerCount == 1)
      }
      batch.hireRest()
      #expect(crew.workerCount == 4)
      var wakeUps = batch.wakeUps.stream.makeAsyncIterator()
      #expect(await wakeUps.next() != nil)
    }
  }

  @Test("none come to a run that is being ended")
  func ending() async throws {
    try await withCrew { batch, crew in
      try batch.hireWorkers()
      enterJob(in: batch)
      batch.close(.cancelled)
      for _ in 0..<9 { batch.hireRest() }
      #expect(crew.workerCount == 1)
    }
  }

  @Test("A8: who asks for another number of workers gets them at once, who changes a rate does not")
  func changed() async throws {
    try await withCrew { batch, crew in
      try batch.hireWorkers()
      var settings = batch.plan.settings
      settings.jobRate = Rate(perSecond: 1e6)
      try batch.reconfigure(settings)
      #expect(crew.workerCount == 1)
      settings.workerCount = 3
      try batch.reconfigure(settings)
      #expect(crew.workerCount == 3)
    }
  }

  @Test("A8: also before the run hires, which lets nobody go")
  func changedBefore() async throws {
    try await withCrew { batch, crew in
      var settings = batch.plan.settings
      settings.workerCount = 3
      try batch.reconfigure(settings)
      try batch.hireWorkers()
      #expect(crew.workerCount == 3)
    }
  }
}
