import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

/// P8: whole batches under schedules that a seed decides: walker, workers, writer and whoever ends
/// them take their steps on one thread, in an order that is drawn.
@Suite("Batch: schedules", .timeLimit(.minutes(60))) struct BatchScheduleTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
    for name in ["in", "in-order"] as [FilePath] {
      for index in 0..<5 {
        try folder.write(
          Pictures.ppm(6, 5, seed: index), to: name.pushing(FilePath("\(index % 2)/\(index).ppm")))
      }
      try folder.write(Pictures.ppm(6, 5).dropLast(), to: name.pushing("1/broken.ppm"))
    }
    // While a folder is to come, files are found one by one; those of the last one are found at once.
    try folder.makeFolder("in-order/2")
  }

  /// What a seed decides besides the order.
  private struct Course {
    enum Turn: CaseIterable {
      case none, close, stop, failFast, tightMemory, reconfigure, rates
    }

    let turn: Turn
    let input: FilePath
    let workers: Int
    /// With which outcome it happens.
    let moment: Int

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed &* 0x2545_F491_4F6C_DD1D)
      turn = Turn.allCases.randomElement(using: &random) ?? .none
      input = Bool.random(using: &random) ? "in" : "in-order"
      workers = Int.random(in: 1...4, using: &random)
      moment = Int.random(in: 1...5, using: &random)
    }
  }

  @Test("P8: under seeded schedules every job settles once, and outputs are whole or absent")
  func seededSchedules() async throws {
    let reference = try await BatchRun(
      .writing(.fitting(3), from: folder["in"], to: folder["expected"]))
    let expected = folder.contents("expected")
    let largest = try #require(reference.outcomes.compactMap(\.memoryByteCount).max())
    let first = Environment.number("IMGBATCH_SEED") ?? 0
    let count = Environment.number("IMGBATCH_SCHEDULES") ?? 300
    try await onOwnThread {
      for seed in first..<first + count {
        let problem = play(seed: UInt64(seed), expected, largest)
        #expect(problem == nil, "IMGBATCH_SEED=\(seed) IMGBATCH_SCHEDULES=1 plays it again")
        if problem != nil { return }
      }
    }
  }

  private func play(seed: UInt64, _ expected: [String: [UInt8]], _ largest: Int) -> String? {
    let course = Course(seed: seed)
    var plan = Plan.writing(
      .fitting(3), from: folder[course.input], to: folder["out"], workers: course.workers)
    if course.turn == .failFast { plan.failurePolicy = .failFast }
    if course.turn == .tightMemory { plan.settings.memoryByteCount = largest }
    if course.turn == .rates {
      plan.settings.jobRate = Rate(perSecond: 1e6)
      plan.settings.byteRate = Rate(perSecond: 1e9)
    }
    let batch = Batch(plan)
    let executor = SeededExecutor(seed: seed)
    let outcomes = Log<Outcome>()
    var patience = 5_000
    let report = executor.run(
      whenStuck: {
        // Only a rate is waited for, on another thread.
        patience -= 1
        usleep(1_000)
        return patience > 0
      },
      {
        try? await batch.run(
          with: Crew(everythingOn: executor, workerCount: course.workers),
          onOutcome: { outcome in
            outcomes.append(outcome)
            if outcomes.count == course.moment { Self.take(course.turn, batch) }
          })
      })
    defer { folder.remove("out") }
    guard let report = report ?? nil else { return "it hangs, or did not start" }
    return problem(course, report, outcomes.entries, expected)
  }

  private static func take(_ turn: Course.Turn, _ batch: Batch) {
    switch turn {
    case .close: batch.close(.signal(SIGINT))
    case .stop: batch.stop(.cancelled)
    case .reconfigure:
      var settings = batch.plan.settings
      settings.memoryByteCount /= 2
      settings.jobRate = Rate(perSecond: 1e6)
      _ = try? batch.reconfigure(settings)
    case .none, .failFast, .tightMemory, .rates: break
    }
  }

  private func problem(
    _ course: Course, _ report: BatchReport, _ outcomes: [Outcome], _ expected: [String: [UInt8]]
  ) -> String? {
    let outputs = folder.contents("out")
    let isWhole = [.none, .tightMemory, .reconfigure, .rates].contains(course.turn)
    let sum = report.done + report.upToDate + report.skipped + report.failed + report.cancelled
    let claims: [(String, Bool)] = [
      ("found is not settled", report.found == sum && report.found == outcomes.count),
      (
        "a job settled twice, or never",
        outcomes.map(\.index).sorted() == Array(0..<report.found)
      ),
      ("an output is not what it should be", outputs.allSatisfy { expected[$0.key] == $0.value }),
      ("an output without its job", outputs.count == report.done),
      ("a job is missing", !isWhole || (report.done == 5 && report.failed == 1)),
      (
        "more found than fit into the window after the end was called",
        isWhole || course.turn == .failFast || course.input == "in"
          || report.found <= course.moment + course.workers + 2
      ),
    ]
    return claims.first { !$0.1 }?.0
  }
}
