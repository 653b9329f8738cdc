/// A place in a picture: columns from the left, rows from the top, both from 0.
public struct PixelPoint: Hashable, Sendable {
  /// The column.
  public let x: Int

  /// The row.
  public let y: Int

  /// The top left corner.
  public static let zero = PixelPoint(x: 0, y: 0)

  /// The pixel in that column and row.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// A part of a picture, in pixels, at least one of them.
public struct PixelRect: Hashable, Sendable {
  /// Its top left pixel.
  public let origin: PixelPoint

  /// Its width and height.
  public let size: PixelSize

  /// Its first column.
  public var x: Int { origin.x }

  /// Its first row.
  public var y: Int { origin.y }

  /// The number of its columns.
  public var width: Int { size.width }

  /// The number of its rows.
  public var height: Int { size.height }

  /// The part of that size that starts at `origin`.
  public init(origin: PixelPoint, size: PixelSize) {
    self.origin = origin
    self.size = size
  }

  /// The part of that place and size.
  ///
  /// - Precondition: both sides are positive.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.init(origin: PixelPoint(x: x, y: y), size: PixelSize(width: width, height: height))
  }

  /// Whether every pixel of it is a pixel of a picture of that size.
  public func isContained(in outer: PixelSize) -> Bool {
    x >= 0 && y >= 0 && width <= outer.width && height <= outer.height
      && x <= outer.width - width && y <= outer.height - height
  }
}

extension PixelPoint: CustomStringConvertible {
  /// As `(3,7)`.
  public var description: String { "(\(x),\(y))" }
}

extension PixelRect: CustomStringConvertible {
  /// As `40x30 at (3,7)`.
  public var description: String { "\(size) at \(origin)" }
}
