import Raster

/// The rows of a PNG picture: by the fast lane as long as the file is as it should be, and by way of
/// libpng from where it is not.
final class PNGReader: ImageReader {
  let layout: RowLayout

  private let source: ByteSource
  private let header: ImageHeader

  /// libpng, at the start of the picture data or wherever it has been read to; nil as long as nothing
  /// was left to it.
  private var session: PNGReadSession?
  /// Those of the fast lane, also when it has been left; nil where it was never taken.
  private let fastRows: PNGFastRows?
  /// Whether libpng has read no row.
  private(set) var isInFastLane: Bool
  /// Whether something in the file was odd.
  var hasAskedLibpng: Bool { session != nil }

  private let picture: PNGPictureHeader
  private var isInterlaced: Bool { picture.isInterlaced }
  private let packedRowByteCount: Int
  private var expander: PNGRowExpander

  /// A row as stored; for an interlaced picture all rows, since the last round changes each.
  private let packedRows: ByteBuffer

  private var rowIndex = 0
  /// Whether the next row stands in `packedRows`, where libpng has put it, and is to be lent.
  private var holdsLibraryRow = false

  /// Which of the two lanes may be taken.
  enum Lanes {
    case both, library
  }

  /// - Parameter header: what `PNGProbe` told of the same source.
  init(_ source: ByteSource, header: ImageHeader, lanes: Lanes = .both) throws {
    layout = try header.layout()
    self.source = source
    self.header = header
    let start: PNGPictureStart
    if lanes == .both, let sound = try Self.soundStart(of: source) {
      start = sound
    } else {
      let session = try PNGReadSession(source, size: header.size)
      start = try session.readStart()
      self.session = consume session
    }
    let (picture, colours) = (start.picture, start.colours)
    // All come from the same bytes, by the same rules.
    let hasProfile = header.metadata.chunks.contains { $0.type == "iCCP" }
    guard picture.size == header.size, picture.isInterlaced == header.isInterlaced,
      colours.pixelFormat(of: picture, hasProfile: hasProfile) == header.pixelFormat
    else { throw CodecError(.corrupt, "the file changed while it was read") }
    packedRowByteCount = try picture.packedRowByteCount()
    self.picture = picture
    expander = try PNGRowExpander(picture: picture, colours: colours, format: header.pixelFormat)
    packedRows = try ByteBuffer(
      count: packedRowByteCount.times(picture.isInterlaced ? picture.size.height : 1))
    fastRows =
      lanes == .both && !picture.isInterlaced ? try Self.fastRows(source, of: picture) : nil
    isInFastLane = fastRows != nil
    if !isInFastLane, session == nil { try changeLanes() }
  }

  /// Nil where the file is odd before its picture data.
  private static func soundStart(of source: ByteSource) throws -> PNGPictureStart? {
    do {
      return try PNGPictureStart(ofSound: source)
    } catch is PNGOddity {
      return nil
    }
  }

  /// Nil where the very first chunk of picture data is odd.
  private static func fastRows(
    _ source: ByteSource, of picture: PNGPictureHeader
  ) throws -> PNGFastRows? {
    // The length and the type of the first IDAT chunk have been read, and not a byte more.
    let start = source.position
    do {
      return try PNGFastRows(source, of: picture)
    } catch is PNGOddity {
      source.seek(to: start)
      return nil
    }
  }

  var warnings: [String] {
    // Of a chunk that the probe left out libpng tells again.
    let new = (session?.warnings ?? []).filter { warning in
      !header.warnings.contains { $0.hasPrefix(warning) }
    }
    return expander.foundInvalidIndex
      ? new + ["pixels beyond the end of the palette became black"] : new
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(!holdsLibraryRow, "a row that was made to be lent is read")
    try row.withUnsafeMutableBytes { row in
      precondition(row.count == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
      if let stored = try nextFastRow() {
        expander.expand(stored, into: row)
      } else {
        try readLibraryRow(into: row)
      }
    }
    rowIndex += 1
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were read")
    guard isInFastLane, let fastRows else { return try readEnd() }
    do {
      try fastRows.finish()
    } catch let oddity as PNGOddity {
      try changeLanes()
      try readEnd()
      guard !oddity.isWrongChecksum else {
        throw CodecError(.libraryFailure, "two readers of the same data do not agree")
      }
    }
  }

  private func nextFastRow() throws -> UnsafeRawBufferPointer? {
    guard isInFastLane else { return nil }
    do {
      return try fastRows?.next()
    } catch is PNGOddity {
      try changeLanes()
      return nil
    }
  }

  /// Lets libpng read the file from its start, and judge it; the rows that were given out are passed
  /// over.
  private func changeLanes() throws {
    isInFastLane = false
    let session = try PNGReadSession(source, size: header.size)
    guard try session.readStart().picture == picture else {
      throw CodecError(.corrupt, "the file changed while it was read")
    }
    self.session = consume session
    for _ in 0..<rowIndex {
      try packedRow(0).withMemoryRebound(to: UInt8.self) { try read(into: $0) }
    }
  }

  private func readLibraryRow(into row: UnsafeMutableRawBufferPointer) throws {
    if isInterlaced {
      if rowIndex == 0 { try readAllRounds() }
      expander.expand(UnsafeRawBufferPointer(packedRow(rowIndex)), into: row)
    } else if row.count == packedRowByteCount {
      // What keeps its length is expanded where it stands.
      try row.withMemoryRebound(to: UInt8.self) { try read(into: $0) }
      if !expander.isIdentity { expander.expand(UnsafeRawBufferPointer(row), into: row) }
    } else {
      let packed = packedRow(0)
      try packed.withMemoryRebound(to: UInt8.self) { try read(into: $0) }
      expander.expand(UnsafeRawBufferPointer(packed), into: row)
    }
  }

  private func readAllRounds() throws {
    let roundCount = 7
    for _ in 0..<roundCount {
      for y in 0..<layout.height {
        try packedRow(y).withMemoryRebound(to: UInt8.self) { try read(into: $0) }
      }
    }
  }

  private func packedRow(_ y: Int) -> UnsafeMutableRawBufferPointer {
    let start = y * packedRowByteCount
    return UnsafeMutableRawBufferPointer(
      rebasing: packedRows.bytes[start..<start + packedRowByteCount])
  }

  private func read(into row: UnsafeMutableBufferPointer<UInt8>) throws {
    guard let base = row.baseAddress else { return }
    guard try session?.readRow(into: base) != nil else {
      preconditionFailure("libpng was not asked")
    }
  }

  private func readEnd() throws {
    guard try session?.readEnd() != nil else { preconditionFailure("libpng was not asked") }
  }
}

extension PNGReader: RowLender {
  /// Rows that would only be copied.
  var lender: (any RowLender)? { isInFastLane && expander.isIdentity ? self : nil }

  var readyRowCount: Int {
    if isInFastLane { return fastRows?.readyRowCount ?? 0 }
    return holdsLibraryRow ? 1 : 0
  }

  func makeRows() throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    if isInFastLane, let fastRows {
      do { return try fastRows.makeRows() } catch is PNGOddity { try changeLanes() }
    }
    try packedRow(0).withMemoryRebound(to: UInt8.self) { try read(into: $0) }
    holdsLibraryRow = true
  }

  func lendRow(to body: (RawSpan) -> Void) {
    if isInFastLane, let row = fastRows?.nextReady() {
      body(row.bytes)
    } else {
      precondition(holdsLibraryRow, "no row is made")
      holdsLibraryRow = false
      body(UnsafeRawBufferPointer(packedRow(0)).bytes)
    }
    rowIndex += 1
  }
}
