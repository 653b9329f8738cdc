extension WeightedSemaphore {
  /// What the semaphore's lock guards: transitions that resume nobody, but say whom to resume.
  ///
  /// A continuation resumed under the lock could run a task that wants the same lock.
  struct State {
    /// A place in the queue; a smaller one came earlier.
    typealias Ticket = UInt64
    typealias Continuation = CheckedContinuation<Void, any Error>

    /// What is left to do once the lock is free.
    struct Action {
      var served: [Continuation] = []
      var cancelled: [Continuation] = []

      consuming func perform() {
        for continuation in cancelled { continuation.resume(throwing: CancellationError()) }
        for continuation in served { continuation.resume() }
      }
    }

    /// A request between its arrival and its end.
    private enum Waiter {
      /// It has a place in the queue; its task has not suspended yet.
      case arriving(weight: Int)
      /// Its task is suspended.
      case suspended(weight: Int, Continuation)
      /// It was served before its task could suspend.
      case served
    }

    let capacity: Int
    private(set) var held = 0
    private(set) var highWaterMark = 0
    private(set) var waiterCount = 0
    private var isClosed = false

    /// The queue: the tickets from `head` up to `next`, without those that `waiters` lacks, which
    /// were cancelled. A dictionary and two counters make every transition O(1); an array would
    /// have to be searched for a waiter in the middle that gives up.
    private var waiters: [Ticket: Waiter] = [:]
    private var head: Ticket = 0
    private var next: Ticket = 0

    init(capacity: Int) {
      self.capacity = capacity
    }

    /// Takes the weight if that passes nobody over; says whether it did.
    mutating func take(_ weight: Int) -> Bool {
      guard !isClosed, weight == 0 || (waiterCount == 0 && fits(weight)) else { return false }
      hold(weight)
      return true
    }

    /// Takes the weight, or returns a place in the queue, to be followed by `suspend`.
    mutating func admit(_ weight: Int) -> Ticket? {
      if take(weight) { return nil }
      let ticket = next
      next += 1
      // A place that is not in the queue is one that was cancelled: `suspend` tells.
      if !isClosed {
        waiters[ticket] = .arriving(weight: weight)
        waiterCount += 1
      }
      return ticket
    }

    /// Leaves the continuation in the queue, unless the wait has ended before it began.
    mutating func suspend(
      _ ticket: Ticket, _ continuation: Continuation, isCancelled: Bool
    ) -> Action? {
      switch waiters[ticket] {
      case .served:
        waiters[ticket] = nil
        return Action(served: [continuation])
      case .arriving(let weight) where !isCancelled:
        waiters[ticket] = .suspended(weight: weight, continuation)
        return nil
      case .arriving:
        var action = withdraw(ticket) ?? Action()
        action.cancelled = [continuation]
        return action
      case .suspended, nil:
        // Its own cancellation, or the semaphore's end, came first and has taken it out of the queue.
        return Action(cancelled: [continuation])
      }
    }

    /// Takes a cancelled request out of the queue and serves those it stood in the way of; does
    /// nothing for one that was served, which holds its weight then.
    mutating func withdraw(_ ticket: Ticket) -> Action? {
      var action = Action()
      switch waiters[ticket] {
      case .served, nil: return nil
      case .arriving: break
      case .suspended(_, let continuation): action.cancelled = [continuation]
      }
      waiters[ticket] = nil
      waiterCount -= 1
      action.served = serve()
      return action
    }

    /// Takes every request out of the queue, and lets none in any more.
    mutating func close() -> Action {
      isClosed = true
      var action = Action()
      while head < next {
        switch waiters[head] {
        case .suspended(_, let continuation):
          action.cancelled.append(continuation)
          waiters[head] = nil
        case .arriving: waiters[head] = nil
        case .served, nil: break
        }
        head += 1
      }
      waiterCount = 0
      return action
    }

    /// Frees the weight and returns those who are served by that.
    mutating func release(_ weight: Int) -> [Continuation] {
      precondition(weight <= held, "more was released than is held")
      held -= weight
      return serve()
    }

    /// Serves the queue from its head, up to the first request that does not fit.
    private mutating func serve() -> [Continuation] {
      var served: [Continuation] = []
      while waiterCount > 0 {
        switch waiters[head] {
        case .arriving(let weight):
          guard fits(weight) else { return served }
          hold(weight)
          waiters[head] = .served
          waiterCount -= 1
        case .suspended(let weight, let continuation):
          guard fits(weight) else { return served }
          hold(weight)
          waiters[head] = nil
          waiterCount -= 1
          served.append(continuation)
        case .served, nil: break
        }
        head += 1
      }
      return served
    }

    private func fits(_ weight: Int) -> Bool { weight <= capacity - held }

    private mutating func hold(_ weight: Int) {
      held += weight
      highWaterMark = max(highWaterMark, held)
    }
  }
}
