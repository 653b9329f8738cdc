/// The width and height of a picture, in pixels; both are at least 1.
public struct PixelSize: Hashable, Sendable {
  /// Pixels from left to right.
  public let width: Int
  /// Pixels from top to bottom.
  public let height: Int

  /// - Precondition: both sides are positive. Sizes that come from a file are checked by the codec
  ///   that read them.
  public init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    self.width = width
    self.height = height
  }

  /// The number of pixels.
  ///
  /// - Throws: `SizeOverflow` where the product does not fit.
  public func pixelCount() throws(SizeOverflow) -> Int {
    try width.times(height)
  }

  /// The same picture lying on its side.
  public var transposed: PixelSize { PixelSize(width: height, height: width) }
}

extension PixelSize: CustomStringConvertible {
  /// `800x600`.
  public var description: String { "\(width)x\(height)" }
}

/// A size that does not fit this machine's integers.
public struct SizeOverflow: Error, Hashable, Sendable, CustomStringConvertible {
  /// The only value.
  public init() {}

  /// A sentence for people.
  public var description: String { "the size is beyond what this machine can count" }
}

// The one place where sizes that came from outside are multiplied and added.
extension Int {
  /// The product, or `SizeOverflow`.
  public func times(_ other: Int) throws(SizeOverflow) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    guard !overflow else { throw SizeOverflow() }
    return product
  }

  /// The sum, or `SizeOverflow`.
  public func plus(_ other: Int) throws(SizeOverflow) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    guard !overflow else { throw SizeOverflow() }
    return sum
  }
}
