import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Batch: settings that change", .timeLimit(.minutes(5))) struct BatchSettingsTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<60 {
      try folder.write(Pictures.ppm(8, 6, seed: index), to: FilePath("in/\(100 + index).ppm"))
    }
  }

  private var plan: Plan {
    .writing(.fitting(4), from: folder["in"], to: folder["out"], workers: 2)
  }

  @Test("A5: a job goes by the settings of its start to its end; the next one sees the new ones")
  func onePerJob() async throws {
    let run = try await BatchRun(plan) { batch, _, count in
      guard count == 20 else { return }
      var settings = batch.plan.settings
      settings.jobTimeout = .seconds(3600)
      #expect((try? batch.reconfigure(settings)) == 2)
      // The same again is no change.
      #expect((try? batch.reconfigure(settings)) == 2)
    }
    let generations = run.outcomes.map(\.settingsGeneration)
    #expect(generations.prefix(20).allSatisfy { $0 == 1 })
    // The last to begin, that is: an older job may still be the last to end.
    #expect(run.inOrder.last?.settingsGeneration == 2)
    // Besides those that were told before the change, no more than were in flight at that moment.
    let inFlight = plan.settings.workerCount + 2
    #expect(generations.count { $0 == 1 } <= 20 + inFlight)
    #expect(Set(generations) == [1, 2])
  }

  @Test("A8: fewer workers finish what runs; more take up new jobs at once", arguments: [1, 8])
  func workers(newCount: Int) async throws {
    var plan = plan
    plan.settings.workerCount = 4
    let batch = Batch(plan)
    let run = Task {
      try await BatchRun(batch) { batch, _, count in
        if count == 10 {
          var settings = batch.plan.settings
          settings.workerCount = newCount
          _ = try? batch.reconfigure(settings)
        }
      }
    }
    let report = try await run.value.report
    #expect((report.done, report.failed) == (60, 0))
  }

  @Test("A8: raised while every worker is held up, the new ones begin")
  func moreWorkersAtOnce() async throws {
    var plan = plan
    plan.settings.workerCount = 1
    plan.settings.byteRate = Rate(perSecond: 1)
    let batch = Batch(plan)
    let run = Task { try await BatchRun(batch) }
    // A byte a second: they wait for the rate, and no output comes.
    await until { batch.status.running.count { $0.stage == nil } >= 1 + 2 }
    var settings = plan.settings
    settings.workerCount = 8
    try batch.reconfigure(settings)
    await until { batch.status.running.count >= 8 }
    settings.byteRate = .unlimited
    try batch.reconfigure(settings)
    let report = try await run.value.report
    #expect(report.done == 60)
  }

  @Test("A9: jobs that wait for a rate go on by the new one")
  func rates() async throws {
    var plan = plan
    plan.settings.jobRate = Rate(every: .seconds(3600))
    let batch = Batch(plan)
    let run = Task { try await BatchRun(batch) }
    await until { batch.progress.settled == 1 && batch.status.running.count >= 2 }
    var settings = plan.settings
    settings.jobRate = Rate(perSecond: 1000)
    try batch.reconfigure(settings)
    let report = try await run.value.report
    #expect(report.done == 60)
  }

  @Test("A8: less memory than a waiting picture needs fails it by name; more lets it in")
  func memory() async throws {
    let probe = try await BatchRun(plan)
    let needed = try #require(probe.outcomes.compactMap(\.memoryByteCount).max())
    var plan = plan
    plan.settings.memoryByteCount = needed
    let run = try await BatchRun(plan) { batch, _, count in
      var settings = batch.plan.settings
      if count == 10 { settings.memoryByteCount = needed / 2 }
      if count == 30 { settings.memoryByteCount = needed * 10 }
      if [10, 30].contains(count) { _ = try? batch.reconfigure(settings) }
    }
    #expect(run.report.found == 60 && run.report.failed > 0 && run.report.done > 30)
    #expect(run.report.failures.allSatisfy { $0.failure.code == "memoryBudget" })
    #expect(run.inOrder.last?.word == "written")
  }

  @Test(
    "a time limit that is set, moved or lifted while the run goes on", arguments: [true, false])
  func timeout(isLifted: Bool) async throws {
    var plan = plan
    plan.settings.jobRate = Rate(every: .seconds(3600))
    plan.settings.timeout = isLifted ? .seconds(100_000) : nil
    let batch = Batch(plan)
    let run = Task { try await BatchRun(batch) }
    await until { batch.progress.settled == 1 }
    var settings = plan.settings
    settings.timeout = isLifted ? nil : .milliseconds(1)
    settings.jobRate = isLifted ? .unlimited : plan.settings.jobRate
    try batch.reconfigure(settings)
    let ended = try await run.value
    if isLifted {
      #expect(ended.report.done == 60)
    } else {
      #expect(ended.interruption == .deadline(label: "the run timed out after 0.001s"))
      #expect(ended.report.done >= 1)
    }
  }

  @Test("L15: what cannot start any more before the run's time is over ends the run at once")
  func tooLateToStart() async throws {
    var plan = plan
    plan.settings.jobRate = Rate(every: .seconds(3600))
    plan.settings.timeout = .seconds(1800)
    let run = try await BatchRun(plan)
    #expect(run.report.done == 1)
    #expect(run.interruption?.isTimeout == true)
    #expect(run.report.failed == 0 && run.report.cancelled > 0)
    #expect(run.report.duration < .seconds(900))
  }

  @Test("L15: those who may still start in time wait for it, whoever behind them may not")
  func inTimeToStart() async throws {
    var plan = plan
    plan.settings.workerCount = 4
    plan.settings.jobRate = Rate(perSecond: 20)
    plan.settings.timeout = .milliseconds(950)
    let run = try await BatchRun(plan)
    // The burst of two, then one every 50 ms; a loaded machine may be late for some of them.
    #expect((3...20).contains(run.report.done))
    #expect(run.report.failed == 0 && run.interruption?.isTimeout == true)
  }

  @Test("what the system does not give is refused, and nothing changes")
  func refused() async throws {
    let batch = Batch(plan)
    var settings = plan.settings
    settings.workerCount = 1 << 30
    let wanted = settings
    #expect(throws: BatchError.self) { try batch.reconfigure(wanted) }
    #expect(batch.status.settings == plan.settings)
    #expect(batch.status.settingsGeneration == 1)
  }

  @Test("the status tells what is in flight, how long, and what waits")
  func status() async throws {
    var plan = plan
    plan.settings.jobRate = Rate(every: .seconds(3600))
    let batch = Batch(plan)
    let run = Task { try await BatchRun(batch) }
    await until {
      let running = batch.status.running
      return batch.progress.settled == 1 && running.count == 4
        && running.allSatisfy { $0.stage == nil }
    }
    let status = batch.status
    #expect(status.running.allSatisfy { $0.age >= .zero })
    #expect(status.running.map(\.age) == status.running.map(\.age).sorted(by: >))
    #expect(status.queuedCount == 0 && status.progress.done == 1)
    #expect(status.slowest?.duration ?? .zero > .zero)
    batch.stop(.cancelled)
    #expect(try await run.value.report.cancelled == 4)
  }

  @Test("a job that works longer than it should is told once, while it does")
  func stalled() async throws {
    var plan = plan
    plan.settings.stallTime = .microseconds(100)
    let batch = Batch(plan)
    let (queued, atWork) = (JobActivity(DisplayPath("a.png")), JobActivity(DisplayPath("b.png")))
    for activity in [queued, atWork] { _ = batch.ledger.withLock { $0.enter(activity) } }
    var stalled: [JobStatus] = []
    func tellStalled() {
      batch.tellStalled { if case .stalled(let job) = $0 { stalled.append(job) } }
    }
    atWork.start()
    atWork.enter(.working(.decode))
    await until { atWork.age ?? .zero > .microseconds(100) }
    tellStalled()
    #expect(stalled.map(\.input) == ["b.png"])
    #expect(stalled.allSatisfy { $0.age > .microseconds(100) && $0.stage == .decode })
    atWork.enter(.working(.encode))
    tellStalled()
    #expect(stalled.count == 1)
  }

  @Test("a job's age is that of its work: its waits are left out, and writing is work")
  func ages() async {
    let activity = JobActivity(DisplayPath("a.png"))
    #expect(activity.phase == .queued && activity.age == nil)
    activity.start()
    activity.enter(.working(.decode))
    await until { activity.age ?? .zero > .milliseconds(1) }
    await activity.leaveOut {
      let age = activity.age
      #expect(activity.phase == .waiting && !activity.turnsOut(olderThan: .zero))
      await Task.yield()
      #expect(activity.age == age)
    }
    #expect(activity.phase == .working(.decode))
    activity.enter(.finished)
    #expect(!activity.turnsOut(olderThan: .zero))
    activity.enter(.working(.write))
    #expect(activity.turnsOut(olderThan: .zero) && !activity.turnsOut(olderThan: .zero))
  }
}
