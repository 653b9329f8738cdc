import ConcurrencyPrimitives

/// The time limit of one job, counted from its admission: the wait for memory is not its fault, nor
/// is that for a rate.
final class JobDeadline {
  private let limit: Duration?
  private let parent: CancellationScope
  private(set) var scope: CancellationScope

  init(_ limit: Duration?, parent: CancellationScope) {
    self.limit = limit
    self.parent = parent
    scope = parent
    restart()
  }

  /// Counts anew from now.
  func restart() {
    setDeadline(limit.map { .now.advanced(by: $0) })
  }

  /// Waits for what the job's time does not count.
  func leaveOut<Result>(_ wait: () async throws -> Result) async rethrows -> Result {
    let start = Deadline.Instant.now
    let result = try await wait()
    setDeadline(scope.effectiveDeadline?.instant.advanced(by: start.duration(to: .now)))
    return result
  }

  private func setDeadline(_ instant: Deadline.Instant?) {
    guard let limit else { return }
    let deadline = instant.map { Deadline(at: $0, label: "timed out after \(limit.text)") }
    scope = CancellationScope(parent: parent, deadline: deadline)
  }
}
