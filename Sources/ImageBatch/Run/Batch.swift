public import ConcurrencyPrimitives
import Glibc
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

  /// How it is gone about: a job takes the snapshot of its start and goes by it to its end.
  let settings: ConfigurationCell<RunSettings>

  /// Where work that has begun asks whether it may go on.
  let work = CancellationScope()
  /// Where work asks whether it may begin; below `work`, since what ends work ends its intake.
  let intake: CancellationScope
  /// Room for the jobs; it lets nobody in once the intake has ended.
  let admission: Admission
  /// Ends when the work does, and so wakes what waits inside the run.
  let stopping = AsyncStream<Never>.makeStream()
  /// Makes the pipeline look again at how much it may take in, and from where; ends with the intake.
  let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// How many processors there are for the workers; nil to ask the system when they are hired.
  let processorCount: Int?

  let start = SuspendingClock.now
  let ledger = Mutex(Ledger())

  /// Held from the moment in which outcomes are counted until all of them have been told.
  let telling = Mutex(())

  let hasBegun = Atomic(false)

  /// Whether the rate lets no further job start in the time that the run has left.
  let lateness = Mutex(Lateness())

  struct Lateness {
    var cause: Interruption?
    /// The first cause, even where the settings gave more time since: a job was cut off by it.
    var first: Interruption?
  }

  /// What broke the run.
  let breakdown = Mutex<BatchError?>(nil)

  /// What changed settings reach in a run; the lock lets one change in after the other.
  let running = Mutex(Running())

  struct Running {
    var crew: Crew?
    /// Whether those workers are wanted that it may have beyond its processors; nil where it has all.
    var demand: WorkerDemand?
    var deadline: TimerQueue.Timer?
  }

  /// A run of the plan; its time limit counts from now.
  public convenience init(_ plan: Plan) { self.init(plan, processorCount: nil) }

  init(_ plan: Plan, processorCount: Int?) {
    self.plan = plan
    self.processorCount = processorCount
    settings = ConfigurationCell(plan.settings)
    intake = CancellationScope(parent: work)
    admission = Admission(plan.settings)
  }

  /// Makes sure that the system has what a run cannot begin without: descriptors and threads.
  ///
  /// `run` finds out as well, but only from within a task, and Swift's shared pool of threads ends
  /// or hangs the process where it cannot have its own. A program calls this before its first task.
  ///
  /// - Parameter triesThreads: whether threads are started and ended to see if there would be some,
  ///   which takes half a millisecond. Not needed where none of the program's tasks is run by the
  ///   shared pool.
  /// - Throws: `BatchError` `.systemLacks`.
  public func checkSystem(triesThreads: Bool = true) throws(BatchError) {
    try Crew.checkDescriptors(workerCount: plan.settings.workerCount)
    guard triesThreads else { return }
    // One each for the run, the jobs, timers, what signals ask for, to walk and write where that
    // blocks, to count ahead, and for signals to a run that is given up; one more, as Swift's shared
    // pool may want it.
    let least = 8
    guard WorkerPool.canStart(threadCount: least) else {
      throw BatchError(.systemLacks, "a run needs \(least) threads, which the system does not give")
    }
  }

  /// Lets the run end soon: no new job starts, those that run may finish. The first cause is kept.
  ///
  /// May be called from any thread, at any time.
  public func close(_ cause: Interruption) {
    intake.cancel(cause)
    admission.close()
    wakeUps.continuation.finish()
  }

  /// Ends the run: no new job starts, those that run leave at their next rows. The first cause is
  /// kept.
  ///
  /// May be called from any thread, at any time.
  public func stop(_ cause: Interruption) {
    work.cancel(intake.interruption ?? cause)
    close(cause)
    stopping.continuation.finish()
  }

  /// How often whatever walks and writes has had its turn, or been asked while it had none to take.
  ///
  /// A run in which that stays the same from one call to a much later one is stuck, in a write or a
  /// callback.
  public func turn() -> Int { running.withLock { $0.crew?.countForemanTurns() ?? 0 } }

  /// Why the run is being ended; nil while it may go on. Asked before or after `run`, it minds the
  /// time limit as well.
  public var interruption: Interruption? {
    if let deadline, deadline.instant <= .now { stop(.deadline(label: deadline.label)) }
    return intake.interruption
  }

  /// Stops a run and leaves it alone before its end: jobs that are not settled by now are cancelled,
  /// and what becomes of them later is told to nobody.
  ///
  /// - Parameter onOutcome: told of those jobs.
  public func abandon(
    _ cause: Interruption, onOutcome: (Outcome) -> Void = { _ in }
  ) -> BatchReport {
    stop(cause)
    func settleRest() -> BatchReport {
      let (report, rest) = ledger.withLock { ledger in
        let rest = ledger.cancelRest(cause)
        return (ledger.report, rest)
      }
      for outcome in rest { onOutcome(outcome) }
      return report
    }
    // An outcome that is being told comes first, unless that is what hangs.
    var told: BatchReport?
    var patience = 100
    while told == nil, patience > 0 {
      told = telling.withLockIfAvailable { _ in settleRest() }
      if told == nil { usleep(1_000) }
      patience -= 1
    }
    var report = told ?? settleRest()
    report.duration = SuspendingClock.now - start
    report.ending = breakdown.withLock { $0 }.map { .broken($0) } ?? .interrupted(cause)
    return report
  }
}
