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
      var refused: [(Continuation, any Error)] = []

      consuming func perform() {
        for (continuation, error) in refused { continuation.resume(throwing: error) }
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
      /// It can't be served any more, and its task has yet to learn that.
      case refused(any Error)
    }

    private(set) var capacity: Int
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
    mutating func admit(_ weight: Int) throws(Overweight) -> Ticket? {
      guard weight <= capacity else { throw Overweight(needed: weight, capacity: capacity) }
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
        action.refused = [(continuation, CancellationError())]
        return action
      case .refused(let error):
        waiters[ticket] = nil
        return Action(refused: [(continuation, error)])
      case .suspended, nil:
        // Its own cancellation, or the semaphore's end, came first and has taken it out of the queue.
        return Action(refused: [(continuation, CancellationError())])
      }
    }

    /// Takes a cancelled request out of the queue and serves those it stood in the way of; does
    /// nothing for one that was served, which holds its weight then.
    mutating func withdraw(_ ticket: Ticket) -> Action? {
      var action = Action()
      switch waiters[ticket] {
      case .served, .refused, nil: return nil
      case .arriving: break
      case .suspended(_, let continuation):
        action.refused = [(continuation, CancellationError())]
      }
      waiters[ticket] = nil
      waiterCount -= 1
      action.served = serve()
      return action
    }

    /// Takes every request out of the queue, and lets none in any more.
    mutating func close() -> Action {
      isClosed = true
      return refuse { _ in CancellationError() }
    }

    /// Changes the capacity; takes out of the queue what can't be served any more, and serves what
    /// can be served now.
    mutating func setCapacity(_ capacity: Int) -> Action {
      self.capacity = capacity
      var action = refuse { weight in
        weight > capacity ? Overweight(needed: weight, capacity: capacity) : nil
      }
      action.served = serve()
      return action
    }

    /// Ends each wait for which there is an error.
    private mutating func refuse(_ error: (_ weight: Int) -> (any Error)?) -> Action {
      var action = Action()
      for ticket in head..<next {
        switch waiters[ticket] {
        case .suspended(let weight, let continuation):
          guard let error = error(weight) else { continue }
          action.refused.append((continuation, error))
          waiters[ticket] = nil
        case .arriving(let weight):
          guard let error = error(weight) else { continue }
          waiters[ticket] = .refused(error)
        case .served, .refused, nil: continue
        }
        waiterCount -= 1
      }
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
        case .served, .refused, nil: break
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
