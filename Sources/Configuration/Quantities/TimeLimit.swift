/// A time that something may take: `500ms`, `30s`, `10m`, `2h`, or `none`.
public enum TimeLimit: Hashable, Sendable {
  /// As long as it takes. Not called `none`, which an optional one takes for nil.
  case unlimited
  /// At least a millisecond, less than a hundred years.
  case duration(Duration)

  /// Reads `none`, or a number and its unit; seconds where no unit stands. Fractions are rounded to
  /// whole milliseconds.
  public init?(_ text: String) {
    if text == "none" {
      self = .unlimited
    } else if let quantity = Quantity(text) {
      self.init(quantity)
    } else {
      return nil
    }
  }

  private init?(_ quantity: Quantity) {
    let seconds: [Substring: Double] = ["ms": 1e-3, "": 1, "s": 1, "m": 60, "h": 3600]
    // A hundred years: more would not fit the clock.
    guard let scale = seconds[quantity.unit], let milliseconds = quantity.count(scale: scale * 1e3),
      milliseconds < 3_155_760_000_000
    else { return nil }
    self = .duration(.milliseconds(milliseconds))
  }

  /// Nil for as long as it takes.
  public var duration: Duration? {
    if case .duration(let duration) = self { duration } else { nil }
  }
}

extension TimeLimit: WordOrNumber {
  init?(number: Double) { self.init(Quantity(number)) }
}
