/// Ticks at a steady pace, for showing progress; it ends when its task is cancelled.
///
/// The ticks lie on a grid of whole periods from the start of the iteration, so they do not drift.
/// One that comes due while the consumer is busy is dropped, as with Go's `time.Ticker`; ticks never
/// queue up. Time is the queue's: setting the wall clock does not matter.
///
/// ```swift
/// let ticker = Ticker(every: .milliseconds(5))
/// let start = Deadline.Instant.now
/// var tickCount = 0
/// for await _ in ticker {
///   tickCount += 1
///   if tickCount == 3 { break }
/// }
/// precondition(start.duration(to: .now) >= .milliseconds(15))
/// ```
///
/// A tick that is waited for is one timer; between ticks, and after the end, nothing is left.
public struct Ticker: AsyncSequence, Sendable {
  /// A tick carries nothing.
  public typealias Element = Void

  private let period: Duration
  private let timers: TimerQueue

  /// Makes a ticker, which starts when it is iterated.
  ///
  /// - Parameters:
  ///   - period: The time from one tick to the next; more than zero.
  ///   - timers: Where it sleeps. If its thread can't be started, there are no ticks.
  public init(every period: Duration, on timers: TimerQueue = .monotonic) {
    precondition(period > .zero, "a ticker's period must be positive")
    self.period = period
    self.timers = timers
  }

  /// Starts the ticker; the first tick comes one period later.
  public func makeAsyncIterator() -> Iterator {
    Iterator(period: period, timers: timers, start: timers.now)
  }

  /// The ticks of one iteration.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let period: Duration
    fileprivate let timers: TimerQueue
    fileprivate let start: Deadline.Instant

    /// Waits for the next tick that is not past; returns nil when the task is cancelled.
    public mutating func next() async -> Void? {
      let elapsed = start.duration(to: timers.now)
      let tickCount = elapsed.attoseconds / period.attoseconds
      let due = start.advanced(by: Duration(attoseconds: (tickCount + 1) * period.attoseconds))
      do {
        try await timers.sleep(until: due)
        return ()
      } catch {
        return nil
      }
    }
  }
}
