import Glibc
import Raster

/// Writes an animated PNG: of each frame the smallest rectangle that holds all that is not as in the
/// frame before. It is drawn over what was there, alpha and all, and stays.
///
/// Those who know no animations see the still, or else the first frame.
final class PNGAnimationWriter: AnimationWriter {
  private let layout: RowLayout
  private let storage: PNGStorage
  private let compression: PNGCompression
  private let output: EncodedBytes
  private let animation: Animation

  /// The picture that comes, and the frame before.
  private var frames: (current: Frame, last: Frame)
  private var rowIndex = 0
  private var delay: FrameDelay?

  private var pictureCount = 0
  private var frameCount = 0
  /// The number of the next fcTL or fdAT.
  private var number: UInt32 = 0

  /// A picture whose buffer two of them take in turns.
  private final class Frame {
    var image: Image

    init(_ layout: RowLayout) throws(AllocationError) { image = try Image(layout: layout) }
  }

  /// The chunks that stand behind the frames.
  private let lateChunks: [(PNGChunkType, [UInt8])]

  init(
    _ layout: RowLayout, animation: Animation, metadata: Metadata, options: EncodeOptions,
    output: EncodedBytes
  ) throws {
    self.layout = layout
    self.animation = animation
    self.output = output
    // What one frame has no use for, another one may need.
    storage = PNGStorage(asIs: layout)
    compression = PNGCompression(options, for: storage.picture)
    try storage.picture.checkSides()
    frames = (try Frame(layout), try Frame(layout))
    lateChunks = PNGPictureWriter.lateChunks(of: metadata)
    try PNGPictureWriter.appendStart(
      of: storage, from: layout.format, metadata: metadata, to: output)
    let control = [UInt32(animation.frameCount), UInt32(animation.playCount)]
    try PNGChunkWriter.append(.actl, control.flatMap(\.bigEndianBytes), to: output)
  }

  /// The most bytes that writing holds, all of the output included.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(
    of animation: Animation, layout: RowLayout, metadata: Metadata, options: EncodeOptions
  ) throws(SizeOverflow) -> Int {
    let effort = PNGCompression(options, for: PNGPictureHeader(writing: layout)).effort
    // As for a still, once for each picture; the framing of a small one takes less than 256 bytes.
    let data = try layout.byteCount.plus(layout.height)
    let pictures = try data.plus(data / 512).plus(256).times(animation.pictureCount())
    return try PNGPictureWriter.byteCount(for: layout, metadata: metadata, effort: effort)
      .plus(pictures).plus(layout.byteCount.times(2))
  }

  func begin(_ delay: FrameDelay?) {
    precondition(pictureCount < animation.frameCount + (animation.hasStillApart ? 1 : 0))
    precondition((delay == nil) == (animation.hasStillApart && pictureCount == 0))
    self.delay = delay
    rowIndex = 0
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    row.withUnsafeBytes { frames.current.image.mutableBytes(ofRow: rowIndex).copyMemory(from: $0) }
    rowIndex += 1
  }

  func end(_ check: () throws -> Void) throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were written")
    var rect = PixelRect(origin: .zero, size: layout.size)
    if let delay {
      if frameCount > 0 {
        // A frame has a pixel at least.
        rect =
          try frames.current.image.changes(since: frames.last.image, check)
          ?? PixelRect(x: 0, y: 0, width: 1, height: 1)
      }
      let control = PNGFrameControl(rect: rect, delay: delay)
      try PNGChunkWriter.append(.fctl, control.contents(number: nextNumber()), to: output)
      frameCount += 1
    }
    try write(rect, check)
    pictureCount += 1
    frames = (frames.last, frames.current)
  }

  func finish() throws {
    precondition(frameCount == animation.frameCount, "only \(frameCount) frames were written")
    for (type, bytes) in lateChunks { try PNGChunkWriter.append(type, bytes, to: output) }
    try PNGChunkWriter.append(.iend, [], to: output)
  }

  private func nextNumber() -> UInt32 {
    defer { number += 1 }
    return number
  }

  private func write(_ rect: PixelRect, _ check: () throws -> Void) throws {
    let part = try RowLayout(size: rect.size, format: layout.format)
    let data = try PNGDataWriter(PNGPictureHeader(writing: part), compression: compression)
    let packer = PNGRowPacker(layout.format, into: storage)
    let columns =
      layout.format.bytesPerPixel * rect.x..<layout.format.bytesPerPixel
      * (rect.x + rect.width)
    for y in rect.y..<rect.y + rect.height {
      try check()
      let row = frames.current.image.bytes(ofRow: y)
      packer.pack(UnsafeRawBufferPointer(rebasing: row[columns]), into: data.nextRow)
      try data.writeRow()
      if data.fillsChunk, y + 1 < rect.y + rect.height { try data.takeChunks(append) }
    }
    try data.takeChunks(append)
  }

  /// Appends picture data, which for all pictures but the first is numbered.
  private func append(_ part: UnsafeRawBufferPointer) throws {
    if pictureCount == 0 {
      try PNGChunkWriter.append(.idat, part, to: output)
    } else {
      try PNGChunkWriter.append(.fdat, numbered: nextNumber().bigEndianBytes, part, to: output)
    }
  }
}

extension Image {
  /// The smallest rectangle outside of which this picture is as another of the same layout; nil where
  /// they are the same.
  ///
  /// - Parameter check: called once a row; what it throws ends the search.
  func changes(
    since other: borrowing Image, _ check: () throws -> Void
  ) rethrows -> PixelRect? {
    var rows: ClosedRange<Int>?
    // In bytes; the first column that differs, and the last.
    var (first, last) = (layout.bytesPerRow, -1)
    for y in 0..<layout.height {
      try check()
      let (row, before) = (bytes(ofRow: y), other.bytes(ofRow: y))
      guard let left = row.baseAddress, let right = before.baseAddress,
        memcmp(left, right, row.count) != 0
      else { continue }
      rows = (rows?.lowerBound ?? y)...y
      first = row[..<first].indices.first { row[$0] != before[$0] } ?? first
      last = row[(last + 1)...].indices.last { row[$0] != before[$0] } ?? last
    }
    guard let rows else { return nil }
    let left = first / layout.format.bytesPerPixel
    return PixelRect(
      x: left, y: rows.lowerBound, width: last / layout.format.bytesPerPixel + 1 - left,
      height: rows.count)
  }
}
