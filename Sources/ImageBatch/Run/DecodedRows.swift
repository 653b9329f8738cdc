import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// A reader's rows within a job: the time they take and the errors they throw are booked on
/// decoding, and the job is asked whether it may go on.
///
/// That is done once a row, or once for all rows that are made together: by the reader, or, as a short
/// row takes less time than the clock does to be read, in a band.
final class DecodedRows: RowSource {
  let layout: RowLayout
  private let rows: any RowSource
  /// The same, where several are made together.
  private let groups: (any RowLender)?
  private let trace: JobTrace
  private let clock: JobDeadline
  private var rowsLeft: Int

  /// Up to here, to copy a row is nothing beside two readings of the clock.
  private static let shortRowByteCount = 2 << 10

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ rows: any RowSource, _ trace: JobTrace, _ clock: JobDeadline) throws {
    self.rows = rows
    self.trace = trace
    self.clock = clock
    layout = rows.layout
    rowsLeft = layout.height
    groups = try rows.lender ?? (Self.areShort(layout) ? BandedRows(rows) : nil)
  }

  private static func areShort(_ layout: RowLayout) -> Bool {
    layout.bytesPerRow <= shortRowByteCount
  }

  /// The most bytes that one holds of its own.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    areShort(layout) ? try RowBand.byteCount(for: layout) : 0
  }

  func readRow(into row: inout MutableRawSpan) throws {
    guard groups == nil else { return try copyRow(into: &row) }
    try decode { try rows.readRow(into: &row) }
    rowsLeft -= 1
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
  var lender: (any RowLender)? { groups == nil ? nil : self }

  var readyRowCount: Int { groups?.readyRowCount ?? 0 }

  func makeRows() throws { try decode { try groups?.makeRows() } }

  func lendRow(to body: (RawSpan) -> Void) {
    rowsLeft -= 1
    groups?.lendRow(to: body)
  }
}
