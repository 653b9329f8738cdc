/// What light the stored samples stand for, both as shares of full scale.
public enum TransferFunction: Hashable, Sendable {
  /// That of sRGB (IEC 61966-2-1:1999): straight near black, then almost a power of 2.4.
  case sRGB

  /// The light is the sample to that power.
  case power(Double)

  /// The powers that are worked with. Beyond them the darkest samples of 8 bits stand for less light
  /// than 32 bits can tell from none.
  public static let powers = 0.25...4.0

  /// Samples that are light already.
  public static let linear = TransferFunction.power(1)

  /// The light, from 0 to 1, of a sample from 0 to 1.
  ///
  /// - Precondition: a power is within `powers`; here and below.
  public func light(of sample: Double) -> Double {
    switch self {
    case .sRGB:
      sample <= 0.04045 ? sample / 12.92 : raise((sample + 0.055) / 1.055, to: 2.4)
    case .power(let exponent):
      raise(sample, to: checked(exponent))
    }
  }

  /// The sample, from 0 to 1, for a light from 0 to 1.
  public func sample(of light: Double) -> Double {
    switch self {
    case .sRGB:
      light <= 0.0031308 ? light * 12.92 : 1.055 * raise(light, to: 1 / 2.4) - 0.055
    case .power(let exponent):
      raise(light, to: 1 / checked(exponent))
    }
  }

  private func checked(_ exponent: Double) -> Double {
    precondition(Self.powers.contains(exponent), "a power of \(exponent)")
    return exponent
  }
}
