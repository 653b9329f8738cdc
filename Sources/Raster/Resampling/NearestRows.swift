/// The rows of a resampling that copies: each output pixel is the source pixel under its centre.
final class NearestRows: RowSource {
  let layout: RowLayout
  private let source: any RowSource
  private let sourceRow: ByteBuffer
  private var sourceRowCount = 0
  private var rowIndex = 0

  init(_ source: any RowSource, output: RowLayout) throws {
    self.source = source
    layout = output
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
    _ = try nearest(output.width - 1, of: output.width, in: source.layout.width)
    _ = try nearest(output.height - 1, of: output.height, in: source.layout.height)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "every row has been read")
    precondition(row.byteCount == layout.bytesPerRow)
    let wanted = try nearest(rowIndex, of: layout.height, in: source.layout.height)
    while sourceRowCount <= wanted {
      var next = sourceRow.bytes.mutableBytes
      try source.readRow(into: &next)
      sourceRowCount += 1
    }
    rowIndex += 1
    row.withUnsafeMutableBytes { out in
      CopyKernels.copyNearest(
        UnsafeRawBufferPointer(sourceRow.bytes), width: source.layout.width,
        bytesPerPixel: layout.format.bytesPerPixel, into: out, width: layout.width)
    }
  }
}

/// The input whose centre is nearest to that of `output`: floor((output + 1/2) · n/m).
///
/// - Throws: `SizeOverflow`.
private func nearest(
  _ output: Int, of outputCount: Int, in inputCount: Int
) throws(SizeOverflow) -> Int {
  try output.times(2).plus(1).times(inputCount) / (try outputCount.times(2))
}
