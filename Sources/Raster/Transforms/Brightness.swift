/// Multiplies every colour sample by a factor; what is beyond full scale becomes full. Streams.
///
/// Samples are multiplied as they are stored, not in linear light. Alpha stays.
public struct Brightness: ToneTransform {
  /// The factors that can be asked for.
  public static let range = 0.0...100.0

  private let held: Factor

  /// What samples are multiplied by, to five decimals: 0 is black, 1 changes nothing.
  public var factor: Double { held.value }

  /// A change by that factor.
  ///
  /// - Precondition: `factor` is within `range`.
  public init(factor: Double) { held = Factor(factor, in: Self.range) }

  /// out = in · factor, rounded half up and clamped.
  public var curve: ToneCurve { ToneCurve(.brightness(held)) }
}
