/// How often something may happen.
///
/// ```swift
/// precondition(Rate(every: .milliseconds(20)) == Rate(perSecond: 50))
/// precondition(Rate(every: .zero) == .unlimited)
/// let limiter = RateLimiter(Rate(perSecond: 0), burst: 1)
/// precondition(limiter.tryTake() && !limiter.tryTake())
/// limiter.setRate(.unlimited, burst: 0)
/// precondition((1...1000).allSatisfy { limiter.tryTake($0) })
/// ```
public struct Rate: Hashable, Sendable {
  /// How often a second, on average; infinite where there is no limit.
  public let perSecond: Double

  /// Makes a rate of so many times a second.
  ///
  /// - Parameter perSecond: Zero for never; not negative.
  public init(perSecond: Double) {
    precondition(perSecond >= 0, "a rate cannot be negative")
    self.perSecond = perSecond
  }

  /// Makes a rate of once in the interval; without limit where that is zero or negative.
  public init(every interval: Duration) {
    self.init(perSecond: interval > .zero ? .seconds(1) / interval : .infinity)
  }

  /// As often as anybody likes.
  public static let unlimited = Rate(perSecond: .infinity)
}
