/// A whole picture in memory: the owner of its pixels, moved and never copied.
///
/// Most of the work goes by rows and never needs one; see `RowSource`.
public struct Image: ~Copyable {
  /// The size and the shape of the rows.
  public let layout: RowLayout
  private let pixels: ByteBuffer

  /// A picture whose pixels are not set yet.
  ///
  /// - Throws: `AllocationError` where the system has no memory left.
  public init(layout: RowLayout) throws(AllocationError) {
    self.layout = layout
    pixels = try ByteBuffer(count: layout.byteCount)
  }

  /// The whole picture of `source`, read to its end.
  ///
  /// - Throws: `AllocationError`, and whatever the source throws.
  public static func collecting(_ source: any RowSource) throws -> Image {
    var image = try Image(layout: source.layout)
    for y in 0..<image.layout.height {
      var row = image.mutableBytes(ofRow: y).mutableBytes
      try source.readRow(into: &row)
    }
    return image
  }

  /// The bytes of all rows, one after the other, for reading.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(pixels.bytes) }

  /// The bytes of row `y`, for reading.
  public func bytes(ofRow y: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(slice(ofRow: y))
  }

  /// The bytes of row `y`; they live as long as the picture.
  public mutating func mutableBytes(ofRow y: Int) -> UnsafeMutableRawBufferPointer {
    slice(ofRow: y)
  }

  private func slice(ofRow y: Int) -> UnsafeMutableRawBufferPointer {
    precondition(y >= 0 && y < layout.height, "row \(y) of \(layout.height)")
    let start = y * layout.bytesPerRow
    return UnsafeMutableRawBufferPointer(rebasing: pixels.bytes[start..<start + layout.bytesPerRow])
  }
}
