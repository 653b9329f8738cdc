/// The size of a picture and the shape of its rows.
public struct RowLayout: Hashable, Sendable {
  /// The size in pixels.
  public let size: PixelSize
  /// The format of each pixel.
  public let format: PixelFormat

  /// Bytes from the start of a row to its end; rows are packed.
  public let bytesPerRow: Int

  /// Bytes that the whole picture takes.
  public let byteCount: Int

  /// - Throws: `SizeOverflow` where a row or the whole picture can't be counted in bytes.
  public init(size: PixelSize, format: PixelFormat) throws(SizeOverflow) {
    self.size = size
    self.format = format
    bytesPerRow = try size.width.times(format.bytesPerPixel)
    byteCount = try bytesPerRow.times(size.height)
  }

  /// Pixels a row.
  public var width: Int { size.width }
  /// Rows.
  public var height: Int { size.height }
}
