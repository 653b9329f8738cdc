import Raster

/// Writes a picture as PNG, by way of libpng: not interlaced, no palette.
final class PNGWriter: ImageWriter {
  private let layout: RowLayout
  private let session: PNGWriteSession

  /// A row with the bytes of its samples swapped; empty for 8-bit rows, which go out as they are.
  private let swapped: ByteBuffer

  private var rowIndex = 0

  init(
    _ layout: RowLayout, metadata: Metadata, options: EncodeOptions, output: EncodedBytes
  ) throws {
    self.layout = layout
    swapped = try ByteBuffer(count: layout.format.depth == .sixteen ? layout.bytesPerRow : 0)
    session = try PNGWriteSession(output)
    try session.writeHeader(layout, compression: PNGCompression(options))
    for (type, bytes) in Self.chunks(for: metadata, format: layout.format) {
      try session.writeChunk(type, bytes)
    }
  }

  /// The most bytes that writing holds: libpng, zlib, and all of the output.
  static func byteCount(for layout: RowLayout, metadata: Metadata) throws(SizeOverflow) -> Int {
    // deflate needs 2^(15+2) bytes for its window and 2^(9+9) for memory level 9 (zlib.h); libpng
    // holds a piece of IDAT, and five rows: this one, the one above, and three to try filters in.
    let library = try (layout.bytesPerRow.plus(16)).times(6).plus(640 << 10)
    // What does not shrink is stored: 5 bytes for a block of no less than 8 KiB, 12 for an IDAT
    // of 64 KiB. A 512th is more than both. What
    // `EncodedBytes` reserves beyond its bytes is not touched, and so takes no memory.
    let data = try layout.byteCount.plus(layout.height)
    let framed = try data.plus(data / 512).plus(4096)
    let chunks = try metadata.byteCount.plus(metadata.chunks.count.times(12)).plus(64)
    return try library.plus(framed.plus(chunks))
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    try row.withUnsafeBytes { row in
      guard layout.format.depth == .sixteen else { return try session.writeRow(row) }
      ByteOrder.swapBigEndian(row, into: swapped.bytes)
      try session.writeRow(UnsafeRawBufferPointer(swapped.bytes))
    }
    rowIndex += 1
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were written")
    try session.writeEnd()
  }

  /// The chunks to write between IHDR and IDAT, in their order.
  ///
  /// A colour profile that is not for such samples stays behind (section 11.3.2.3: gray profiles
  /// for gray pictures, RGB profiles for the others); a reader would have to ignore it. eXIf is
  /// made to tell the orientation of the pixels as they are written.
  private static func chunks(
    for metadata: Metadata, format: PixelFormat
  ) -> [(PNGChunkType, [UInt8])] {
    var chunks: [(type: PNGChunkType, bytes: [UInt8])] = []
    var hasOrientation = false
    for chunk in metadata.chunks {
      guard let type = PNGChunkType(chunk.type) else { continue }
      var bytes = chunk.bytes
      switch type {
      case .iccp where !ICCProfile.suits(chunk: bytes, hasColour: format.hasColour): continue
      case .exif:
        if let tag = ExifOrientation(bytes) {
          tag.replace(with: metadata.orientation, in: &bytes)
          hasOrientation = true
        } else if metadata.orientation != .upright {
          // There is no place in it for the tag, and a second eXIf is not allowed.
          continue
        }
      default: break
      }
      chunks.append((type, bytes))
    }
    if metadata.orientation != .upright, !hasOrientation {
      chunks.append((.exif, ExifOrientation.minimalExif(metadata.orientation)))
    }
    // By rank, and in the order of coming where the rank is the same.
    let ranked = chunks.enumerated().sorted { left, right in
      let ranks = [left, right].map { PNGChunkRule.rank(of: $0.element.type) }
      return ranks[0] == ranks[1] ? left.offset < right.offset : ranks[0] < ranks[1]
    }
    return ranked.map { ($0.element.type, $0.element.bytes) }
  }
}
