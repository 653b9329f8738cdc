public import ConcurrencyPrimitives
import Synchronization

/// One run of a plan.
///
/// ```swift
/// let batch = Batch(Plan(.write(Recipe(resize: request), to: .path("out")), of: .path("in")))
/// let report = try await batch.run { outcome in print(outcome.input, outcome.status) }
/// ```
public final class Batch: Sendable {
  /// What is to be done.
  public let plan: Plan

  /// Where work that has begun asks whether it may go on.
  let work: CancellationScope
  /// Where work asks whether it may begin; below `work`, since what ends work ends its intake.
  let intake: CancellationScope
  /// Ends when the intake does, and so wakes what waits inside the run.
  let closing = AsyncStream<Never>.makeStream()

  let start = SuspendingClock.now
  let latestProgress = Mutex(BatchProgress())

  /// A run of the plan; its time limit counts from now.
  public init(_ plan: Plan) {
    self.plan = plan
    work = CancellationScope(
      deadline: plan.timeout.map {
        .after($0, label: "the run timed out after \($0.text)")
      })
    intake = CancellationScope(parent: work)
  }

  /// Lets the run end soon: no new job starts, those that run may finish. The first cause is kept.
  ///
  /// May be called from any thread, at any time.
  public func close(_ cause: Interruption) {
    intake.cancel(cause)
    closing.continuation.finish()
  }

  /// Ends the run: no new job starts, those that run leave at their next row. The first cause is
  /// kept.
  ///
  /// May be called from any thread, at any time.
  public func stop(_ cause: Interruption) {
    work.cancel(intake.interruption ?? cause)
    close(cause)
  }

  /// Why the run is being ended; nil while it may go on.
  public var interruption: Interruption? { intake.interruption }

  /// How far the run is.
  public var progress: BatchProgress {
    var progress = latestProgress.withLock { $0 }
    progress.elapsed = SuspendingClock.now - start
    return progress
  }
}
