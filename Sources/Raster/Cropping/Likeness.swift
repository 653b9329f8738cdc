/// A picture's small likeness, for a look at where what is.
///
/// A cell is the mean of a square block of pixels, over black where they are translucent, in whole
/// levels of 255.
struct Likeness {
  /// The longer side has no more cells than that.
  static let maximumSide = 128

  /// Cells from left to right.
  let width: Int

  /// Cells from top to bottom.
  let height: Int

  /// Red, green and blue of each cell, row after row.
  private let levels: [UInt8]

  init(of picture: borrowing Image) {
    let layout = picture.layout
    let format = layout.format
    let side = Self.blockSide(for: layout.size)
    width = (layout.width + side - 1) / side
    height = (layout.height + side - 1) / side
    // What a level is of a sample, or of its product with alpha.
    let full = UInt64(format.maximumSample)
    let unit = format.hasAlpha ? full * (full / 255) : full / 255
    var levels: [UInt8] = []
    levels.reserveCapacity(width * height * 3)
    for top in stride(from: 0, to: layout.height, by: side) {
      let bottom = min(top + side, layout.height)
      var sums = [UInt64](repeating: 0, count: width * 3)
      for y in top..<bottom {
        ReduceKernels.add(picture.bytes(ofRow: y), format: format, blockWidth: side, to: &sums)
      }
      for index in sums.indices {
        let left = index / 3 * side
        let pixelCount = UInt64((min(left + side, layout.width) - left) * (bottom - top))
        levels.append(UInt8(truncatingIfNeeded: sums[index] / (pixelCount * unit)))
      }
    }
    self.levels = levels
  }

  /// The pixels of a block's side.
  static func blockSide(for size: PixelSize) -> Int {
    (max(size.width, size.height) + maximumSide - 1) / maximumSide
  }

  /// At most the bytes of a likeness, and of what is worked out over it.
  static let byteBound = maximumSide * maximumSide * (3 + 3 * MemoryLayout<Int>.size)

  /// Red, green and blue of a cell.
  func colour(_ x: Int, _ y: Int) -> (red: Int, green: Int, blue: Int) {
    let place = (y * width + x) * 3
    return (Int(levels[place]), Int(levels[place + 1]), Int(levels[place + 2]))
  }

  /// The luminance of a cell (Recommendation ITU-R BT.601-7, section 2.5.1, in 256ths).
  func luma(_ x: Int, _ y: Int) -> Int {
    let (red, green, blue) = colour(x, y)
    return (77 * red + 150 * green + 29 * blue) >> 8
  }
}
