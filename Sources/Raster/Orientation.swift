/// How the stored picture must be turned to stand upright: the values of the Orientation tag
/// (Exif 2.32, section 4.6.4 A, tag 274).
public enum Orientation: Int, Hashable, Sendable, CaseIterable {
  /// As it is.
  case upright = 1
  /// Left and right change places.
  case mirrored = 2
  /// Half a turn.
  case rotated180 = 3
  /// Top and bottom change places.
  case flipped = 4
  /// Mirrored along the diagonal from the top left.
  case transposed = 5
  /// A quarter turn clockwise.
  case rotated90Clockwise = 6
  /// Mirrored along the diagonal from the top right.
  case transversed = 7
  /// A quarter turn counterclockwise.
  case rotated90Counterclockwise = 8

  /// Whether width and height change places.
  public var swapsSides: Bool { rawValue >= 5 }

  /// The size of the upright picture for that of the stored one, and the other way round.
  public func applied(to size: PixelSize) -> PixelSize {
    swapsSides ? size.transposed : size
  }
}
