/// Makes the middle tones lighter or darker; black and white stay. Streams.
///
/// A sample, as a fraction of full scale, becomes itself to the power of 1/gamma, as with
/// ImageMagick's `-gamma`: above 1 is lighter, below 1 darker. Alpha stays.
public struct Gamma: ToneTransform {
  /// The exponents that can be asked for.
  public static let range = 0.01...100.0

  /// The inverse of the exponent; 1 changes nothing.
  public let gamma: Double

  /// A change of that gamma.
  ///
  /// - Precondition: `gamma` is within `range`.
  public init(_ gamma: Double) {
    precondition(Self.range.contains(gamma), "\(gamma) is not within \(Self.range)")
    self.gamma = gamma
  }

  /// out = full · (in / full)^(1 / gamma), rounded half up.
  public var curve: ToneCurve { ToneCurve(.gamma(gamma)) }
}
