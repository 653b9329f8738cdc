/// Stretches a range of tones over another one, with a gamma between. Streams.
///
/// All four levels are fractions of full scale, the same for 8 and for 16 bits: `0.5` is 127.5 of
/// 255. Samples up to `inputBlack` become `outputBlack`, those from `inputWhite` on `outputWhite`;
/// an output black above the output white inverts. Alpha stays.
public struct Levels: ToneTransform, Hashable {
  /// The levels that can be asked for.
  public static let range = 0.0...1.0

  /// What becomes `outputBlack`.
  public let inputBlack: Double

  /// What becomes `outputWhite`.
  public let inputWhite: Double

  /// The inverse of the exponent between them; above 1 the middle tones become lighter.
  public let gamma: Double

  /// What black becomes.
  public let outputBlack: Double

  /// What white becomes.
  public let outputWhite: Double

  /// A change of levels; the defaults change nothing.
  ///
  /// - Precondition: the levels are within `range`, `inputBlack` is below `inputWhite`, and `gamma`
  ///   is within `Gamma.range`.
  public init(
    inputBlack: Double = 0, inputWhite: Double = 1, gamma: Double = 1, outputBlack: Double = 0,
    outputWhite: Double = 1
  ) {
    for level in [inputBlack, inputWhite, outputBlack, outputWhite] {
      precondition(Self.range.contains(level), "\(level) is not within \(Self.range)")
    }
    precondition(inputBlack < inputWhite, "black is below white")
    precondition(Gamma.range.contains(gamma), "\(gamma) is not within \(Gamma.range)")
    self.inputBlack = inputBlack
    self.inputWhite = inputWhite
    self.gamma = gamma
    self.outputBlack = outputBlack
    self.outputWhite = outputWhite
  }

  /// out = outputBlack + (outputWhite − outputBlack) · t^(1 / gamma), where t is
  /// (in − inputBlack) / (inputWhite − inputBlack), clamped to 0…1; rounded half up.
  public var curve: ToneCurve { ToneCurve(.levels(self)) }
}
