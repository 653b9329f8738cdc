import Raster

/// A picture with all that PNG needs to know to store it.
///
/// imgbatch writes a fraction of what it must read. This writes the rest: palettes, samples of 1, 2
/// and 4 bits, interlacing, transparent colours, each row filter.
struct PNGImage {
  enum RowFilter: UInt8, CaseIterable {
    case none, sub, up, average, paeth
  }

  /// The samples as stored; for a picture with a palette a gray one, of indexes.
  var picture: Picture

  /// Red, green and blue of each entry; nil for a picture without.
  var palette: [[UInt8]]?
  var paletteAlpha: [UInt8] = []

  /// The transparent colour, a number for each channel, as tRNS has it; empty for none.
  var key: [UInt16] = []

  var isInterlaced = false

  /// The filters of the rows, over and over again.
  var rowFilters = RowFilter.allCases

  var blockKind = Zlib.BlockKind.stored

  init(_ picture: Picture) { self.picture = picture }

  /// IHDR, IDAT and IEND, and PLTE and tRNS where they are needed.
  var chunks: PNGChunks {
    var list = [PNGChunk("IHDR", header)]
    if let palette { list.append(PNGChunk("PLTE", palette.flatMap { $0 })) }
    if !paletteAlpha.isEmpty { list.append(PNGChunk("tRNS", paletteAlpha)) }
    if !key.isEmpty { list.append(PNGChunk("tRNS", key.flatMap { [UInt8](bigEndian: $0) })) }
    list.append(PNGChunk("IDAT", Zlib.stream(filteredRows, blockKind)))
    return PNGChunks(list: list + [PNGChunk("IEND")])
  }

  /// Section 11.2.1.
  private var header: [UInt8] {
    let sides =
      [UInt8](bigEndian: UInt32(picture.width)) + [UInt8](bigEndian: UInt32(picture.height))
    return sides + [UInt8(picture.bitDepth), colourType, 0, 0, isInterlaced ? 1 : 0]
  }

  private var colourType: UInt8 {
    if palette != nil { return 3 }
    return switch picture.channels {
    case .gray: 0
    case .rgb: 2
    case .grayAlpha: 4
    case .rgba: 6
    }
  }
}

extension PNGImage {
  /// Where the pixels of a pass stand (section 8.1).
  private struct Pass {
    var (x, y) = (0, 0)
    var (stepX, stepY) = (1, 1)

    static let adam7 = [
      Pass(x: 0, y: 0, stepX: 8, stepY: 8), Pass(x: 4, y: 0, stepX: 8, stepY: 8),
      Pass(x: 0, y: 4, stepX: 4, stepY: 8), Pass(x: 2, y: 0, stepX: 4, stepY: 4),
      Pass(x: 0, y: 2, stepX: 2, stepY: 4), Pass(x: 1, y: 0, stepX: 2, stepY: 2),
      Pass(x: 0, y: 1, stepX: 1, stepY: 2),
    ]
  }

  /// What is to be compressed: each row behind the number of its filter.
  var filteredRows: [UInt8] {
    let pixelByteCount = max(1, picture.bitDepth * picture.channelCount / 8)
    var output: [UInt8] = []
    var rowCount = 0
    for pass in isInterlaced ? Pass.adam7 : [Pass()] {
      let columns = Array(stride(from: pass.x, to: picture.width, by: pass.stepX))
      guard !columns.isEmpty else { continue }
      var above: [UInt8] = []
      for y in stride(from: pass.y, to: picture.height, by: pass.stepY) {
        let row = packed(columns, ofRow: y)
        if above.isEmpty { above = [UInt8](repeating: 0, count: row.count) }
        let filter = rowFilters[rowCount % rowFilters.count]
        output.append(filter.rawValue)
        output += filter.applied(to: row, below: above, pixelByteCount: pixelByteCount)
        above = row
        rowCount += 1
      }
    }
    return output
  }

  /// The samples of some pixels of a row, packed from the highest bit (section 7.2).
  private func packed(_ columns: [Int], ofRow y: Int) -> [UInt8] {
    let samples = columns.flatMap { x in
      (0..<picture.channelCount).map { picture[x, y, $0] }
    }
    if picture.bitDepth == 16 { return samples.flatMap { [UInt8](bigEndian: UInt16($0)) } }
    let samplesPerByte = 8 / picture.bitDepth
    var bytes = [UInt8](
      repeating: 0, count: (samples.count + samplesPerByte - 1) / samplesPerByte)
    for (index, sample) in samples.enumerated() {
      let shift = 8 - picture.bitDepth * (index % samplesPerByte + 1)
      bytes[index / samplesPerByte] |= UInt8(sample << shift)
    }
    return bytes
  }
}

extension PNGImage.RowFilter {
  /// Sections 9.2 to 9.4.
  fileprivate func applied(
    to row: [UInt8], below above: [UInt8], pixelByteCount: Int
  ) -> [UInt8] {
    row.indices.map { index in
      let hasLeft = index >= pixelByteCount
      let left = hasLeft ? Int(row[index - pixelByteCount]) : 0
      let aboveLeft = hasLeft ? Int(above[index - pixelByteCount]) : 0
      let up = Int(above[index])
      let prediction =
        switch self {
        case .none: 0
        case .sub: left
        case .up: up
        case .average: (left + up) / 2
        case .paeth: Self.paeth(left, up, aboveLeft)
        }
      return row[index] &- UInt8(prediction)
    }
  }

  private static func paeth(_ left: Int, _ up: Int, _ aboveLeft: Int) -> Int {
    let estimate = left + up - aboveLeft
    // Of equal distances the first in this order counts.
    return [left, up, aboveLeft].min { abs(estimate - $0) < abs(estimate - $1) } ?? left
  }
}
