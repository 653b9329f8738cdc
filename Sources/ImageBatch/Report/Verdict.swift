public import Raster

/// What came of holding two pictures against each other.
public enum Verdict: Hashable, Sendable {
  /// They are equal, as far as was asked for.
  case equal(PictureDifference)
  /// They are not.
  case different(PictureDifference)
  /// They have not the same size, once they stand upright.
  case sizesDiffer(PixelSize, PixelSize)
  /// The other tree has no file of that path.
  case onlyInFirst
  /// The tree that is compared with it has none.
  case onlyInSecond

  /// Whether there is a difference that counts.
  public var isDifferent: Bool {
    if case .equal = self { false } else { true }
  }
}
