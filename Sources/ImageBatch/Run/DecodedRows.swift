import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// A reader's rows within a job: the time they take and the errors they throw are booked on
/// decoding, and the job is asked whether it may go on.
///
/// That is done once a row, or once for all rows that the reader makes together. Short rows that are
/// made one by one take less time than the clock does to be read: of them a band is decoded at once,
/// and handed on row by row.
final class DecodedRows: RowSource {
  let layout: RowLayout
  private let rows: any RowSource
  /// The same, where the reader lends them.
  private let readyRows: (any RowLender)?
  private let trace: JobTrace
  private let clock: JobDeadline
  private var rowsLeft: Int

  /// Rows that were decoded, where the reader lends none and they are short.
  private let band: RowBand?
  /// How many rows are in it, and how many of those have been handed on.
  private var decodedCount = 0
  private var takenCount = 0

  /// Up to here, to copy a row is nothing beside two readings of the clock.
  private static let shortRowByteCount = 2 << 10

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ rows: any RowSource, _ trace: JobTrace, _ clock: JobDeadline) throws {
    self.rows = rows
    self.trace = trace
    self.clock = clock
    layout = rows.layout
    rowsLeft = layout.height
    readyRows = rows.lender
    band = readyRows == nil && Self.hasBand(layout) ? try RowBand(layout) : nil
  }

  private static func hasBand(_ layout: RowLayout) -> Bool {
    layout.bytesPerRow <= shortRowByteCount
  }

  /// The most bytes that one holds of its own.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    hasBand(layout) ? try RowBand.byteCount(for: layout) : 0
  }

  func readRow(into row: inout MutableRawSpan) throws {
    guard lender != nil else {
      try decode { try rows.readRow(into: &row) }
      rowsLeft -= 1
      return
    }
    if readyRowCount == 0 { try makeRows() }
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    row.withUnsafeMutableBytes { target in
      lendRow { row in row.withUnsafeBytes { target.copyMemory(from: $0) } }
    }
  }

  private func decode(_ body: () throws -> Void) throws {
    try clock.scope.check()
    try trace.perform(.decode, body)
  }

  /// Reads the rows that no step asked for: a picture counts as read only when all of it is sound.
  func readRest() throws {
    guard rowsLeft > 0 else { return }
    let buffer = try ByteBuffer(count: layout.bytesPerRow)
    while rowsLeft > 0 {
      var row = buffer.bytes.mutableBytes
      try readRow(into: &row)
    }
  }
}

extension DecodedRows: RowLender {
  var lender: (any RowLender)? { readyRows == nil && band == nil ? nil : self }

  var readyRowCount: Int { readyRows?.readyRowCount ?? (decodedCount - takenCount) }

  func makeRows() throws {
    switch band {
    case nil:
      try decode { try readyRows?.makeRows() }
    case .some(let band):
      let count = min(band.capacity, rowsLeft)
      try decode { try band.fill(count, from: rows) }
      decodedCount = count
      takenCount = 0
    }
  }

  func lendRow(to body: (RawSpan) -> Void) {
    switch band {
    case nil:
      readyRows?.lendRow(to: body)
    case .some(let band):
      band.lendRow(takenCount, to: body)
      takenCount += 1
    }
    rowsLeft -= 1
  }
}
