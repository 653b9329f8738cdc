import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster

/// Follows one job through its stages: where its time goes, and where an error comes from, while
/// rows flow through all of the stages by turns.
///
/// A change costs one reading of the clock, tens of nanoseconds; the row of a small picture takes a
/// microsecond, and so time is kept in integers until somebody asks.
final class JobTrace {
  // These three are read and written each by itself, with nothing called meanwhile: so the compiler
  // knows that no two accesses overlap, and none is checked as it happens.
  /// The stage that ran last, where nothing runs.
  private(set) var stage = JobFailure.Stage.read
  private var since = JobTrace.now
  /// In nanoseconds, by the index of the stage.
  private var nanoseconds = InlineArray<7, Int64>(repeating: 0)

  private let activity: JobActivity

  /// The time that each stage took so far.
  var times: StageTimes {
    var times = StageTimes()
    for stage in JobFailure.Stage.allCases {
      times[stage] = .nanoseconds(nanoseconds[stage.index])
    }
    return times
  }

  /// CLOCK_MONOTONIC, which deadlines go by as well, in nanoseconds.
  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  init(_ activity: JobActivity) {
    self.activity = activity
    activity.start()
    activity.enter(.working(stage))
  }

  /// Runs `body` as part of `stage`; afterwards what ran before goes on.
  ///
  /// - Throws: what `body` throws, as a `JobFailure` of this stage unless it says itself where it
  ///   comes from, or is no failure of one job.
  func perform<Result>(_ stage: JobFailure.Stage, _ body: () throws -> Result) throws -> Result {
    let outer = change(to: stage)
    do {
      let result = try body()
      change(to: outer)
      return result
    } catch {
      switch error {
      case is Interruption, is CancellationError, is JobFailure, is BatchError: throw error
      default: throw JobFailure(stage, error)
      }
    }
  }

  /// Waits for what is no stage's business, such as room in memory.
  func leaveOut<Result>(_ wait: () async throws -> Result) async rethrows -> Result {
    change(to: stage)
    defer { since = Self.now }
    return try await activity.leaveOut(wait)
  }

  /// The job is done, but for its writing.
  func finish() {
    change(to: stage)
    activity.enter(.finished)
  }

  @discardableResult
  private func change(to stage: JobFailure.Stage) -> JobFailure.Stage {
    activity.enter(.working(stage))
    let now = Self.now
    let outer = self.stage
    nanoseconds[outer.index] &+= now &- since
    since = now
    self.stage = stage
    return outer
  }
}
