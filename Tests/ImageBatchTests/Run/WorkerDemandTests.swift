import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Demand for workers", .timeLimit(.minutes(5))) struct WorkerDemandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

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

  @Test("workers beyond the processors come when pictures are long")
  func hired() async throws {
    let batch = try batchOfLongJobs()
    let run = Task { try await BatchRun(batch) }
    await until { crewSize(of: batch) == 4 }
    await until { batch.status.running.count == 4 }
    batch.stop(.cancelled)
    _ = try await run.value
  }

  @Test("who asks for another number of workers gets them at once, who changes a rate does not")
  func changed() async throws {
    let batch = try batchOfLongJobs()
    let run = Task {
      try await BatchRun(
        batch,
        onNotice: {
          guard case .ready = $0 else { return }
          #expect(crewSize(of: batch) == 1)
          var settings = batch.plan.settings
          settings.jobRate = Rate(perSecond: 1e6)
          _ = try? batch.reconfigure(settings)
          #expect(crewSize(of: batch) == 1)
          settings.workerCount = 3
          _ = try? batch.reconfigure(settings)
          #expect(crewSize(of: batch) == 3)
          batch.stop(.cancelled)
        })
    }
    _ = try await run.value
  }

  private func crewSize(of batch: Batch) -> Int? {
    batch.running.withLock { $0.crew?.workerCount }
  }

  /// Four workers, and one processor for them.
  private func batchOfLongJobs() throws -> Batch {
    for index in 0..<6 {
      let header = Array("P4\n100000 100000\n".utf8)
      let path = try folder.write(header, to: FilePath("in/\(index).pbm"))
      #expect(path.withPlatformString { truncate($0, header.count + 100_000 * 12_500) } == 0)
    }
    var plan = Plan.reading(.verify, of: folder["in"], workers: 4)
    plan.limits.maximumPixelCount = .max
    return Batch(plan, processorCount: 1)
  }
}
