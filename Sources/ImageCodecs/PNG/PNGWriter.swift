import Raster

/// Writes a picture as PNG: not interlaced, no palette.
final class PNGWriter: ImageWriter {
  private let layout: RowLayout
  private let data: PNGDataWriter
  private let output: EncodedBytes
  private var rowIndex = 0

  /// A chunk of picture data holds at least so many bytes, but for the last.
  private static let chunkByteCount = 64 << 10
  /// And no more than this: a single row may have gigabytes.
  private static let maximumChunkByteCount = 1 << 30

  init(
    _ layout: RowLayout, metadata: Metadata, options: EncodeOptions, output: EncodedBytes
  ) throws {
    self.layout = layout
    self.output = output
    data = try PNGDataWriter(layout, compression: PNGCompression(options))
    try Self.appendStart(of: layout, metadata: metadata, to: output)
  }

  /// Appends what stands before the picture data.
  ///
  /// - Throws: `CodecError` for sides that are too long, `AllocationError`.
  static func appendStart(
    of layout: RowLayout, metadata: Metadata, to output: EncodedBytes
  ) throws {
    guard max(layout.width, layout.height) <= PNGChunk.maximumByteCount else {
      throw CodecError(.unsupported, "\(layout.size) is beyond what PNG can say")
    }
    try PNGChunkWalk.signature.withUnsafeBytes { try output.append($0) }
    try PNGChunkWriter.append(.ihdr, PNGPictureHeader(writing: layout).contents, to: output)
    for (type, bytes) in chunks(for: metadata, format: layout.format) {
      try PNGChunkWriter.append(type, bytes, to: output)
    }
  }

  /// The most bytes that writing holds, all of the output included.
  static func byteCount(for layout: RowLayout, metadata: Metadata) throws(SizeOverflow) -> Int {
    // What does not shrink is stored: 5 bytes for 64 KiB, 12 for a chunk of no less, and a chunk
    // that waits to be written. What `EncodedBytes` reserves beyond its bytes is not touched, and so
    // takes no memory.
    let data = try layout.byteCount.plus(layout.height)
    let framed = try data.plus(data / 512).plus(4 * chunkByteCount)
    let chunks = try metadata.byteCount.plus(metadata.chunks.count.times(12)).plus(128)
    return try PNGDataWriter.byteCount(for: layout).plus(framed.plus(chunks))
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    try row.withUnsafeBytes { try data.writeRow($0) }
    rowIndex += 1
    if data.stream.count >= Self.chunkByteCount, rowIndex < layout.height { try writeData() }
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were written")
    try writeData()
    try PNGChunkWriter.append(.iend, [], to: output)
  }

  private func writeData() throws {
    var rest = data.stream.bytes
    repeat {
      let part = rest.prefix(Self.maximumChunkByteCount)
      try PNGChunkWriter.append(.idat, UnsafeRawBufferPointer(rebasing: part), to: output)
      rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
    } while !rest.isEmpty
    data.stream.clear()
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
