import ConcurrencyPrimitives

/// Takes a job from its file to its rendition, on a worker.
struct JobRunner: Sendable {
  let plan: Plan
  let admission: Admission
  /// Where the job asks whether it may go on.
  let work: CancellationScope
  /// Where it asks whether it may begin.
  let intake: CancellationScope

  /// - Throws: `BatchError` where the system lacks what every job needs.
  func run(_ finding: Finding) async throws(BatchError) -> Product {
    switch finding {
    case .skipped(let path, let rule):
      return .settled(Outcome(input: path, status: .skipped(rule)))
    case .failed(let path, let failure):
      return .settled(Outcome(input: path, status: .failed(failure)))
    case .job(let job):
      return try await JobRun(job, self).product()
    }
  }
}
