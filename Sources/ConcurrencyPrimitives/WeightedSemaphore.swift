import Synchronization

/// A counting semaphore whose requests have weights, served first come, first served.
///
/// ```swift
/// let memory = WeightedSemaphore(capacity: 512 << 20)
/// let large = try await memory.acquire(400 << 20)
/// precondition(memory.tryAcquire(200 << 20) == nil)
/// large.release()
/// precondition(memory.held == 0 && memory.highWaterMark == 400 << 20)
/// ```
///
/// The batch uses one as its memory budget, with bytes for weights. It behaves like Go's
/// `golang.org/x/sync/semaphore`: a large request at the head of the queue makes later small ones
/// wait, so it cannot starve. It differs in two points: a request that could never be met fails at
/// once instead of waiting for its cancellation, and what was acquired is a ``Permit``, an object,
/// so that it cannot leak.
///
/// Every operation is O(1), but for a release, which is O(waiters that it wakes), and for a change
/// of the capacity, which is O(waiters).
public final class WeightedSemaphore: Sendable {
  private let state: Mutex<State>

  /// Makes a semaphore with nothing held.
  ///
  /// - Parameter capacity: The sum of weights that may be held at once; not negative.
  public init(capacity: Int) {
    precondition(capacity >= 0, "a semaphore's capacity cannot be negative")
    self.state = Mutex(State(capacity: capacity))
  }

  /// Waits until the weight fits and everybody who came before has been served.
  ///
  /// Weight 0 never waits.
  ///
  /// - Parameter weight: What to hold; not negative.
  /// - Returns: The permit, which frees the weight when it is released or goes away.
  /// - Throws: ``Overweight`` at once when `weight` exceeds the capacity; `CancellationError` when
  ///   the task is cancelled, or the semaphore closed, before or while it waits. Either way nothing
  ///   is held.
  public func acquire(_ weight: Int) async throws -> Permit {
    precondition(weight >= 0, "a weight cannot be negative")
    try Task.checkCancellation()
    if let ticket = try state.withLock({ state throws(Overweight) in try state.admit(weight) }) {
      try await wait(ticket)
    }
    return Permit(weight, of: self)
  }

  /// Takes the weight if it fits now and nobody waits for room; never waits.
  ///
  /// - Parameter weight: What to hold; not negative.
  /// - Returns: The permit, or nil.
  public func tryAcquire(_ weight: Int) -> Permit? {
    precondition(weight >= 0, "a weight cannot be negative")
    guard state.withLock({ $0.take(weight) }) else { return nil }
    return Permit(weight, of: self)
  }

  /// Ends every wait, those to come too, as if their tasks had been cancelled; what is held stays
  /// held until its release.
  ///
  /// So that new work is kept out while the tasks of running work are left in peace.
  public func close() {
    state.withLock { $0.close() }.perform()
  }

  /// The sum of weights that may be held at once.
  ///
  /// When it is made smaller than what is held, nothing is taken away: nobody is let in until enough
  /// was released. Waits for more than there ever will be end with ``Overweight``.
  public var capacity: Int {
    get { state.withLock { $0.capacity } }
    set {
      precondition(newValue >= 0, "a semaphore's capacity cannot be negative")
      state.withLock { $0.setCapacity(newValue) }.perform()
    }
  }

  /// The sum of weights held at this moment.
  public var held: Int { state.withLock { $0.held } }

  /// The most that was ever held at once.
  public var highWaterMark: Int { state.withLock { $0.highWaterMark } }

  /// How many requests wait at this moment.
  public var waiterCount: Int { state.withLock { $0.waiterCount } }

  fileprivate func giveBack(_ weight: Int) {
    let served = state.withLock { $0.release(weight) }
    for continuation in served { continuation.resume() }
  }

  private func wait(_ ticket: State.Ticket) async throws {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // A task's flag is up before its handlers run. So, asked for under the lock, the flag tells
        // of every cancellation whose handler has been and found nobody to wake.
        let action = state.withLock {
          $0.suspend(ticket, continuation, isCancelled: Task.isCancelled)
        }
        action?.perform()
      }
    } onCancel: {
      let action = state.withLock { $0.withdraw(ticket) }
      action?.perform()
    }
  }
}

extension WeightedSemaphore {
  /// A request that no amount of waiting could meet.
  public struct Overweight: Error, Hashable, Sendable, CustomStringConvertible {
    /// The weight asked for.
    public let needed: Int

    /// The capacity of the semaphore.
    public let capacity: Int

    /// Makes the error for a request and the semaphore's capacity.
    public init(needed: Int, capacity: Int) {
      self.needed = needed
      self.capacity = capacity
    }

    /// The two numbers in words; the caller knows the unit.
    public var description: String { "needs \(needed), budget \(capacity)" }
  }

  /// A weight that is held until it is released, or until nobody has the permit any more.
  ///
  /// A reference, so that it can travel with a job's result from a worker to the writer.
  public final class Permit: Sendable {
    /// What is held.
    public let weight: Int

    private let semaphore: WeightedSemaphore
    private let isReleased = Atomic(false)

    fileprivate init(_ weight: Int, of semaphore: WeightedSemaphore) {
      self.weight = weight
      self.semaphore = semaphore
    }

    /// Frees the weight; a second time is a programmer's error and traps.
    public func release() {
      let wasReleased = isReleased.exchange(true, ordering: .relaxed)
      precondition(!wasReleased, "a permit was released twice")
      semaphore.giveBack(weight)
    }

    deinit {
      if !isReleased.load(ordering: .relaxed) { semaphore.giveBack(weight) }
    }
  }
}
