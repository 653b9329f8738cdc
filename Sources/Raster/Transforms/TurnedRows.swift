/// The columns of a picture as rows.
///
/// A column read by itself fetches a cache line for every pixel; so a band of output rows is made
/// at a time, of columns that stand side by side.
final class TurnedRows: RowSource {
  static let bandHeight = 16

  let layout: RowLayout
  private let source: any RowSource
  private let startsRight: Bool
  private let startsBelow: Bool
  private let band: ByteBuffer
  private var picture: Image?
  private var rowIndex = 0

  /// - Parameters:
  ///   - startsRight: whether the first row that comes out is the last column.
  ///   - startsBelow: whether rows that come out start with the last row that went in.
  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ source: any RowSource, layout: RowLayout, startsRight: Bool, startsBelow: Bool) throws {
    self.source = source
    self.layout = layout
    self.startsRight = startsRight
    self.startsBelow = startsBelow
    band = try ByteBuffer(count: try layout.bytesPerRow.times(Self.bandHeight))
  }

  func readRow(into row: inout MutableRawSpan) throws {
    if picture == nil { picture = try Image.collecting(source) }
    let bandIndex = rowIndex % Self.bandHeight
    if bandIndex == 0 { makeBand() }
    rowIndex += 1
    let start = bandIndex * layout.bytesPerRow
    row.withUnsafeMutableBytes {
      $0.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: band.bytes[start..<start + layout.bytesPerRow]))
    }
  }

  private func makeBand() {
    let bytesPerPixel = layout.format.bytesPerPixel
    let rowCount = min(Self.bandHeight, layout.height - rowIndex)
    for x in 0..<layout.width {
      let storedRow = startsBelow ? layout.width - 1 - x : x
      guard let stored = picture?.bytes(ofRow: storedRow) else { return }
      for y in 0..<rowCount {
        let column = startsRight ? layout.height - 1 - (rowIndex + y) : rowIndex + y
        CopyKernels.copyPixel(
          stored, column * bytesPerPixel, into: band.bytes,
          y * layout.bytesPerRow + x * bytesPerPixel, bytesPerPixel)
      }
    }
  }
}
