public import Synchronization

/// A value that is computed once, by whoever needs it first, and then shared; a failure is shared
/// too.
///
/// ```swift
/// let table = OnceCell<[Double]>()
/// let sums = try await withThrowingTaskGroup { group in
///   for _ in 0..<8 {
///     group.addTask {
///       try await table.value { (0..<1000).map { Double($0).squareRoot() } }.reduce(0, +)
///     }
///   }
///   return try await group.reduce(into: Set()) { $0.insert($1) }
/// }
/// precondition(sums.count == 1)
/// ```
///
/// Like Go's `sync.OnceValues`, but those who come while it is being computed suspend, and can be
/// cancelled; they never block a thread. A failure is final: use it for what fails the same way each
/// time, such as a table made from settings, and not for input and output.
///
/// The body cannot ask for the cell's own value, which would never come: it is synchronous.
public final class OnceCell<Value: Sendable>: @unchecked Sendable {
  @usableFromInline typealias Outcome = Result<Value, any Error>
  private typealias Continuation = CheckedContinuation<Value, any Error>

  // `isReady` guards `outcome`: the one caller that `join` lets compute writes it, before setting the
  // flag (releasing), and whoever reads it has seen the flag set (acquiring). An
  // `AtomicLazyReference` to a box would need no such promise, but its `load()`, which the compiler
  // cannot specialise, is a call, and the box an allocation. Both can be inlined into other modules,
  // where a generic fast path would be a call as well.
  @usableFromInline var outcome: Outcome?
  @usableFromInline let isReady = Atomic(false)
  private let state = Mutex(State())

  /// Makes a cell without a value.
  public init() {}

  /// The value, or nil while there is none or when computing it failed.
  @inlinable
  var valueIfReady: Value? { try? readyOutcome?.get() }

  /// Returns the value; the first caller computes it.
  ///
  /// Once there is an outcome, costs one atomic load: no lock, no allocation.
  ///
  /// The body runs at most once, in the first caller's task. Nothing interrupts it when that task is
  /// cancelled, and it should not poll for that itself: an error that it throws is everybody's.
  ///
  /// - Parameter make: Computes the value; it is not kept.
  /// - Throws: The body's error, the same for every caller; `CancellationError` when the task is
  ///   cancelled while another computes, or before it would begin to.
  @inlinable
  public func value(_ make: () throws -> Value) async throws -> Value {
    if let outcome = readyOutcome { return try outcome.get() }
    return try await computeOrWait(make)
  }

  /// The slow path: decides once who computes, and lets the others wait.
  @usableFromInline
  func computeOrWait(_ make: () throws -> Value) async throws -> Value {
    try Task.checkCancellation()
    switch state.withLock({ $0.join() }) {
    case .compute: return try publish(Outcome(catching: make)).get()
    case .wait(let ticket): return try await wait(ticket)
    }
  }

  @inlinable
  var readyOutcome: Outcome? { isReady.load(ordering: .acquiring) ? outcome : nil }

  private func publish(_ outcome: Outcome) -> Outcome {
    self.outcome = outcome
    isReady.store(true, ordering: .releasing)
    let waiting = state.withLock { $0.finish() }
    for continuation in waiting { continuation.resume(with: outcome) }
    return outcome
  }

  private func wait(_ ticket: UInt64) async throws -> Value {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // Asked for under the lock, each answer is final: the outcome is published before `finish`
        // empties the queue, and a task's flag is up before its handler looks for the waiter.
        let settled: Outcome? = state.withLock {
          if let outcome = readyOutcome { return outcome }
          if Task.isCancelled { return .failure(CancellationError()) }
          $0.waiting[ticket] = continuation
          return nil
        }
        if let settled { continuation.resume(with: settled) }
      }
    } onCancel: {
      let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
      continuation?.resume(throwing: CancellationError())
    }
  }

  /// What the lock guards: who computes, and who waits for that.
  private struct State {
    enum Part {
      case compute
      case wait(UInt64)
    }

    var waiting: [UInt64: Continuation] = [:]
    private var isTaken = false
    private var nextTicket: UInt64 = 0

    mutating func join() -> Part {
      guard isTaken else {
        isTaken = true
        return .compute
      }
      defer { nextTicket += 1 }
      return .wait(nextTicket)
    }

    mutating func finish() -> [Continuation] {
      guard !waiting.isEmpty else { return [] }
      defer { waiting = [:] }
      return Array(waiting.values)
    }
  }
}
