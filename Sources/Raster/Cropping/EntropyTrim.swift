/// Takes poor strips off the sides of a likeness; see `CropStrategy.entropy`.
struct EntropyTrim {
  private static let maximumStripWidth = 8

  private let likeness: Likeness

  init(_ likeness: Likeness) { self.likeness = likeness }

  /// Where what is left starts.
  func origin(_ columns: CropAxis, _ rows: CropAxis) -> PixelPoint {
    let (width, x) = trim(columns, across: likeness.height) {
      disorder(ofColumns: $0, rows: 0..<likeness.height)
    }
    let (_, y) = trim(rows, across: width.count) { disorder(ofColumns: width, rows: $0) }
    return PixelPoint(x: x, y: y)
  }

  private func trim(
    _ axis: CropAxis, across stripLength: Int, disorder: (Range<Int>) -> Int
  ) -> (kept: Range<Int>, pixel: Int) {
    var kept = 0..<axis.cellCount
    var hasChosen = false
    while kept.count > axis.keptCount {
      let strip = min(Self.maximumStripWidth, kept.count - axis.keptCount)
      let first = kept.lowerBound..<kept.lowerBound + strip
      let last = kept.upperBound - strip..<kept.upperBound
      let (left, right) = (disorder(first), disorder(last))
      // A cell's logarithm is rounded by less than 1, and equal ones can come to different sums.
      let areEqual = abs(left - right) <= strip * stripLength
      if !areEqual { hasChosen = true }
      let isBalanced = kept.lowerBound >= axis.cellCount - kept.upperBound
      let cutsLast = areEqual ? isBalanced : right < left
      kept = cutsLast ? kept.lowerBound..<last.lowerBound : first.upperBound..<kept.upperBound
    }
    if hasChosen { return (kept, axis.pixel(of: kept.lowerBound)) }
    let middle = axis.candidates.upperBound / 2
    return (middle..<middle + axis.keptCount, axis.centre)
  }

  // The entropy of n cells is log n − Σ count · log count / n: for strips of one size it is that
  // sum, taken negative, that tells them apart.
  private func disorder(ofColumns columns: Range<Int>, rows: Range<Int>) -> Int {
    var counts = [Int](repeating: 0, count: 64)
    for y in rows {
      for x in columns { counts[likeness.luma(x, y) >> 2] += 1 }
    }
    return -counts.reduce(0) { $0 + ($1 > 1 ? $1 * binaryLogarithm(of: $1) : 0) }
  }
}

/// log2(count) with 24 bits behind the point, rounded down; for counts up to 2^31.
private func binaryLogarithm(of count: Int) -> Int {
  let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
  // In 1..<2, with 31 bits behind the point; a square of 2 or more is another bit of the result.
  var mantissa = UInt64(count) << UInt64(31 - exponent)
  var result = exponent
  for _ in 0..<24 {
    mantissa = (mantissa * mantissa) >> 31
    let bit = mantissa >> 32
    mantissa >>= bit
    result = result << 1 | Int(bit)
  }
  return result
}
