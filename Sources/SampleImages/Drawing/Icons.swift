import Raster

/// Little invaders of eight by eight fat pixels, the left half a mirror of the right: each number has
/// one of its own.
struct Icons {
  private let bits: UInt64

  init(seed: UInt64) { bits = SplitMix64.mixed(seed &* 0x9E37) }

  private static let cells = 8

  /// Whether the body covers a cell.
  private func isBody(_ column: Int, _ row: Int) -> Bool {
    let folded = min(column, Self.cells - 1 - column)
    // The middle is always there, and the rim never, save at the sides.
    if folded == 3 { return (1...6).contains(row) }
    if row == 0 || row == Self.cells - 1 { return folded == 1 && bits >> 60 & 1 == 1 }
    return bits >> UInt64(row * 3 + folded) & 1 == 1
  }

  private func isEye(_ column: Int, _ row: Int) -> Bool {
    row == 3 && (column == 2 || column == 5)
  }

  /// The icon as indexes: 0 around it, 1 for eyes, then the body, of more shades the more bits there
  /// are.
  func indexes(_ side: Int, bitDepth: Int) -> Picture {
    let shadeCount = (1 << bitDepth) - 2
    return Picture(side, side, .gray, bitDepth: bitDepth) { x, y, _ in
      let (column, row) = (x * Self.cells / side, y * Self.cells / side)
      if isEye(column, row) { return shadeCount > 0 ? 1 : 0 }
      guard isBody(column, row) else { return 0 }
      return shadeCount > 0 ? 2 + y * shadeCount / side : 1
    }
  }

  /// A file with a palette, whose first entry is transparent.
  func palette(_ side: Int, bitDepth: Int, _ top: Tint, _ bottom: Tint) -> PNGImage {
    let entryCount = 1 << bitDepth
    var image = PNGImage(indexes(side, bitDepth: bitDepth))
    image.palette = (0..<entryCount).map { index in
      let position = Float(index - 2) / Float(max(1, entryCount - 3))
      let colour =
        index == 0
        ? Tint(gray: 0)
        : index == 1 && entryCount > 2
          ? Tint(gray: 1) : top.mixed(with: bottom, position.clamped(to: 0...1))
      return (0..<3).map { UInt8(colour[$0] * 255) }
    }
    image.paletteAlpha = [0]
    image.blockKind = .fixed
    image.rowFilters = [.none]
    return image
  }

  /// Many of them on one sheet, in four grays.
  static func sheet(columns: Int, rows: Int, cell: Int) -> PNGImage {
    let icons = (0..<columns * rows).map { index in
      Icons(seed: UInt64(index + 100)).indexes(cell - 4, bitDepth: 2)
    }
    let picture = Picture(columns * cell, rows * cell, .gray, bitDepth: 2) { x, y, _ in
      let (inX, inY) = (x % cell - 2, y % cell - 2)
      guard (0..<cell - 4).contains(inX), (0..<cell - 4).contains(inY) else { return 0 }
      return icons[y / cell * columns + x / cell][inX, inY, 0]
    }
    var image = PNGImage(picture)
    image.blockKind = .fixed
    image.rowFilters = [.none]
    return image
  }
}
