extension RateLimiter {
  /// What the limiter's lock guards: transitions that resume nobody, but collect whom to resume.
  ///
  /// Those who wait stand in an array: a wait that ends in the middle of it moves all behind, which
  /// are as many as there are tasks, not bytes. What is resumed need not be a continuation, so that
  /// tests know to the nanosecond when that was.
  struct State<Continuation: Sendable> {
    /// A wait that is over; to be resumed once the lock is free.
    struct Ending {
      let continuation: Continuation
      let result: Result<Void, any Error>
    }

    private struct Waiter {
      let id: UInt64
      let count: Int
      let deadline: Deadline?
      let continuation: Continuation
      /// In the bucket's line, where its tokens have been taken; ascending through the array.
      var place: Double
    }

    private(set) var bucket: TokenBucket
    private var waiters: [Waiter] = []
    private var endings: [Ending] = []
    private var lastID: UInt64 = 0
    private var isClosed = false

    init(rate: Rate, burst: Int, at now: Duration) {
      bucket = TokenBucket(rate: rate, burst: burst, at: now)
    }

    var waiterCount: Int { waiters.count }

    /// Whether all is granted at once.
    var isFree: Bool { !isClosed && bucket.rate == .unlimited && waiters.isEmpty }

    /// When the first waiter may act; nil where there is none, or never.
    var alarm: Duration? {
      guard let first = waiters.first else { return nil }
      return bucket.due(first.place)
    }

    /// Hands over whom to resume.
    mutating func takeEndings() -> [Ending] {
      defer { endings = [] }
      return endings
    }

    /// Lets those act whose time has come.
    mutating func advance(to now: Duration) {
      bucket.advance(to: now)
      let dueCount = waiters.prefix { bucket.isDue($0.place) }.count
      if dueCount > 0 {
        for waiter in waiters.prefix(dueCount) { end(waiter) }
        waiters.removeFirst(dueCount)
      }
      if waiters.isEmpty { bucket.spill() }
    }

    /// Takes the tokens if they are there; who waits is not passed over, as all that is there and
    /// more has been taken for it.
    mutating func take(_ count: Int, at now: Duration) -> Bool {
      advance(to: now)
      return takeIssued(count)
    }

    /// Takes the tokens for a fixed time.
    mutating func reserve(
      _ count: Int, within maximumWait: Duration?, at now: Duration
    ) -> TokenBucket.Promise? {
      advance(to: now)
      guard !isClosed, bucket.accepts(count) else { return nil }
      return bucket.promise(count, within: maximumWait)
    }

    /// Takes the tokens, or returns the name under which to wait for them, by `suspend`.
    mutating func admit(
      _ count: Int, before deadline: Deadline?, at now: Duration
    ) throws -> UInt64? {
      advance(to: now)
      if isClosed { throw CancellationError() }
      if let error = obstacle(count, at: bucket.place(taking: count), deadline, now) { throw error }
      if takeIssued(count) { return nil }
      lastID += 1
      return lastID
    }

    /// Takes the tokens and leaves the continuation in the line, or ends the wait at once.
    mutating func suspend(
      _ id: UInt64, _ count: Int, before deadline: Deadline?, _ continuation: Continuation,
      isCancelled: Bool, at now: Duration
    ) {
      advance(to: now)
      var waiter = Waiter(
        id: id, count: count, deadline: deadline, continuation: continuation,
        place: bucket.place(taking: count))
      if isCancelled || isClosed {
        end(waiter, with: CancellationError())
      } else if let error = obstacle(count, at: waiter.place, deadline, now) {
        end(waiter, with: error)
      } else if takeIssued(count) {
        end(waiter)
      } else {
        waiter.place = bucket.take(count)
        waiters.append(waiter)
      }
    }

    /// Ends a wait whose task was cancelled; does nothing for one that is over.
    mutating func withdraw(_ id: UInt64, at now: Duration) {
      advance(to: now)
      guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
      remove(at: index, with: CancellationError())
      advance(to: now)
    }

    /// Gives back what nobody has counted on yet.
    mutating func cancel(_ promise: TokenBucket.Promise, at now: Duration) {
      advance(to: now)
      guard bucket.canGiveBack(promise) else { return }
      let index = firstIndex(behind: promise.place, from: 0)
      moveUp(from: index, by: bucket.giveBack(promise, front: place(before: index)))
      advance(to: now)
    }

    /// Changes the rate, ends the waits that it makes impossible, and lets those act that it hastens.
    mutating func setRate(_ rate: Rate, burst: Int, at now: Duration) {
      advance(to: now)
      bucket.setRate(rate, burst: burst)
      advance(to: now)
      var index = 0
      while index < waiters.count {
        let waiter = waiters[index]
        if let error = obstacle(waiter.count, at: waiter.place, waiter.deadline, now) {
          remove(at: index, with: error)
        } else {
          index += 1
        }
      }
      advance(to: now)
    }

    /// Ends every wait, and lets nobody act any more.
    mutating func close(at now: Duration) {
      isClosed = true
      while !waiters.isEmpty { remove(at: waiters.endIndex - 1, with: CancellationError()) }
      advance(to: now)
    }

    private mutating func takeIssued(_ count: Int) -> Bool {
      guard !isClosed else { return false }
      if count == 0 { return true }
      guard bucket.accepts(count), bucket.isDue(bucket.place(taking: count)) else { return false }
      bucket.take(count)
      return true
    }

    /// Why nobody should wait for the place.
    private func obstacle(
      _ count: Int, at place: Double, _ deadline: Deadline?, _ now: Duration
    ) -> (any Error)? {
      guard bucket.accepts(count) else { return Overburst(needed: count, burst: bucket.burst) }
      guard let deadline else { return nil }
      guard let due = count == 0 ? now : bucket.due(place),
        max(due, now) < TimerQueue.time(deadline.instant)
      else {
        return DeadlineTooEarly(deadline: deadline)
      }
      return nil
    }

    private mutating func end(_ waiter: Waiter, with error: (any Error)? = nil) {
      let result = error.map { Result<Void, any Error>.failure($0) } ?? .success(())
      endings.append(Ending(continuation: waiter.continuation, result: result))
    }

    private mutating func remove(at index: Int, with error: any Error) {
      let waiter = waiters.remove(at: index)
      end(waiter, with: error)
      let next = firstIndex(behind: waiter.place, from: index)
      let shift = bucket.giveBack(waiter.count, at: waiter.place, front: place(before: next))
      moveUp(from: next, by: shift)
    }

    /// The first waiter that moves up when a place is given back: those in front of a reservation
    /// stay where they are.
    private func firstIndex(behind place: Double, from start: Int) -> Int {
      let fixed = max(place, bucket.pinned)
      return waiters[start...].firstIndex { $0.place > fixed } ?? waiters.endIndex
    }

    private func place(before index: Int) -> Double {
      index > 0 ? waiters[index - 1].place : -.infinity
    }

    private mutating func moveUp(from index: Int, by shift: Double) {
      for index in index..<waiters.endIndex { waiters[index].place -= shift }
    }
  }
}
