import Raster

/// Writes a picture as PNG, in the smallest form that holds its pixels exactly: without alpha or
/// colour that it does not use, by a palette where its colours are few, in as few bits as they need.
///
/// What a picture needs is known at its end, so its rows are held as long as they leave hope; the
/// first pixels of most pictures leave none. A picture too large to be held is written as it comes.
final class PNGWriter: ImageWriter {
  private let layout: RowLayout
  private let metadata: Metadata
  private let options: EncodeOptions
  private let output: EncodedBytes
  private var rowCount = 0

  /// The rows that wait for the decision.
  private let held = EncodedBytes()
  private let census: ColourCensus
  /// What writes them, once it has been decided how.
  private var picture: PNGPictureWriter?

  /// How many of them are written since.
  private var writtenCount = 0

  /// The most bytes of rows that wait for a decision.
  private static let undecidedByteCount = 24 << 20
  /// For each row that comes, so many of those that are held are written: no call takes long, and few
  /// join them.
  private static let heldRowsPerRow = 8
  /// The most bytes of rows that are held: those, and what joins them meanwhile.
  private static let heldByteCount = 32 << 20

  init(
    _ layout: RowLayout, metadata: Metadata, options: EncodeOptions, output: EncodedBytes
  ) throws {
    try PNGPictureHeader(writing: layout).checkSides()
    self.layout = layout
    self.metadata = metadata
    self.options = options
    self.output = output
    census = PNGStorage.census(of: layout, metadata)
    if !options.reducesColours { try decide(on: PNGStorage(asIs: layout)) }
  }

  /// The most bytes that writing holds, all of the output included.
  static func byteCount(
    for layout: RowLayout, metadata: Metadata, options: EncodeOptions
  ) throws(SizeOverflow) -> Int {
    let effort = PNGCompression(options, for: PNGPictureHeader(writing: layout)).effort
    return try PNGPictureWriter.byteCount(for: layout, metadata: metadata, effort: effort)
      .plus(options.reducesColours ? min(layout.byteCount, heldByteCount) : 0)
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowCount < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    rowCount += 1
    try row.withUnsafeBytes { row in
      if picture == nil, held.count + row.count > Self.undecidedByteCount {
        try decide(on: PNGStorage(asIs: layout))
      }
      try writeHeldRows(Self.heldRowsPerRow)
      if let picture, held.count == 0 { return try picture.writeRow(row) }
      try held.append(row)
      guard picture == nil else { return }
      if !census.take(row) { try decide(on: PNGStorage(asIs: layout)) }
    }
  }

  func finish() throws { try finish {} }

  func finish(checking check: () throws -> Void) throws {
    precondition(rowCount == layout.height, "only \(rowCount) rows were written")
    if picture == nil { try decide(on: PNGStorage(layout, census, key: key)) }
    while held.count > 0 {
      try check()
      try writeHeldRows(1)
    }
    try picture?.finish()
  }

  private func decide(on storage: PNGStorage) throws {
    picture = try PNGPictureWriter(
      storage, from: layout.format, metadata: metadata,
      compression: PNGCompression(options, for: storage.picture), output: output)
  }

  /// Writes some of the rows that are held, once it has been decided how, and lets go of them behind
  /// the last one.
  private func writeHeldRows(_ count: Int) throws {
    guard held.count > 0, let picture else { return }
    let heldCount = held.count / layout.bytesPerRow
    for y in writtenCount..<min(writtenCount + count, heldCount) {
      try picture.writeRow(heldRow(y))
      writtenCount += 1
    }
    if writtenCount == heldCount { held.free() }
  }

  private func heldRow(_ y: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      rebasing: held.bytes[y * layout.bytesPerRow..<(y + 1) * layout.bytesPerRow])
  }

  /// The colour that stands for transparency, where one can.
  private var key: [UInt16]? {
    TransparentColour.found(in: layout.format, census, rows: (0..<layout.height).lazy.map(heldRow))
  }
}
