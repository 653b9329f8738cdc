import Glibc

/// Timers that leave nothing behind when they are cancelled.
///
/// One thread sleeps until the earliest of them. A cancelled timer leaves the queue at once, where a
/// cancelled `Task.sleep` stays allocated until its time would have come; and a timer does not need
/// the cooperative pool, which may be busy, to fire.
///
/// ```swift
/// let timers = TimerQueue(manualFrom: .now)
/// let start = timers.now
/// let (fired, log) = AsyncStream<String>.makeStream()
/// let early = timers.schedule(at: start + .seconds(5)) { log.yield("early") }
/// let late = timers.schedule(at: start + .seconds(60)) { log.yield("late") }
/// precondition(late.reset(to: start + .seconds(2)) && early.cancel())
/// timers.advance(by: .seconds(60))
/// log.finish()
/// let names = await fired.reduce(into: []) { $0.append($1) }
/// precondition(names == ["late"] && timers.armedCount == 0)
/// ```
///
/// Time is CLOCK_MONOTONIC's, or a test's own. Setting the wall clock does not matter, and timers
/// stand still while the machine is suspended, like a ``Deadline``.
///
/// Arming, moving and cancelling cost O(log n) and wake the thread only for a timer that is earlier
/// than all others. To arm and cancel one took 240 ns, and 280 among 10,000.
public final class TimerQueue: @unchecked Sendable {
  /// The timers of the process. The thread starts with the first timer, or with ``start()``.
  public static let monotonic = TimerQueue(manualTime: nil)

  // `mutex` guards the state. pthread objects live behind pointers, as they must not move.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var state: State
  private let isManual: Bool

