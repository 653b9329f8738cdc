/// Moves every colour sample away from the middle of the scale, or towards it. Streams.
///
/// The middle is half of full scale (127.5 of 255), which stays whatever the factor is. Samples are
/// taken as they are stored, not in linear light. Alpha stays.
public struct Contrast: ToneTransform {
  /// The factors that can be asked for.
  public static let range = 0.0...100.0

  private let held: Factor

  /// What distances from the middle are multiplied by, to five decimals: 0 makes all the same gray,
  /// 1 changes nothing.
  public var factor: Double { held.value }

  /// A change by that factor.
  ///
  /// - Precondition: `factor` is within `range`.
  public init(factor: Double) { held = Factor(factor, in: Self.range) }

  /// out = full / 2 + (in − full / 2) · factor, rounded half up and clamped.
  public var curve: ToneCurve { ToneCurve(.contrast(held)) }
}
