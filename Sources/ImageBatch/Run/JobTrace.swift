import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// Follows one job through its stages: where its time goes, and where an error comes from, while
/// rows flow through all of the stages by turns.
///
/// A change costs one reading of the clock, tens of nanoseconds; a row takes microseconds.
final class JobTrace {
  private(set) var times = StageTimes()

  /// The stage that ran last, where nothing runs.
  private(set) var stage = JobFailure.Stage.read
  private var since = SuspendingClock.now
  private let activity: JobActivity

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
    defer { since = .now }
    return try await activity.leaveOut(wait)
  }

  /// The job is done, but for its writing.
  func finish() {
    change(to: stage)
    activity.enter(.finished)
  }

  @discardableResult
  private func change(to stage: JobFailure.Stage) -> JobFailure.Stage {
    let now = SuspendingClock.now
    times[self.stage] += now - since
    since = now
    activity.enter(.working(stage))
    defer { self.stage = stage }
    return self.stage
  }
}
