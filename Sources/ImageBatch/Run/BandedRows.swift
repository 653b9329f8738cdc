import Raster

/// Rows that are made one by one, and a band of them at once.
final class BandedRows: RowLender {
  let layout: RowLayout
  private let rows: any RowSource
  private let band: RowBand
  /// How many rows are not in the band yet.
  private var rowsLeft: Int
  /// How many are in it, and how many of those have been lent.
  private var madeCount = 0
  private var lentCount = 0

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ rows: any RowSource) throws {
    self.rows = rows
    layout = rows.layout
    rowsLeft = layout.height
    band = try RowBand(layout)
  }

  var lender: (any RowLender)? { self }

  var readyRowCount: Int { madeCount - lentCount }

  func makeRows() throws {
    let count = min(band.capacity, rowsLeft)
    try band.fill(count, from: rows)
    rowsLeft -= count
    (madeCount, lentCount) = (count, 0)
  }

  func lendRow(to body: (RawSpan) -> Void) {
    precondition(readyRowCount > 0, "no row is made")
    band.lendRow(lentCount, to: body)
    lentCount += 1
  }

  func readRow(into row: inout MutableRawSpan) throws { try copyRow(into: &row) }
}
