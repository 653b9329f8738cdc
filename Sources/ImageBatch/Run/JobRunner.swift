import ConcurrencyPrimitives

/// Takes jobs from their files to their renditions, on a worker each; one object, which all jobs hold.
final class JobRunner: Sendable {
  let plan: Plan
  let settings: ConfigurationCell<RunSettings>
  let admission: Admission
  /// Where the job asks whether it may go on.
  let work: CancellationScope
  /// Where it asks whether it may begin.
  let intake: CancellationScope
  /// The time limit of the run, where it has one.
  let deadline: @Sendable () -> Deadline?
  /// Told that no job behind may start any more either.
  let onLateness: @Sendable (Interruption) -> Void

  init(
    plan: Plan, settings: ConfigurationCell<RunSettings>, admission: Admission,
    work: CancellationScope, intake: CancellationScope,
    deadline: @escaping @Sendable () -> Deadline?,
    onLateness: @escaping @Sendable (Interruption) -> Void
  ) {
    self.plan = plan
    self.settings = settings
    self.admission = admission
    self.work = work
    self.intake = intake
    self.deadline = deadline
    self.onLateness = onLateness
  }

  /// - Throws: `BatchError` where the system lacks what every job needs.
  func run(_ finding: Finding, _ activity: JobActivity) async throws(BatchError) -> Product {
    switch finding {
    case .skipped(let path, let rule):
      return .settled(Outcome(input: DisplayPath(path), status: .skipped(rule)))
    case .failed(let path, let failure):
      return .settled(Outcome(input: DisplayPath(path), status: .failed(failure)))
    case .job(let job):
      return try await JobRun(job, self, activity).product()
    }
  }

  /// Waits until another job may start.
  ///
  /// - Throws: `NotBegun` at once where that would be after the end of the run; those in front may
  ///   wait on. `CancellationError`.
  func awaitStart() async throws {
    do {
      try await admission.start(before: deadline())
    } catch let error as RateLimiter.DeadlineTooEarly {
      let cause = Interruption.deadline(
        label: "no job may start any more before \(error.deadline.label)")
      onLateness(cause)
      throw NotBegun(cause: cause)
    }
  }
}

/// Why a job is given up before it begins.
struct NotBegun: Error {
  let cause: Interruption
}
