import ConcurrencyPrimitives

/// The time limit of one job, counted from its admission: the wait for memory is not its fault.
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
    let deadline = limit.map { Deadline.after($0, label: "timed out after \($0.text)") }
    scope = CancellationScope(parent: parent, deadline: deadline)
  }
}
