import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// A reader's rows within a job: each one asks whether the job may go on, and the time it takes
/// and the errors it throws are booked on decoding.
final class DecodedRows: RowSource {
  let layout: RowLayout
  private let rows: any RowSource
  private let trace: JobTrace
  private let clock: JobDeadline
  private var rowsLeft: Int

  init(_ rows: any RowSource, _ trace: JobTrace, _ clock: JobDeadline) {
    self.rows = rows
    self.trace = trace
    self.clock = clock
    layout = rows.layout
    rowsLeft = layout.height
  }

  func readRow(into row: inout MutableRawSpan) throws {
    try clock.scope.check()
    rowsLeft -= 1
    try trace.perform(.decode) { try rows.readRow(into: &row) }
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
