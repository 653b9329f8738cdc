/// Ticks at a steady pace, for showing progress; it ends when its task is cancelled.
///
/// The ticks lie on a grid of whole periods from the start of the iteration, so they do not drift.
/// One that comes due while the consumer is busy is dropped, as with Go's `time.Ticker`; ticks never
/// queue up. Time is CLOCK_MONOTONIC's: setting the wall clock does not matter.
///
/// Use one for a run, and none for a job: a sleep that was cancelled stays allocated until it would
/// have ended.
public struct Ticker: AsyncSequence, Sendable {
  /// A tick carries nothing.
  public typealias Element = Void

  private let period: Duration
  private let time: Time

  /// Makes a ticker, which starts when it is iterated.
  ///
  /// - Parameter period: The time from one tick to the next; more than zero.
  public init(every period: Duration) {
    self.init(every: period, time: .monotonic)
  }

  init(every period: Duration, time: Time) {
    precondition(period > .zero, "a ticker's period must be positive")
    self.period = period
    self.time = time
  }

  /// Starts the ticker; the first tick comes one period later.
  public func makeAsyncIterator() -> Iterator {
    Iterator(period: period, time: time, start: time.now())
  }

  /// Where the ticker takes time from; tests have their own.
  struct Time: Sendable {
    let now: @Sendable () -> Deadline.Instant
    let sleep: @Sendable (_ until: Deadline.Instant) async throws -> Void

    static let monotonic = Time(
      now: { .now }, sleep: { try await Task.sleep(until: $0, clock: .suspending) })
  }

  /// The ticks of one iteration.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let period: Duration
    fileprivate let time: Time
    fileprivate let start: Deadline.Instant

    /// Waits for the next tick that is not past; returns nil when the task is cancelled.
    public mutating func next() async -> Void? {
      let elapsed = start.duration(to: time.now())
      let tickCount = elapsed.attoseconds / period.attoseconds
      let due = start.advanced(by: Duration(attoseconds: (tickCount + 1) * period.attoseconds))
      do {
        try await time.sleep(due)
        return ()
      } catch {
        return nil
      }
    }
  }
}
