import Synchronization

/// Lets things happen at a rate: a token bucket, with a queue for those who wait.
///
/// The bucket holds at most `burst` tokens, starts full, and gains them at the rate. Whoever acts
/// takes a token or several. It behaves like Go's `golang.org/x/time/rate`, but for the waits.
///
/// ```swift
/// let timers = TimerQueue(manualFrom: .now)
/// let limiter = RateLimiter(Rate(perSecond: 10), burst: 3, timers: timers)
/// try await limiter.wait(for: 2)
/// async let second: Void = limiter.wait(for: 3)
/// while limiter.waiterCount == 0 { await Task.yield() }
/// precondition(!limiter.tryTake())
/// timers.advance(by: .milliseconds(200))
/// try await second
/// let reservation = limiter.reserve(1, within: .seconds(1))
/// precondition(reservation?.timeToAct == timers.now + .milliseconds(100))
/// ```
///
/// Everybody is served in the order of arrival, with ``wait(for:before:)`` and
/// ``reserve(_:within:)`` in one line: what they ask for is taken at once, and they act when so much
/// has been issued. They differ in what a change means to them.
///
/// A **reservation** is a promise and keeps its time, as in Go: neither another rate nor a
/// cancellation in front of it moves it. A **waiter** is woken by the tokens. When the rate changes,
/// its time changes; when somebody in front gives up, those behind move up. (In Go it keeps its time
/// like a reservation, as it is one.) Where waiters and reservations mix, only waiters behind the
/// last reservation move up, by what the reservations have not counted on.
///
/// Never are more tokens granted than the burst and what the rate has issued; rounding lets somebody
/// act early by less than a nanosecond.
///
/// Without a limit it takes no lock. What takes somebody out of the queue is O(waiters), and so is
/// another rate.
public final class RateLimiter: Sendable {
  private typealias TaskState = State<CheckedContinuation<Void, any Error>>

  private struct Guarded {
    var state: TaskState
    var timer: TimerQueue.Timer?
    /// When the timer fires, or fired; nil where there is none.
    var alarm: Duration?
  }

  private let timers: TimerQueue
  private let guarded: Mutex<Guarded>

  /// Whether all is granted. It may lag behind the state, which a caller could not tell from having
  /// come a moment earlier.
  private let isFree = Atomic(false)

  /// Makes a limiter with a full bucket.
  ///
  /// - Parameters:
  ///   - rate: How many tokens come.
  ///   - burst: How many tokens there are at most, and so the most that can be asked for at once; not
  ///     negative. Without effect at the rate ``Rate/unlimited``.
  ///   - timers: The clock, and where waits wait.
  public init(_ rate: Rate, burst: Int, timers: TimerQueue = .monotonic) {
    precondition(burst >= 0, "a burst cannot be negative")
    self.timers = timers
    guarded = Mutex(Guarded(state: TaskState(rate: rate, burst: burst, at: timers.time)))
    isFree.store(rate == .unlimited, ordering: .relaxed)
  }

  /// The rate of this moment.
  public var rate: Rate { guarded.withLock { $0.state.bucket.rate } }

  /// The burst of this moment.
  public var burst: Int { guarded.withLock { $0.state.bucket.burst } }

  /// How many wait at this moment.
  public var waiterCount: Int { guarded.withLock { $0.state.waiterCount } }

  /// Takes the tokens if they are there and nobody waits for them; never waits.
  ///
  /// - Parameter count: How many; none are always there. Not negative.
  /// - Returns: Whether they were taken; if not, none were.
  public func tryTake(_ count: Int = 1) -> Bool {
    precondition(count >= 0, "a count of tokens cannot be negative")
    return isFree.load(ordering: .relaxed) || change { $0.take(count, at: $1) }
  }

  /// Takes the tokens for a time to come, which is fixed from then on.
  ///
  /// - Parameters:
  ///   - count: How many; not negative.
  ///   - maximumWait: How far that time may be.
  /// - Returns: When to act; nil, with nothing taken, when `count` exceeds the burst, when the time
  ///   is too far or would never come, and after ``close()``.
  public func reserve(_ count: Int, within maximumWait: Duration? = nil) -> Reservation? {
    precondition(count >= 0, "a count of tokens cannot be negative")
    let promise = change { $0.reserve(count, within: maximumWait, at: $1) }
    return promise.map { Reservation($0, of: self) }
  }

