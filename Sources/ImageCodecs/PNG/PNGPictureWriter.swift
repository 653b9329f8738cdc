import Raster

/// Writes a picture in a form that has been decided on, not interlaced.
final class PNGPictureWriter {
  private let storage: PNGStorage
  private let packer: PNGRowPacker
  private let data: PNGDataWriter
  private let output: EncodedBytes
  private var rowIndex = 0

  /// The chunks that stand behind the picture data.
  private let lateChunks: [(PNGChunkType, [UInt8])]

  /// Writes all that stands before the picture data.
  ///
  /// - Parameter format: that of the rows to come.
  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(
    _ storage: PNGStorage, from format: PixelFormat, metadata: Metadata,
    compression: PNGCompression, output: EncodedBytes
  ) throws {
    self.storage = storage
    self.output = output
    packer = PNGRowPacker(format, into: storage)
    data = try PNGDataWriter(storage.picture, compression: compression)
    lateChunks = Self.lateChunks(of: metadata)
    try Self.appendStart(of: storage, from: format, metadata: metadata, to: output)
  }

  /// The chunks that stand behind the picture data, as they did in the file that they come from.
  static func lateChunks(of metadata: Metadata) -> [(PNGChunkType, [UInt8])] {
    metadata.chunks.filter(\.followsPixels).compactMap { chunk in
      writableType(chunk).map { ($0, chunk.bytes) }
    }
  }

  /// Appends what stands before the picture data.
  ///
  /// - Throws: `AllocationError`.
  static func appendStart(
    of storage: PNGStorage, from format: PixelFormat, metadata: Metadata, to output: EncodedBytes
  ) throws {
    try PNGChunkWalk.signature.withUnsafeBytes { try output.append($0) }
    try PNGChunkWriter.append(.ihdr, storage.picture.contents, to: output)
    let hues = [format.hasColour, storage.picture.colourType.hasColour]
    var chunks = chunks(for: metadata, hues)
    let behindPalette = chunks.partition { PNGChunkRule.rule(for: $0.0).place != .beforePalette }
    for (type, bytes) in chunks[..<behindPalette] {
      try PNGChunkWriter.append(type, bytes, to: output)
    }
    if !storage.palette.isEmpty { try PNGChunkWriter.append(.plte, storage.palette, to: output) }
    if !storage.transparency.isEmpty {
      try PNGChunkWriter.append(.trns, storage.transparency, to: output)
    }
    for (type, bytes) in chunks[behindPalette...] {
      try PNGChunkWriter.append(type, bytes, to: output)
    }
  }

  /// The most bytes that writing holds, all of the output included.
  static func byteCount(
    for layout: RowLayout, metadata: Metadata, effort: PNGCompression.Effort
  ) throws(SizeOverflow) -> Int {
    // What does not shrink is stored: 5 bytes for 64 KiB, 12 for a chunk of no less, and a chunk
    // that waits to be written. What `EncodedBytes` reserves beyond its bytes is not touched, and so
    // takes no memory, but for what `KeptBlocks` lends. The palette and its table take less than 16 KiB.
    let data = try layout.byteCount.plus(layout.height)
    let framed = try data.plus(data / 512).plus(4 * PNGDataWriter.chunkByteCount).plus(16 << 10)
    let chunks = try metadata.byteCount.plus(metadata.chunks.count.times(12)).plus(128)
    return try PNGDataWriter.byteCount(for: layout, effort: effort).plus(framed.plus(chunks))
  }

  func writeRow(_ row: UnsafeRawBufferPointer) throws {
    packer.pack(row, into: data.nextRow)
    try data.writeRow()
    rowIndex += 1
    if data.fillsChunk, rowIndex < storage.picture.size.height { try writeData() }
  }

  func finish() throws {
    try writeData()
    for (type, bytes) in lateChunks { try PNGChunkWriter.append(type, bytes, to: output) }
    try PNGChunkWriter.append(.iend, [], to: output)
  }

  private func writeData() throws {
    try data.takeChunks { try PNGChunkWriter.append(.idat, $0, to: output) }
  }

  /// The type of a chunk that may stand beside pixels whose form is this writer's own: nothing that
  /// makes pixels, and nothing in terms of another palette or bit depth.
  private static func writableType(_ chunk: Metadata.Chunk) -> PNGChunkType? {
    guard let type = PNGChunkType(chunk.type), !type.isCritical, type != .trns,
      !PNGChunkRule.rule(for: type).isOfStorage
    else { return nil }
    return type
  }

  /// The chunks to write between IHDR and IDAT, in their order.
  ///
  /// A colour profile that is not for such samples stays behind (section 11.3.2.3: gray profiles
  /// for gray pictures, RGB profiles for the others), be it as they came or as they are stored; a
  /// reader would have to ignore it. eXIf is
  /// made to tell the orientation of the pixels as they are written.
  private static func chunks(
    for metadata: Metadata, _ hues: [Bool]
  ) -> [(PNGChunkType, [UInt8])] {
    var chunks: [(type: PNGChunkType, bytes: [UInt8])] = []
    var hasOrientation = false
    for chunk in metadata.chunks where !chunk.followsPixels {
      guard let type = writableType(chunk) else { continue }
      var bytes = chunk.bytes
      switch type {
      case .iccp where !hues.allSatisfy({ ICCProfile.suits(chunk: bytes, hasColour: $0) }): continue
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
      chunks.append((.exif, ExifExcerpt(of: nil, orientation: metadata.orientation).exif))
    }
    // By rank, and in the order of coming where the rank is the same.
    let ranked = chunks.enumerated().sorted { left, right in
      let ranks = [left, right].map { PNGChunkRule.rank(of: $0.element.type) }
      return ranks[0] == ranks[1] ? left.offset < right.offset : ranks[0] < ranks[1]
    }
    return ranked.map { ($0.element.type, $0.element.bytes) }
  }
}
