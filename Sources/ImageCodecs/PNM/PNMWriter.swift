import Raster

/// Writes a picture as raw PGM, PPM or PAM.
final class PNMWriter: ImageWriter {
  private let layout: RowLayout
  private let output: EncodedBytes
  private var rowIndex = 0

  init(_ layout: RowLayout, format: ImageFormat, output: EncodedBytes) throws {
    self.layout = layout
    self.output = output
    try output.append(PNMHeader(layout, format: format).text)
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    try row.withUnsafeBytes { row in
      switch layout.format.depth {
      case .eight:
        try output.append(row)
      case .sixteen:
        ByteOrder.swapBigEndian(row, into: try output.reserve(row.count))
        output.commit(row.count)
      }
    }
    rowIndex += 1
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were written")
  }
}

extension EncodedBytes {
  /// Adds the UTF-8 bytes of `text`.
  ///
  /// - Throws: `AllocationError`.
  func append(_ text: String) throws(AllocationError) {
    let bytes = Array(text.utf8)
    try reserve(bytes.count).copyBytes(from: bytes)
    commit(bytes.count)
  }
}