  /// Takes the tokens and waits until they are there; none are there at once.
  ///
  /// A wait is ended early by what makes it impossible, ``setRate(_:burst:)`` included. Then its
  /// tokens are given back.
  ///
  /// - Parameters:
  ///   - count: How many; not negative.
  ///   - deadline: The time by which it must have ended.
  /// - Throws: Without having taken anything, ``Overburst`` when `count` exceeds the burst;
  ///   ``DeadlineTooEarly`` at once when the wait would not end before the deadline;
  ///   `CancellationError` when the task is cancelled, or the limiter closed, before or while it
  ///   waits; ``WorkerPool/StartError`` as ``TimerQueue/start()`` does.
  public func wait(for count: Int = 1, before deadline: Deadline? = nil) async throws {
    precondition(count >= 0, "a count of tokens cannot be negative")
    try Task.checkCancellation()
    if deadline == nil, isFree.load(ordering: .relaxed) { return }
    guard let id = try change({ try $0.admit(count, before: deadline, at: $1) }) else { return }
    try timers.start()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // A task's flag is up before its handlers run. So, asked for under the lock, the flag tells
        // of every cancellation whose handler has been and found nobody to wake.
        change {
          $0.suspend(
            id, count, before: deadline, continuation, isCancelled: Task.isCancelled, at: $1)
        }
      }
    } onCancel: {
      change { $0.withdraw(id, at: $1) }
    }
  }

  /// Changes the rate and the burst.
  ///
  /// Tokens that are there stay, up to the new burst. Reservations keep their times. Those who wait
  /// are woken by the new rate, some of them at once; a wait that has become impossible ends with
  /// what ``wait(for:before:)`` would throw. Coming back from ``Rate/unlimited``, the bucket is full.
  public func setRate(_ rate: Rate, burst: Int) {
    precondition(burst >= 0, "a burst cannot be negative")
    change { $0.setRate(rate, burst: burst, at: $1) }
  }

  /// Ends every wait, those to come too, as if their tasks had been cancelled; nothing is granted
  /// any more.
  public func close() {
    change { $0.close(at: $1) }
  }

  fileprivate func cancel(_ promise: TokenBucket.Promise) {
    change { $0.cancel(promise, at: $1) }
  }

  /// Changes the state, sets the timer by it, and resumes those whose wait is over.
  private func change<R: Sendable, E: Error>(
    _ transition: (inout TaskState, Duration) throws(E) -> R
  ) throws(E) -> R {
    let now = timers.time
    let (result, endings) = guarded.withLock { guarded in
      let result = Result { () throws(E) in try transition(&guarded.state, now) }
      // Under the lock, lest two changes set the timer in the wrong order. The queue takes its own
      // lock inside ours, and runs actions outside of it.
      setAlarm(&guarded)
      isFree.store(guarded.state.isFree, ordering: .relaxed)
      return (result, guarded.state.takeEndings())
    }
    for ending in endings { ending.continuation.resume(with: ending.result) }
    return try result.get()
  }

  /// One timer will do, for who comes first. When it has fired, that one is served, and the alarm
  /// another.
  private func setAlarm(_ guarded: inout Guarded) {
    let alarm = guarded.state.alarm
    if alarm == guarded.alarm { return }
    guarded.alarm = alarm
    guard let alarm else {
      guarded.timer?.cancel()
      guarded.timer = nil
      return
    }
    let instant = TimerQueue.instant(alarm)
    if guarded.timer?.reset(to: instant) == true { return }
    guarded.timer = timers.schedule(at: instant) { [self] in
      change { $0.advance(to: $1) }
    }
  }
}

extension RateLimiter {
  /// A request that no amount of waiting could meet.
  public struct Overburst: Error, Hashable, Sendable, CustomStringConvertible {
    /// The tokens asked for.
    public let needed: Int

    /// The burst of the limiter.
    public let burst: Int

    /// Makes the error for a request and the limiter's burst.
    public init(needed: Int, burst: Int) {
      self.needed = needed
      self.burst = burst
    }

    /// The two numbers in words; the caller knows the unit.
    public var description: String { "needs \(needed), burst \(burst)" }
  }

  /// A wait that would not have ended before its deadline.
  public struct DeadlineTooEarly: Error, Hashable, Sendable, CustomStringConvertible {
    /// The deadline of the wait.
    public let deadline: Deadline

    /// Makes the error for a deadline.
    public init(deadline: Deadline) {
      self.deadline = deadline
    }

    /// What cannot be met, by the deadline's label.
    public var description: String { "the rate limit leaves no time: \(deadline.label)" }
  }

  /// Tokens that have been taken for a time to come.
  public final class Reservation: Sendable {
    /// When its holder may act.
    public var timeToAct: Deadline.Instant { TimerQueue.instant(promise.timeToAct) }

    private let promise: TokenBucket.Promise
    private let limiter: RateLimiter
    private let isCancelled = Atomic(false)

    fileprivate init(_ promise: TokenBucket.Promise, of limiter: RateLimiter) {
      self.promise = promise
      self.limiter = limiter
    }

    /// Gives back the tokens, without those that later reservations counted on; none any more once
    /// the time to act has passed, or the bucket was full in between.
    public func cancel() {
      if !isCancelled.exchange(true, ordering: .relaxed) { limiter.cancel(promise) }
    }
  }
}
