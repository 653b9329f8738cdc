/// The rows of a part of a picture that stands in memory.
final class HeldRows: RowSource {
  let layout: RowLayout
  private let picture: Image
  private let origin: PixelPoint
  private var rowIndex = 0

  /// - Precondition: `rect` is within the picture.
  init(_ picture: consuming Image, rect: PixelRect) throws(SizeOverflow) {
    precondition(rect.isContained(in: picture.layout.size))
    layout = try RowLayout(size: rect.size, format: picture.layout.format)
    origin = rect.origin
    self.picture = picture
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "every row has been read")
    let stored = picture.bytes(ofRow: origin.y + rowIndex)
    rowIndex += 1
    let start = origin.x * layout.format.bytesPerPixel
    row.withUnsafeMutableBytes {
      $0.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: stored[start..<start + layout.bytesPerRow]))
    }
  }
}
