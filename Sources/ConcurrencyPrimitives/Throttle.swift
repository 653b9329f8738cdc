/// Lets through some of many events, such as messages that would flood a log.
///
/// The first few pass, then every so many, and one whenever enough time has passed since the last
/// that did; whichever says yes first. Without any of the three, the very first event passes and no
/// other. This is the `Sometimes` of Go's `golang.org/x/time/rate`, with time as an argument.
///
/// ```swift
/// var throttle = Throttle(first: 2, every: 100, interval: .seconds(10))
/// let start = Deadline.Instant.now
/// let passed = (0..<250).filter { _ in throttle.fires(at: start) }
/// precondition(passed == [0, 1, 100, 200])
/// precondition(!throttle.fires(at: start + .seconds(9)))
/// precondition(throttle.fires(at: start + .seconds(10)))
/// ```
public struct Throttle: Sendable {
  private let first: Int
  private let every: Int
  private let interval: Duration
  private var count = 0
  private var lastFiring: Deadline.Instant?

  /// Makes a throttle that has seen no event. Zero or less turns a condition off.
  ///
  /// - Parameters:
  ///   - first: How many events pass at the beginning.
  ///   - every: Of so many events one passes, counted from the first of all.
  ///   - interval: The time since the last that passed after which one passes.
  public init(first: Int = 0, every: Int = 0, interval: Duration = .zero) {
    self.first = first
    self.every = every
    self.interval = interval
  }

  /// Counts an event and says whether it passes.
  ///
  /// - Parameter now: When it happens. An instant before that of an earlier event does no harm: no
  ///   time has passed then.
  public mutating func fires(at now: Deadline.Instant) -> Bool {
    let fires = count < max(first, 1) || (every > 0 && count.isMultiple(of: every)) || isTime(now)
    count += 1
    if fires { lastFiring = now }
    return fires
  }

  private func isTime(_ now: Deadline.Instant) -> Bool {
    guard interval > .zero, let lastFiring else { return false }
    return lastFiring.duration(to: now) >= interval
  }
}
