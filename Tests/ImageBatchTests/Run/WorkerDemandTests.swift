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

  private static let start = Deadline.Instant.now

  private func reading(
    after time: Duration, used processorTime: Duration, settled: Int, hasQueue: Bool = true
  ) -> WorkerDemand.Reading {
    WorkerDemand.Reading(
      instant: Self.start.advanced(by: time), processorTime: processorTime, settledCount: settled,
      hasQueue: hasQueue)
  }

  private func demand(processors: Int) -> WorkerDemand {
    WorkerDemand(
      processorCount: processors, from: reading(after: .zero, used: .seconds(7), settled: 3))
  }

  @Test(
    "more are wanted where a processor idles",
    arguments: [(1, 74, true), (1, 76, false), (2, 149, true), (2, 151, false), (4, 0, true)])
  func idleProcessor(processors: Int, milliseconds: Int, isFelt: Bool) {
    var demand = demand(processors: processors)
    let used = Duration.seconds(7) + .milliseconds(milliseconds)
    let isFeltNow = demand.isFelt(at: reading(after: .milliseconds(100), used: used, settled: 4))
    #expect(isFeltNow == isFelt)
  }

  @Test("more are wanted where nothing comes to its end, busy as the processors may be")
  func longJobs() {
    var demand = demand(processors: 2)
    let isFelt = demand.isFelt(
      at: reading(after: .milliseconds(100), used: .seconds(8), settled: 3))
    #expect(isFelt)
  }

  @Test("none are wanted while no job waits for one")
  func noQueue() {
    var demand = demand(processors: 2)
    let reading = reading(
      after: .milliseconds(100), used: .seconds(7), settled: 3, hasQueue: false)
    let isFelt = demand.isFelt(at: reading)
    #expect(!isFelt)
  }

  @Test("what counts is the time since the last reading, not since the start")
  func sinceLast() {
    var demand = demand(processors: 1)
    var used = Duration.seconds(7)
    for tick in 1...9 {
      used += .milliseconds(100)
      let time = Duration.milliseconds(100) * tick
      let isFelt = demand.isFelt(at: reading(after: time, used: used, settled: 3 + tick))
      #expect(!isFelt)
    }
    let isFelt = demand.isFelt(at: reading(after: .seconds(1), used: used, settled: 13))
    #expect(isFelt)
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
