import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// A reader's rows within a job: each one asks whether the job may go on, and the time it takes
/// and the errors it throws are booked on decoding.
final class DecodedRows: RowSource {
  let layout: RowLayout
  private let reader: any ImageReader
  private let header: ImageHeader
  private let trace: JobTrace
  private let clock: JobDeadline
  private var rowsLeft: Int

  init(
    _ codec: any ImageCodec, _ source: ByteSource, _ header: ImageHeader, _ trace: JobTrace,
    _ clock: JobDeadline
  ) throws {
    self.header = header
    self.trace = trace
    self.clock = clock
    source.seek(to: 0)
    reader = try trace.perform(.decode) { try codec.makeReader(of: source, header: header) }
    layout = reader.layout
    rowsLeft = layout.height
  }

  func readRow(into row: inout MutableRawSpan) throws {
    try clock.scope.check()
    rowsLeft -= 1
    try trace.perform(.decode) { try reader.readRow(into: &row) }
  }

  /// Reads what follows the last row, and the rows before it that no step asked for: a picture
  /// counts as read only when all of it is sound.
  ///
  /// - Returns: what was odd in the file and yet no error.
  func finish() throws -> [String] {
    if rowsLeft > 0 {
      let buffer = try ByteBuffer(count: layout.bytesPerRow)
      while rowsLeft > 0 {
        var row = buffer.bytes.mutableBytes
        try readRow(into: &row)
      }
    }
    try trace.perform(.decode) { try reader.finish() }
    return header.warnings + reader.warnings
  }
}