  private init(manualTime: Duration?) {
    isManual = manualTime != nil
    state = State(manualTime: manualTime)
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  /// Makes a queue whose time stands still until it is advanced, for tests; it has no thread.
  ///
  /// - Parameter now: The first reading of its clock.
  public convenience init(manualFrom now: Deadline.Instant) {
    self.init(manualTime: Self.time(now))
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// The reading of the queue's clock.
  public var now: Deadline.Instant { isManual ? Self.instant(time) : .now }

  /// How many timers there are that have neither fired nor been cancelled.
  public var armedCount: Int { withLock { $0.armedCount } }

  /// Moves the clock of a manual queue on and runs what comes due, in order, each at its own
  /// instant; also what the actions themselves schedule for the time until then.
  ///
  /// - Parameter duration: Not negative.
  public func advance(by duration: Duration) {
    precondition(duration >= .zero, "a timer queue's time does not go back")
    let target = withLock { state in
      guard let time = state.manualTime else {
        preconditionFailure("only a manual timer queue is advanced by hand")
      }
      return time + duration
    }
    while let action = withLock({ $0.popFirst(dueBy: target) }) { action.perform() }
  }

  /// Starts the thread, unless it runs; a manual queue needs none.
  ///
  /// - Throws: The error of `pthread_create`. Whoever has called this once without an error need not
  ///   think of it again.
  public func start() throws(WorkerPool.StartError) {
    try withLock { state throws(WorkerPool.StartError) in try startThread(&state) }
  }

  /// Runs the action once, at the instant or as soon afterwards as the thread comes to it.
  ///
  /// The action runs on the timer thread, or in ``advance(by:)``: every other timer waits for it, so
  /// it must be short and never block. It is released as soon as it has run or was cancelled. It may
  /// use the queue.
  ///
  /// Traps when the thread does not run and can't be started; see ``start()``.
  ///
  /// - Parameters:
  ///   - due: When; an instant that is past counts as now.
  ///   - action: What to do.
  public func schedule(
    at due: Deadline.Instant, _ action: @escaping @Sendable () -> Void
  ) -> Timer {
    let key = withLock { state in
      do {
        try startThread(&state)
      } catch {
        preconditionFailure("\(error); TimerQueue.start() would have thrown it")
      }
      let key = state.reserve()
      arm(key, at: due, .call(action), &state)
      return key
    }
    return Timer(queue: self, key: key)
  }

  /// Sleeps until the instant; does not sleep when that is past.
  ///
  /// - Throws: `CancellationError` at once when the task is cancelled, before or while it sleeps;
  ///   nothing remains of the timer then. ``WorkerPool/StartError`` when there is no thread and none
  ///   can be started.
  public func sleep(until due: Deadline.Instant) async throws {
    try Task.checkCancellation()
    if due <= now { return }
    let key = try withLock { state throws(WorkerPool.StartError) in
      try startThread(&state)
      return state.reserve()
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isArmed = withLock { state in
          // A task's flag is up before its handlers run: asked for under the lock, it tells of every
          // cancellation whose handler has been and found no timer.
          if Task.isCancelled {
            state.abandon(key)
            return false
          }
          arm(key, at: due, .resume(continuation), &state)
          return true
        }
        if !isArmed { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      if case .resume(let continuation)? = withLock({ $0.disarm(key) }) {
        continuation.resume(throwing: CancellationError())
      }
    }
  }

  /// Something that is to happen once, later; see ``schedule(at:_:)``.
  public struct Timer: Sendable {
    fileprivate let queue: TimerQueue
    fileprivate let key: State.Key

    /// Takes the timer back.
    ///
    /// - Returns: Whether that came in time: true means that it will never run, false that it has
    ///   run, runs now, or was cancelled before.
    @discardableResult
    public func cancel() -> Bool {
      queue.withLock { $0.disarm(key) } != nil
    }

    /// Moves the timer, so that it fires at the new instant only.
    ///
    /// - Returns: False when it has fired or was cancelled, and so stays as it is.
    @discardableResult
    public func reset(to due: Deadline.Instant) -> Bool {
      queue.withLock { state in
        guard let isEarliest = state.move(key, to: TimerQueue.time(due)) else { return false }
        if isEarliest { pthread_cond_signal(queue.condition) }
        return true
      }
    }
  }

  /// Zero of CLOCK_MONOTONIC, from which times count in here. The standard library keeps the layout
  /// of an `Instant` to itself, which makes whatever contains one slow.
  private static let epoch = SuspendingClock().systemEpoch

  static func time(_ instant: Deadline.Instant) -> Duration { epoch.duration(to: instant) }

  static func instant(_ time: Duration) -> Deadline.Instant { epoch.advanced(by: time) }

  /// The reading of the queue's clock.
  var time: Duration {
    isManual ? withLock { $0.manualTime ?? .zero } : Self.time(.now)
  }

  private func arm(
    _ key: State.Key, at due: Deadline.Instant, _ action: State.Action, _ state: inout State
  ) {
    if state.arm(key, at: Self.time(due), action) { pthread_cond_signal(condition) }
  }

  private func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }
}

extension TimerQueue {
  private func startThread(_ state: inout State) throws(WorkerPool.StartError) {
    guard state.needsThread else { return }
    let thread = WorkerThread(name: "timers") { [self] in
      while true { nextAction().perform() }
    }
    // Nobody joins it: it ends with the process.
    pthread_detach(try thread.start())
    state.needsThread = false
  }

  /// Waits for a timer to come due. What it returns is released outside the lock, where a closure's
  /// captures may do as they like.
  private func nextAction() -> State.Action {
    withLock { state in
      while true {
        let time = Self.time(.now)
        switch state.step(at: time) {
        case .perform(let action): return action
        case .sleep(let due): sleep(until: min(due, time + .seconds(86_400)))
        }
      }
    }
  }

  /// Sleeps, with the lock open, until the time has come or the condition is signalled, or for no
  /// reason. Nobody asks for more than a day, so that every time fits.
  private func sleep(until due: Duration) {
    // Rounded up: a timer that was woken early would have to sleep again.
    let (seconds, attoseconds) = (due + Duration(attoseconds: 999_999_999)).components
    // tv_sec and tv_nsec. Swift hides the members without an import of the toolchain's own modules.
    var time = unsafeBitCast(
      (Int(seconds), Int(attoseconds / 1_000_000_000)), to: timespec.self)
    pthread_cond_timedwait(condition, mutex, &time)
  }
}
