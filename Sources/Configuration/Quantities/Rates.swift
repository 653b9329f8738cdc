/// How often jobs start: `50/s`, `10/m`, `600/h`, or `unlimited`.
public struct JobRate: Hashable, Sendable {
  /// More than zero; infinite where there is no limit.
  public let perSecond: Double

  /// As often as may be.
  public static let unlimited = JobRate(perSecond: .infinity)

  private init(perSecond: Double) { self.perSecond = perSecond }

  /// Reads `unlimited`, or a number and its period; per second where none stands.
  public init?(_ text: String) {
    if text == "unlimited" {
      self = .unlimited
    } else if let quantity = Quantity(text) {
      self.init(quantity)
    } else {
      return nil
    }
  }

  private init?(_ quantity: Quantity) {
    guard let (unit, seconds) = Quantity.splitPeriod(quantity.unit), unit.isEmpty,
      let perSecond = rate(quantity.value, in: seconds)
    else { return nil }
    self.perSecond = perSecond
  }
}

extension JobRate: WordOrNumber {
  init?(number: Double) { self.init(Quantity(number)) }
}

/// How many bytes are read and written: `20M/s`, or `unlimited`.
public struct ByteRate: Hashable, Sendable {
  /// More than zero; infinite where there is no limit.
  public let bytesPerSecond: Double

  /// As many as may be.
  public static let unlimited = ByteRate(bytesPerSecond: .infinity)

  private init(bytesPerSecond: Double) { self.bytesPerSecond = bytesPerSecond }

  /// Reads `unlimited`, or a number, its unit (K, M, G and T are powers of 1024) and its period;
  /// bytes, and per second, where none stands.
  public init?(_ text: String) {
    if text == "unlimited" {
      self = .unlimited
    } else if let quantity = Quantity(text) {
      self.init(quantity)
    } else {
      return nil
    }
  }

  private init?(_ quantity: Quantity) {
    guard let (unit, seconds) = Quantity.splitPeriod(quantity.unit),
      let scale = Quantity.byteScale(unit),
      let bytesPerSecond = rate(quantity.value * scale, in: seconds)
    else { return nil }
    self.bytesPerSecond = bytesPerSecond
  }
}

extension ByteRate: WordOrNumber {
  init?(number: Double) { self.init(Quantity(number)) }
}

/// So much in so many seconds, if it is a rate at which anything ever happens.
private func rate(_ amount: Double, in seconds: Double) -> Double? {
  let rate = amount / seconds
  return rate.isFinite && rate > 0 ? rate : nil
}
