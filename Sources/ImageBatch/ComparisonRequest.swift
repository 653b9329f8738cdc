public import SystemPackage

/// What pictures are held against, and when they count as equal.
public struct ComparisonRequest: Sendable {
  /// A folder where IN is one, and a picture where it is one.
  public var other: FilePath

  /// What samples may differ by, in levels of 8 bits.
  public var tolerance = 0.0

  /// The peak signal-to-noise ratio in dB from which on pictures count as equal, whatever their
  /// samples differ by; nil where only the tolerance counts.
  public var minimumPSNR: Double?

  /// Where a picture of the differences goes for each pair that is not equal; nil for nowhere.
  public var differences: Plan.Output?

  /// A comparison with that folder or picture, pixel for pixel.
  public init(with other: FilePath) { self.other = other }
}
