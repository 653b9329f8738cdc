/// Turns a picture into its negative: a sample becomes full scale less itself. Streams.
///
/// Alpha stays. Twice is as good as not at all, bit for bit.
public struct Invert: ToneTransform {
  /// The negative.
  public init() {}

  /// out = full − in.
  public var curve: ToneCurve { ToneCurve(.inversion) }
}
