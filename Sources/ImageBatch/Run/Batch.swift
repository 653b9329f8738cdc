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
  let latest = Mutex(State())

  /// What is known of the run while it goes on.
  struct State {
    var found = 0
    /// All that will be found, once that is known.
    var total: Int?
    var report = BatchReport()
  }

  /// A run of the plan; its time limit counts from now.
  public init(_ plan: Plan) {
    self.plan = plan
    work = CancellationScope(
      deadline: plan.timeout.map {
        .after($0, label: "the run timed out after \($0.text)")
      })
    intake = CancellationScope(parent: work)
  }

  /// Makes sure that the system has what a run cannot begin without: descriptors and threads.
  ///
  /// `run` finds out as well, but only from within a task, and Swift's shared pool of threads ends
  /// or hangs the process where it cannot have its own. A program calls this before its first task.
  ///
  /// - Throws: `BatchError` `.systemLacks`.
  public func checkSystem() throws(BatchError) {
    try Crew.checkDescriptors(workerCount: plan.workerCount)
    // One for the jobs, one to walk and write, one for signals, the rest for the shared pool.
    let least = 6
    let probe = try? WorkerPool(threadCount: least, name: "probe")
    defer { probe?.shutdown() }
    guard let probe, probe.threadCount == least else {
      throw BatchError(.systemLacks, "a run needs \(least) threads, which the system does not give")
    }
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
    let state = latest.withLock { $0 }
    return BatchProgress(
      total: state.total, settled: state.report.found, failed: state.report.failed,
      done: state.report.done, pixelCount: state.report.pixelCount,
      elapsed: SuspendingClock.now - start)
  }

  /// The report of a run that is left alone before its end: jobs that are not settled by now count
  /// as cancelled.
  public func reportOfAbandoning(_ cause: Interruption) -> BatchReport {
    let state = latest.withLock { $0 }
    var report = state.report
    report.cancelled += state.found - report.found
    report.found = state.found
    report.duration = SuspendingClock.now - start
    report.ending = .interrupted(cause)
    return report
  }
}
