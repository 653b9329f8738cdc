import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

// P4 and P5 (blocked producers, closed channels) do not arise: the window of `fanOut` takes the
// place of channels; its own tests prove that it unblocks. P6 (ordered fan-in) does not arise:
// outcomes come as they settle, and only the report puts failures in order.
// G6 (limit), G7 to G10 and S rows stand with `fanOut` and `WeightedSemaphore`.
@Suite("Batch: workers", .timeLimit(.minutes(15))) struct BatchConcurrencyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var input: FilePath { folder["in"] }

  private func fillWithAllKinds() throws {
    for index in 0..<8 {
      try folder.write(Pictures.ppm(9, 7, seed: index), to: FilePath("in/\(index)/a.ppm"))
      try folder.write(Pictures.pgm(7, 9, seed: index), to: FilePath("in/\(index)/b.pgm"))
    }
    try folder.write(try Pictures.encoded(.png, 9, 7), to: "in/c.png")
    try folder.write(
      try Pictures.encoded(
        .png, 9, 7, PixelFormat(.rgba, .sixteen),
        metadata: Metadata(orientation: .rotated90Clockwise)), to: "in/d.png")
    try folder.write(try Pictures.encoded(.qoi, 3, 3), to: "in/e.qoi")
    try folder.write(Pictures.ppm(9, 7).dropLast(), to: "in/f.ppm")
    try folder.write(Array("text".utf8), to: "in/g.txt")
    try folder.write([], to: "in/h.png")
  }

  @Test("P7: outputs and report are the same for any number of workers, but for the times")
  func sameForAnyNumber() async throws {
    try fillWithAllKinds()
    var reference: (outputs: [String: [UInt8]], outcomes: [String])?
    for workers in [1, 2, 7, 64] {
      let name = FilePath("out\(workers)")
      let run = try await BatchRun(
        .writing(.fitting(4, format: .png), from: input, to: folder[name], workers: workers))
      let outcomes = run.inOrder.map { outcome in
        """
        \(outcome.index) \(outcome.input) \(outcome.word) \(outcome.outputByteCount ?? -1) \
        \(outcome.outputSize.map(\.description) ?? "") \(outcome.memoryByteCount ?? -1) \
        \(outcome.warnings)
        """
      }
      let outputs = folder.contents(name)
      #expect(outputs.count == 19)
      #expect(reference?.outputs ?? outputs == outputs)
      #expect(reference?.outcomes ?? outcomes == outcomes)
      reference = reference ?? (outputs, outcomes)
    }
  }

  @Test("P1: jobs are found only as there is room for them", arguments: [1, 4])
  func window(workers: Int) async throws {
    let count = 50 + JobOrder.restCount(workerCount: workers)
    for index in 0..<count {
      try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index + 100).ppm"))
    }
    let width = workers + 2
    let run = try await BatchRun(
      .writing(from: input, to: folder["out"], workers: workers)
    ) { _, outcome, settledCount in
      // So many have settled, this one with them: those found are at most a window further.
      #expect(outcome.index < settledCount - 1 + width)
    }
    #expect(run.report.done == count)
  }

  @Test("G5: the run is over only when every job that began has settled")
  func nothingRunsOn() async throws {
    try fillWithAllKinds()
    let plan = Plan.writing(.fitting(4), from: input, to: folder["out"], workers: 7)
    let run = try await BatchRun(plan) { batch, _, count in
      if count == 3 { batch.stop(.cancelled) }
    }
    let outputs = folder.tree("out").filter { !$0.hasSuffix("/") }
    #expect(outputs.count == run.report.done)
    // OUT is free: nobody holds its lock, or writes below it.
    try await BatchRun(.writing(.fitting(4), from: input, to: folder["out"]))
  }

  @Test("the permits of all jobs together never exceed the budget")
  func memory() async throws {
    for index in 0..<24 {
      try folder.write(
        try Pictures.encoded(.png, 60, 40, PixelFormat(.rgba, .eight), seed: index),
        to: FilePath("in/\(index).png"))
    }
    let probe = try await BatchRun(
      .writing(.fitting(30), from: input, to: folder["probe"], workers: 1))
    let largest = try #require(probe.outcomes.compactMap(\.memoryByteCount).max())
    for budget in [largest, largest * 5 / 2] {
      let run = try await BatchRun(
        .writing(.fitting(30), from: input, to: folder["out"], workers: 8, memory: budget))
      #expect(run.report.done == 24)
      #expect(run.report.peakMemoryByteCount <= budget)
      #expect(run.report.peakMemoryByteCount >= largest / 2)
      #expect(folder.contents("out") == folder.contents("probe"))
    }
  }

  @Test("a job's clock starts when it is admitted: waiting for memory fails nobody")
  func jobTimeoutAfterAdmission() async throws {
    for index in 0..<12 {
      try folder.write(Pictures.ppm(8, 6), to: FilePath("in/\(index).ppm"))
    }
    let probe = try await BatchRun(
      .writing(.fitting(4), from: input, to: folder["probe"], workers: 1))
    let needed = try #require(probe.outcomes[0].memoryByteCount)
    var plan = Plan.writing(.fitting(4), from: input, to: folder["out"], workers: 6, memory: needed)
    plan.settings.jobTimeout = .seconds(20)
    let run = try await BatchRun(plan)
    #expect(run.report.done == 12)
    #expect(run.report.peakMemoryByteCount == needed)
  }

  @Test("batches run side by side, each with its own workers and outcomes")
  func sideBySide() async throws {
    try fillWithAllKinds()
    let folder = folder
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<6 {
        let plan = Plan.writing(
          .fitting(4), from: input, to: folder[FilePath("out\(index)")], workers: 3)
        group.addTask { try await BatchRun(plan).report.done }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(counts == [19, 19, 19, 19, 19, 19])
    for index in 1..<6 {
      #expect(folder.contents(FilePath("out\(index)")) == folder.contents("out0"))
    }
  }

  @Test("P9: a thousand batches leave no thread, no descriptor and no memory behind")
  func leavesNothing() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
      try folder.write(Pictures.ppm(4, 3), to: "in/a.ppm")
      try folder.write([], to: "in/b.png")
      var settings = RunSettings(workerCount: 2, memoryByteCount: 1 << 28)
      settings.timeout = .seconds(3600)
      settings.jobTimeout = .seconds(3600)
      settings.jobRate = Rate(perSecond: 1e6)
      settings.byteRate = Rate(perSecond: 1e12)
      let plan = Plan(
        .write(.fitting(2), to: .path(folder["out"])), of: .path(folder["in"]), settings: settings)
      func run(_ count: Int) async throws {
        for index in 0..<count {
          let batch = Batch(plan)
          let report = try await batch.run { _ in
            if index.isMultiple(of: 3) { batch.stop(.cancelled) }
          }
          #expect(report.found >= 1)
        }
      }
      try await run(50)
      let threads = ProcessFacts.threadCount
      let descriptors = ProcessFacts.descriptorCount
      let memory = ProcessFacts.residentByteCount
      try await run(1000)
      // A thread that was joined may stand in /proc for another moment, and the runtime may have
      // started one more of its own, one a core at most.
      await until { ProcessFacts.threadCount <= threads + sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
      #expect(ProcessFacts.descriptorCount == descriptors)
      #expect(ProcessFacts.residentByteCount - memory < 4 << 20 || ProcessFacts.isSanitized)
      #expect(TimerQueue.monotonic.armedCount == 0)
    }
  }

  @Test("T1, C12: jobs with timeouts and rates, a million in a campaign, leave nothing behind")
  func jobsLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      let count = Environment.number("IMGBATCH_SOAK") == nil ? 2_000 : 1_000_000
      let folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
      let bytes = Pictures.ppm(1, 1)
      for index in 0..<count {
        try folder.write(bytes, to: FilePath("in/\(index / 1000)/\(index % 1000).ppm"))
      }
      var plan = Plan.reading(.verify, of: folder["in"])
      plan.settings.timeout = .seconds(36_000)
      plan.settings.jobTimeout = .seconds(3600)
      plan.settings.jobRate = Rate(perSecond: 1e6)
      plan.settings.byteRate = Rate(perSecond: 1e12)
      let threads = ProcessFacts.threadCount
      let descriptors = ProcessFacts.descriptorCount
      let memory = Log<Int>()
      let report = try await Batch(plan).run { outcome in
        if outcome.index % (count / 10) == 0 { memory.append(ProcessFacts.residentByteCount) }
      }
      #expect((report.done, report.found) == (count, count))
      #expect(TimerQueue.monotonic.armedCount == 0)
      #expect(ProcessFacts.descriptorCount == descriptors)
      // The timer thread stays, and the runtime may have started one a core.
      await until {
        ProcessFacts.threadCount <= threads + 1 + sysconf(Int32(_SC_NPROCESSORS_ONLN))
      }
      let growth = (memory.entries.last ?? 0) - memory.entries[1]
      #expect(growth < 4 << 20 || ProcessFacts.isSanitized)
    }
  }
}
