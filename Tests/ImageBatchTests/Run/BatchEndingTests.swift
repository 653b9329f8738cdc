import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

// `BatchRun` checks for every one of these that jobs found = outcomes settled, each once, and that
// all that were cut off name the run's own cause.
@Suite("Batch: how it ends", .timeLimit(.minutes(15))) struct BatchEndingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var input: FilePath { folder["in"] }
  private var output: FilePath { folder["out"] }

  private func fill(_ count: Int, brokenAt broken: Set<Int> = []) throws {
    for index in 0..<count {
      let bytes = Pictures.ppm(4, 3, seed: index)
      let name = FilePath("in/\(index + 100).ppm")
      try folder.write(broken.contains(index) ? bytes.dropLast() : bytes, to: name)
    }
  }

  /// What is in OUT is what was written, whole, and nothing besides.
  private func expectWholeOutputs(_ run: BatchRun) {
    let contents = folder.contents("out")
    #expect(contents.keys.sorted() == run.writtenNames)
    for outcome in run.outcomes where outcome.word == "written" {
      #expect(outcome.outputByteCount == contents[outcome.name]?.count)
    }
    #expect(contents.values.allSatisfy { (try? ReadPicture($0)) != nil })
  }

  @Test("completed: every job was settled")
  func completed() async throws {
    try fill(20)
    let run = try await BatchRun(.writing(.fitting(2), from: input, to: output))
    #expect(run.isCompleted)
    #expect(run.report.done == 20)
    expectWholeOutputs(run)
  }

  @Test("G13: failures end nothing; they are told in the order of the input", arguments: [1, 2, 7])
  func failures(workers: Int) async throws {
    try fill(20, brokenAt: [0, 3, 4, 11, 19])
    let run = try await BatchRun(
      .writing(.fitting(2), from: input, to: output, workers: workers))
    #expect(run.isCompleted)
    #expect(run.report.failures.map(\.index) == [0, 3, 4, 11, 19])
    #expect(run.report.failures.allSatisfy { $0.failure.code == "truncated" })
    #expect((run.report.done, run.report.failed) == (15, 5))
    expectWholeOutputs(run)
  }

  @Test("G2, G3: fail-fast ends at the first failure, which is the cause", arguments: [1, 2, 7])
  func failFast(workers: Int) async throws {
    let count = 60 + JobOrder.restCount(workerCount: workers)
    try fill(count, brokenAt: [5, 6, 7, 8])
    var plan = Plan.writing(.fitting(2), from: input, to: output, workers: workers)
    plan.failurePolicy = .failFast
    let run = try await BatchRun(plan)
    let first = try #require(run.outcomes.first { $0.failure != nil })
    #expect(
      run.interruption == .failure("\(first.input): decode: \(first.failure?.message ?? "")"))
    #expect(run.report.found < count)
    // Nothing that starts after the failure was seen: at most what was in flight with it.
    let settledBefore = run.outcomes.firstIndex { $0.failure != nil } ?? 0
    #expect(run.report.found <= settledBefore + workers + 2)
    expectWholeOutputs(run)
  }

  @Test("fail-fast at the very last job is complete, and failed")
  func failFastAtTheEnd() async throws {
    try fill(3, brokenAt: [2])
    var plan = Plan.writing(.fitting(2), from: input, to: output, workers: 1)
    plan.failurePolicy = .failFast
    let run = try await BatchRun(plan)
    #expect((run.report.done, run.report.failed, run.report.cancelled) == (2, 1, 0))
  }

  @Test("G11: a cancelled task ends it, and what had not begun never does")
  func cancelledTask() async throws {
    try fill(100)
    let plan = Plan.writing(.fitting(2), from: input, to: output)
    let isRunning = Event()
    let running = Task {
      try await BatchRun(plan) { batch, _, count in
        if count == 3 {
          isRunning.happen()
          blockUntil { batch.interruption != nil }
        }
      }
    }
    await isRunning.wait()
    running.cancel()
    let run = try await running.value
    #expect(run.interruption == .cancelled)
    #expect(run.report.found <= 3 + plan.settings.workerCount + 2)
    expectWholeOutputs(run)
  }

  @Test("closing it leaves the jobs that have begun in peace: only stopping cancels their tasks")
  func closingSparesRunningJobs() async throws {
    try fill(4)
    let cancelled = Log<Bool>()
    try await BatchRun(.writing(.fitting(2), from: input, to: output)) { batch, _, count in
      guard count == 1 else { return }
      batch.close(.signal(SIGINT))
      // The word would come from another thread: a moment is all that it needs.
      usleep(50_000)
      cancelled.append(Task.isCancelled)
      batch.stop(.cancelled)
      blockUntil { Task.isCancelled }
      cancelled.append(Task.isCancelled)
    }
    #expect(cancelled.entries == [false, true])
  }

  @Test("closing it sends away those who wait for memory")
  func closingEndsWaits() async throws {
    try fill(12)
    let probe = try await BatchRun(.writing(.fitting(2), from: input, to: output))
    let need = try #require(probe.outcomes.compactMap(\.memoryByteCount).max())
    // Room for one job; the writer, who would give it back, closes the batch instead.
    let plan = Plan.writing(.fitting(2), from: input, to: output, workers: 4, memory: need)
    let run = try await BatchRun(plan) { batch, _, count in
      if count == 1 { batch.close(.signal(SIGINT)) }
    }
    #expect(run.interruption == .signal(SIGINT))
    #expect(run.report.cancelled > 0 && run.report.done < 12)
  }

  @Test("a run that is left alone settles each job once, and tells nobody what comes later")
  func abandoned() async throws {
    try fill(12)
    let batch = Batch(.writing(.fitting(2), from: input, to: output, workers: 4))
    let outcomes = Log<Outcome>()
    let reports = Log<BatchReport>()
    _ = try await batch.run { outcome in
      outcomes.append(outcome)
      guard outcomes.count == 3 else { return }
      // Time for the others to be found and done.
      batch.close(.signal(SIGTERM))
      reports.append(batch.abandon(.signal(SIGTERM)) { outcomes.append($0) })
    }
    let report = try #require(reports.entries.first)
    #expect(outcomes.entries.map(\.index).sorted() == Array(0..<report.found))
    #expect((report.done, report.cancelled) == (3, report.found - 3))
    #expect(report.cancelled > 0)
  }

  @Test("F20: a signal is answered even where every job could still finish")
  func lateSignal() async throws {
    try fill(3)
    let plan = Plan.writing(.fitting(2), from: input, to: output, workers: 1)
    let signalled = try await BatchRun(plan) { batch, _, count in
      if count == 3 { batch.close(.signal(SIGINT)) }
    }
    #expect(signalled.interruption == .signal(SIGINT) && signalled.report.done == 3)
    let inTime = try await BatchRun(plan) { batch, _, count in
      if count == 3 { batch.close(.deadline(label: "late")) }
    }
    #expect(inTime.isCompleted && inTime.report.done == 3)
  }

  @Test(
    "F39: where OUT is removed meanwhile the run breaks, and not file by file", arguments: [1, 4])
  func removedOutput(workers: Int) async throws {
    try fill(40)
    let run = try await BatchRun(
      .writing(.fitting(2), from: input, to: output, workers: workers)
    ) { [folder] _, _, count in
      if count == 3 { folder.remove("out") }
    }
    #expect(run.breakage?.code == .outputDeviceFailed)
    #expect((run.report.done, run.report.failed) == (3, 1))
  }

  @Test(
    "F39: a folder below OUT that is removed is made anew; one renamed takes its outputs along")
  func outputFolderLeaves() async throws {
    for index in 0..<6 {
      try folder.write(Pictures.ppm(8, 8), to: FilePath("in/a/b/\(index).ppm"))
    }
    try folder.write(Pictures.ppm(8, 8), to: "in/a/c/0.ppm")
    let run = try await BatchRun(
      .writing(.fitting(2), from: input, to: output, workers: 1)
    ) { [folder] _, _, count in
      // The second time what comes next is in a folder that was not opened before.
      if count == 2 || count == 6 { folder.remove("out/a") }
      if count == 4 { try? folder.rename("out/a/b", to: "out/moved") }
    }
    #expect((run.report.done, run.report.failed) == (7, 0))
    #expect(
      folder.tree("out") == [
        "a/", "a/c/", "a/c/0.ppm",
        "moved/", "moved/2.ppm", "moved/3.ppm", "moved/4.ppm", "moved/5.ppm",
      ])
  }

  @Test("an outcome that is being told when a run is left alone comes before the rest")
  func abandonedWhileTelling() async throws {
    try fill(8)
    let batch = Batch(.writing(.fitting(2), from: input, to: output, workers: 2))
    let told = Log<String>()
    let isTelling = Event()
    let abandoning = Task.detached {
      await isTelling.wait()
      let report = batch.abandon(.signal(SIGTERM)) { _ in told.append("rest") }
      told.append("\(report.found)")
    }
    _ = try await batch.run { _ in
      if told.count == 0 {
        isTelling.happen()
        usleep(20_000)
      }
      told.append("job")
    }
    await abandoning.value
    let entries = told.entries
    #expect(entries.first == "job" && entries.last == "\(entries.count - 1)", "\(entries)")
  }

  @Test("what broke a run is told even where the run is left alone")
  func abandonedBreakage() async throws {
    let batch = Batch(.writing(from: input, to: output))
    let error = BatchError(.outputDeviceFailed, "a disk")
    batch.breakdown.withLock { $0 = error }
    guard case .broken(let told) = batch.abandon(.failure("a disk")).ending else {
      Issue.record("the run did not break")
      return
    }
    #expect(told.code == .outputDeviceFailed)
    #expect(batch.interruption == .failure("a disk"))
  }

  @Test("a task that was cancelled before ends at once")
  func cancelledBefore() async throws {
    try fill(10)
    let plan = Plan.writing(from: input, to: output)
    let running = Task {
      await until { Task.isCancelled }
      return try await BatchRun(plan)
    }
    running.cancel()
    let run = try await running.value
    #expect(run.interruption == .cancelled)
    #expect(run.report.found == 0)
  }

  @Test("it can be ended before it runs", arguments: [false, true])
  func endedBefore(stops: Bool) async throws {
    try fill(10)
    let batch = Batch(.writing(from: input, to: output))
    if stops { batch.stop(.signal(SIGTERM)) } else { batch.close(.signal(SIGTERM)) }
    let run = try await BatchRun(batch)
    #expect(run.interruption == .signal(SIGTERM))
    #expect(run.report.found == 0)
  }

  @Test("C2: close takes nothing new up, and lets what runs go on to its end")
  func close() async throws {
    try fill(100)
    let batch = Batch(.writing(.fitting(2), from: input, to: output, workers: 4))
    let run = try await BatchRun(batch) { batch, _, count in
      if count == 10 { batch.close(.signal(SIGINT)) }
    }
    #expect(run.interruption == .signal(SIGINT))
    #expect(batch.work.interruption == nil, "what runs was not told to leave")
    #expect(run.report.found < 100)
    expectWholeOutputs(run)
  }

  @Test("C1: stop is known to the work before it returns")
  func stop() async throws {
    try fill(100)
    let batch = Batch(.writing(.fitting(2), from: input, to: output, workers: 4))
    let run = try await BatchRun(batch) { batch, _, count in
      guard count == 10 else { return }
      batch.stop(.signal(SIGTERM))
      #expect(batch.work.interruption == .signal(SIGTERM))
      #expect(batch.interruption == .signal(SIGTERM))
    }
    #expect(run.interruption == .signal(SIGTERM))
    expectWholeOutputs(run)
  }

  @Test("C7: the first cause is kept, whoever comes later")
  func firstCause() async throws {
    try fill(30, brokenAt: [9, 10, 11, 12])
    var plan = Plan.writing(.fitting(2), from: input, to: output, workers: 4)
    plan.failurePolicy = .failFast
    let batch = Batch(plan)
    let run = try await BatchRun(batch) { batch, _, count in
      guard count == 2 else { return }
      batch.close(.signal(SIGINT))
      batch.stop(.signal(SIGTERM))
      batch.stop(.cancelled)
    }
    #expect(run.interruption == .signal(SIGINT))
    #expect(batch.work.interruption == .signal(SIGINT))
  }

  @Test("G12: of causes that race one wins, and everybody names it", arguments: 0..<10)
  func racingCauses(round: Int) async throws {
    try fill(40)
    let batch = Batch(.writing(.fitting(2), from: input, to: output, workers: 3))
    let mayStop = Event()
    let causes: [Interruption] = [.signal(SIGINT), .signal(SIGTERM), .failure("x"), .cancelled]
    async let stopping: Void = withTaskGroup { group in
      for cause in causes {
        group.addTask {
          await mayStop.wait()
          round.isMultiple(of: 2) ? batch.stop(cause) : batch.close(cause)
        }
      }
    }
    let run = try await BatchRun(batch) { _, _, count in
      if count == round + 1 { mayStop.happen() }
    }
    mayStop.happen()
    await stopping
    let kept = try #require(batch.interruption)
    #expect(causes.contains(kept))
    #expect(run.isCompleted || run.interruption == kept)
    #expect(run.causes.allSatisfy { $0 == kept })
  }

  @Test("C5: no time at all is a run of nothing, told as a timeout")
  func noTime() async throws {
    try fill(10)
    var plan = Plan.writing(from: input, to: output)
    plan.settings.timeout = .zero
    let run = try await BatchRun(plan)
    #expect(run.interruption == .deadline(label: "the run timed out after 0s"))
    #expect(run.interruption?.isTimeout == true)
    #expect(run.report.found == 0)
  }

  @Test("C8, C16: the run's deadline cuts off the rest, and is told apart from a stop")
  func runTimeout() async throws {
    try fill(100)
    var plan = Plan.writing(.fitting(2), from: input, to: output)
    plan.settings.timeout = .milliseconds(200)
    // Nobody hurries: the first job settles when the time is up.
    let run = try await BatchRun(plan) { batch, _, _ in blockUntil { batch.interruption != nil } }
    #expect(run.interruption == .deadline(label: "the run timed out after 0.2s"))
    #expect(run.report.failed == 0, "the run's deadline fails no job")
    #expect(run.report.found <= plan.settings.workerCount + 2 + 1)
    expectWholeOutputs(run)
  }

  @Test("C6: who stops before the deadline is the cause, not the deadline")
  func stoppedBeforeDeadline() async throws {
    try fill(100)
    var plan = Plan.writing(.fitting(2), from: input, to: output)
    plan.settings.timeout = .seconds(3600)
    let run = try await BatchRun(plan) { batch, _, count in
      if count == 1 { batch.stop(.signal(SIGINT)) }
    }
    #expect(run.interruption == .signal(SIGINT))
    #expect(run.report.duration < .seconds(60), "no timer is waited for")
  }

  @Test("C4: a job's deadline fails the job; the run goes on")
  func jobTimeout() async throws {
    try fill(10)
    var plan = Plan.writing(.fitting(2), from: input, to: output)
    plan.settings.jobTimeout = .zero
    plan.settings.timeout = .seconds(3600)
    let run = try await BatchRun(plan)
    #expect(run.isCompleted)
    #expect(run.report.failed == 10)
    for failure in run.report.failures.map(\.failure) {
      #expect((failure.code, failure.message) == ("timedOut", "timed out after 0s"))
    }
    #expect(folder.tree("out") == [])
  }

  @Test("a budget that no picture fits fails each by name, at once")
  func noRoom() async throws {
    try fill(10)
    let run = try await BatchRun(.writing(.fitting(2), from: input, to: output, memory: 100))
    #expect(run.isCompleted)
    #expect(Set(run.outcomes.map(\.word)) == ["failed admit/memoryBudget"])
    let needed = try #require(run.outcomes[0].memoryByteCount)
    #expect(
      run.report.failures[0].failure.message
        == "needs \(needed) bytes of memory, allowed are 100")
    #expect(run.report.peakMemoryByteCount == 0)
    let enough = try await BatchRun(
      .writing(.fitting(2), from: input, to: output, workers: 4, memory: needed))
    #expect(enough.report.done == 10)
    #expect(enough.report.peakMemoryByteCount == needed)
  }

  @Test(
    "P2: a full device breaks the run within what is in flight, with one message",
    .enabled("needs root, to mount") { await Mounts.areAllowed() }, arguments: [1, 2, 7])
  func brokenDevice(workers: Int) async throws {
    for index in 0..<60 + JobOrder.restCount(workerCount: workers) {
      try folder.write(Pictures.ppm(40, 40, seed: index), to: FilePath("in/\(index + 100).ppm"))
    }
    let mount = try folder.makeFolder("mount")
    let device = try await Mounts.smallDevice(byteCount: 64 << 10, mountedOn: mount)
    let run = try await BatchRun(.writing(from: input, to: device, workers: workers))
    let breakage = try #require(run.breakage)
    #expect(breakage.code == .outputDeviceFailed)
    #expect(breakage.message.hasSuffix(": No space left on device"))
    #expect(run.report.failed == 1)
    #expect(run.report.failures[0].failure.code == "ENOSPC")
    #expect(run.report.found <= run.report.done + 1 + workers + 2)
    expectCause(breakage, of: run)
    let listing = try FolderListing(of: Directory(path: device)) { _, _ in true }
    #expect(listing.count == run.report.done)
    for outcome in run.outcomes where outcome.word == "written" {
      let bytes = TemporaryFolder.bytes(of: device.appending(outcome.name))
      #expect(bytes == Pictures.ppm(40, 40, seed: (Int(outcome.name.prefix(3)) ?? 0) - 100))
    }
  }

  @Test("P3: a walk that breaks in the middle loses nothing that was found")
  func brokenWalk() async throws {
    try fill(10)
    try folder.write(Pictures.ppm(2, 2), to: "in/z/a.ppm")
    try folder.write(Pictures.pgm(2, 2), to: "in/z/a.pgm")
    let run = try await BatchRun(.writing(Recipe(format: .png), from: input, to: output))
    let breakage = try #require(run.breakage)
    #expect(breakage.code == .collision)
    #expect(run.report.found == 10)
    expectCause(breakage, of: run)
    #expect(folder.contents("out").count == run.report.done)
  }

  @Test("a job that waits for memory when the walk breaks is told the cause, too")
  func causeForTheWaiting() async throws {
    for index in 0..<10 {
      try folder.write(Pictures.ppm(40, 30, seed: index), to: FilePath("in/\(index + 100).ppm"))
    }
    try folder.write(Pictures.ppm(2, 2), to: "in/z/a.ppm")
    try folder.write(Pictures.pgm(2, 2), to: "in/z/a.pgm")
    var plan = Plan.writing(Recipe(format: .png), from: input, to: output, workers: 6)
    plan.isDryRun = true
    let needed = try await BatchRun(plan).outcomes.compactMap(\.memoryByteCount).max()
    plan.isDryRun = false
    // One at a time: the others wait.
    plan.settings.memoryByteCount = try #require(needed)
    let run = try await BatchRun(plan)
    let breakage = try #require(run.breakage)
    expectCause(breakage, of: run)
  }

  /// All that a broken run cut off name what broke it.
  private func expectCause(_ breakage: BatchError, of run: BatchRun) {
    #expect(run.causes.allSatisfy { $0 == .failure(breakage.message) })
  }

  @Test("P8: ended at a random moment in a random way, nothing is lost", arguments: 0..<100)
  func randomEndings(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...16, using: &random)
    try fill(count, brokenAt: Set((0..<3).map { _ in Int.random(in: 0..<count, using: &random) }))
    var plan = Plan.writing(
      .fitting(2), from: input, to: output, workers: Int.random(in: 1...5, using: &random))
    plan.failurePolicy = Bool.random(using: &random) ? .failFast : .keepGoing
    plan.settings.memoryByteCount = Bool.random(using: &random) ? 1 << 28 : 80_000
    let moment = Int.random(in: 0...count, using: &random)
    let way = Int.random(in: 0..<4, using: &random)
    let hasComeTo = Event()
    let batch = Batch(plan)
    let running = Task {
      try await BatchRun(batch) { batch, _, count in
        guard count == moment else { return }
        switch way {
        case 0: batch.stop(.signal(SIGTERM))
        case 1: batch.close(.signal(SIGINT))
        default: hasComeTo.happen()
        }
      }
    }
    let ending = Task {
      if moment > 0 { await until { hasComeTo.isPast || Task.isCancelled } }
      switch way {
      case 2: batch.stop(.failure("at some moment"))
      case 3: running.cancel()
      default: break
      }
    }
    let run = try await running.value
    ending.cancel()
    await ending.value
    expectWholeOutputs(run)
    if run.isCompleted { #expect(run.report.found == count) }
    #expect(run.report.peakMemoryByteCount <= plan.settings.memoryByteCount)
  }
}
