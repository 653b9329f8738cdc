import Raster
import Testing

@testable import ImageBatch

@Suite("Banded rows") struct BandedRowsTests {
  /// Rows of bytes that are the number of the row.
  private final class Rows: RowSource {
    let layout: RowLayout
    private(set) var readCount = 0

    init(_ layout: RowLayout) { self.layout = layout }

    func readRow(into row: inout MutableRawSpan) {
      let number = UInt8(readCount)
      row.withUnsafeMutableBytes { bytes in
        for index in bytes.indices { bytes[index] = number }
      }
      readCount += 1
    }
  }

  @Test("all rows come in their order, a band of them made at once, lent or read")
  func order() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 1000, height: 40), format: PixelFormat(.rgba, .eight))
    let rows = Rows(layout)
    let banded = try BandedRows(rows)
    let capacity = try RowBand(layout).capacity
    var found: [UInt8] = []
    for y in 0..<layout.height {
      if y % 3 == 1 {
        var row = [UInt8](repeating: 0xFF, count: layout.bytesPerRow)
        try row.withUnsafeMutableBytes {
          var span = $0.mutableBytes
          try banded.readRow(into: &span)
        }
        #expect(Set(row).count == 1)
        found.append(row[0])
      } else {
        if banded.readyRowCount == 0 { try banded.makeRows() }
        banded.lendRow { row in
          row.withUnsafeBytes { bytes in
            #expect(bytes.count == layout.bytesPerRow && Set(bytes).count == 1)
            found.append(bytes[0])
          }
        }
      }
      #expect(rows.readCount == min(layout.height, (y / capacity + 1) * capacity))
    }
    #expect(found == (0..<UInt8(layout.height)).map(\.self))
    #expect(banded.readyRowCount == 0)
  }
}
