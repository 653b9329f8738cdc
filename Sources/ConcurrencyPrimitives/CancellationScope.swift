import Synchronization

/// A part of the work that can be told to stop, with the cause kept.
///
/// ```swift
/// let run = CancellationScope()
/// let job = CancellationScope(
///   parent: run, deadline: .after(.seconds(30), label: "timed out after 30s"))
/// try job.check()
/// run.cancel(.signal(15))
/// precondition(job.interruption == .signal(15))
/// ```
///
/// Scopes form a tree, like the contexts of Go's `context` package: the run, a job in it, a step of
/// the job. Work polls its own scope; nothing is ever called back.
///
/// A child knows its parent and the parent does not know its children: reading walks up. The other
/// way, a parent that tells its children, needs a registry, a lock around it and a promise to leave
/// it; here a million finished children leave nothing behind, no order of locks can be wrong, and a
/// descendant sees `cancel(_:)` as soon as that has returned, because there is nothing to propagate.
public final class CancellationScope: Sendable {
  private let parent: CancellationScope?
  private let now: @Sendable () -> Deadline.Instant

  /// The effective deadline. Deadlines never change, so it is found once, and a poll reads the clock
  /// at most once, however deep the tree. In a box, shared with the descendants, because a poll
  /// needs only to know whether there is one: to look into an optional `Deadline`, the layout of
  /// which the standard library keeps to itself, is a call of its own.
  private let limit: Limit?

  /// Set once there is a cause. The flag stands apart because a poll asks nothing else: loading it
  /// is one instruction, where `AtomicLazyReference.load()`, which the compiler cannot specialise,
  /// calls into the runtime.
  private let isInterrupted = Atomic(false)
  private let cause = Mutex<Interruption?>(nil)

  /// Makes the root of a tree.
  ///
  /// - Parameters:
  ///   - deadline: When the whole tree's work should stop.
  ///   - now: The clock of the whole tree; tests pass their own.
  public init(
    deadline: Deadline? = nil, now: @escaping @Sendable () -> Deadline.Instant = { .now }
  ) {
    self.parent = nil
    self.now = now
    self.limit = deadline.map(Limit.init)
  }

  /// Makes a scope that stops with its parent, and may stop before it.
  ///
  /// - Parameters:
  ///   - parent: The scope that this one is a part of; it may have been interrupted already.
  ///   - deadline: When this scope's work should stop; later than the parent's, it has no effect.
  public init(parent: CancellationScope, deadline: Deadline? = nil) {
    self.parent = parent
    self.now = parent.now
    guard let deadline else {
      self.limit = parent.limit
      return
    }
    if let inherited = parent.limit, inherited.deadline.instant <= deadline.instant {
      self.limit = inherited
    } else {
      self.limit = Limit(deadline)
    }
  }

  /// The earliest deadline among this scope's own and its ancestors'; of equal ones the outermost.
  public var effectiveDeadline: Deadline? { limit?.deadline }

  /// Stops this scope and everything below it.
  ///
  /// The first cause is kept: when the scope or an ancestor was interrupted before, or a deadline
  /// has passed, that stands and `cause` is dropped.
  public func cancel(_ cause: Interruption) {
    if interruption == nil { _ = keep(cause) }
  }

  /// Why work should stop, or nil while it may go on.
  ///
  /// The nearest recorded cause wins, so a child that was cancelled before its parent keeps its own;
  /// then a deadline, which counts from the moment somebody asks. What it once returned stays.
  public var interruption: Interruption? {
    if let cause = nearestCause { return keep(cause) }
    guard let limit, limit.deadline.instant <= now() else { return nil }
    return keep(.deadline(label: limit.deadline.label))
  }

  /// Throws the interruption, if there is one: the poll that work makes once a row.
  ///
  /// Takes no lock: one atomic load per level, and one reading of the clock if there is a deadline.
  ///
  /// - Throws: The first cause.
  public func check() throws(Interruption) {
    if let interruption { throw interruption }
  }

  private var nearestCause: Interruption? {
    if isInterrupted.load(ordering: .acquiring) { return cause.withLock { $0 } }
    return parent?.nearestCause
  }

  /// Records a cause unless there is one, and returns the one that stands.
  private func keep(_ newCause: Interruption) -> Interruption {
    cause.withLock { cause in
      if let cause { return cause }
      cause = newCause
      isInterrupted.store(true, ordering: .releasing)
      return newCause
    }
  }

  private final class Limit: Sendable {
    let deadline: Deadline

    init(_ deadline: Deadline) {
      self.deadline = deadline
    }
  }
}
