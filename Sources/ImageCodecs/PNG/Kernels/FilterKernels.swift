internal import CKernels
import Raster

/// The row filters of PNG (specification, third edition, section 9.2), and the choice among them.
///
/// Rows have `margin` bytes that may be read in front of them, zeros, and behind.
enum FilterKernels {
  static let margin = 16
  static let filterCount = 5

  /// The filter whose bytes, with signs, have the smallest sum of absolute values, none counted as
  /// more than `cap`; the first of several.
  ///
  /// Section 12.7 has the sum without a cap. But the code of a byte grows like the logarithm of its
  /// size: with the cap, photos came out 0.8 % smaller.
  ///
  /// - Parameters:
  ///   - above: the row above; zeros for the first.
  ///   - pixelByteCount: 1 to 8.
  ///   - isWide: whether the processor has the widest vectors.
  static func best(
    for row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, count: Int, pixelByteCount: Int,
    isWide: Bool = WideVectors.areAvailable
  ) -> UInt8 {
    var totals = InlineArray<5, UInt64>(repeating: 0)
    var x = 0
    if isWide {
      var span = totals.mutableSpan
      x = span.withUnsafeMutableBufferPointer {
        ckernels_sum_filtered(row, above, count, pixelByteCount, cap, $0.baseAddress)
      }
    }
    while x + 16 <= count {
      // Sums of 16 bits hold 255 times two absolute values of up to 128.
      var sums = InlineArray<5, SIMD8<UInt16>>(repeating: .zero)
      let stop = min(x + 255 * 16, count & ~15)
      while x < stop {
        let place = Neighbours(row, above, x, pixelByteCount)
        sums[0] &+= pairSums(of: place.here)
        sums[1] &+= pairSums(of: place.here &- place.left)
        sums[2] &+= pairSums(of: place.here &- place.upper)
        sums[3] &+= pairSums(of: place.here &- place.average)
        sums[4] &+= pairSums(of: place.here &- place.paeth)
        x &+= 16
      }
      for filter in 0..<filterCount {
        totals[filter] += UInt64(SIMD8<UInt32>(truncatingIfNeeded: sums[filter]).wrappedSum())
      }
    }
    while x < count {
      for filter in 0..<filterCount {
        let byte = filtered(UInt8(filter), row, above, x, pixelByteCount)
        totals[filter] += UInt64(min(byte, 0 &- byte, cap))
      }
      x += 1
    }
    var best = 0
    for filter in 1..<filterCount where totals[filter] < totals[best] { best = filter }
    return UInt8(best)
  }

  /// The filter whose bytes make the fewest different pairs with the byte before each; the first of
  /// several. A count of bigrams, as OxiPNG has it.
  static func fewestPairs(
    for row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, count: Int, pixelByteCount: Int
  ) -> UInt8 {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 1 << 10) { seen in
      var best: (filter: UInt8, pairCount: Int) = (0, .max)
      for filter in 0..<UInt8(filterCount) {
        seen.initialize(repeating: 0)
        var pairCount = 0
        var before = Int(filter)
        for x in 0..<count {
          let byte = Int(filtered(filter, row, above, x, pixelByteCount))
          let pair = before << 8 | byte
          let bit = UInt64(1) << UInt64(pair & 63)
          if seen[pair >> 6] & bit == 0 {
            seen[pair >> 6] |= bit
            pairCount += 1
          }
          before = byte
        }
        if pairCount < best.pairCount { best = (filter, pairCount) }
      }
      return best.filter
    }
  }

  /// Filters a row.
  ///
  /// - Parameter target: has room for `count` bytes and `margin` more.
  static func filter(
    _ filter: UInt8, _ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, count: Int,
    pixelByteCount: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    switch filter {
    case UnfilterKernels.sub:
      each(row, above, count, pixelByteCount, target) { $0.here &- $0.left }
    case UnfilterKernels.up: each(row, above, count, pixelByteCount, target) { $0.here &- $0.upper }
    case UnfilterKernels.average:
      each(row, above, count, pixelByteCount, target) { $0.here &- $0.average }
    case UnfilterKernels.paeth:
      each(row, above, count, pixelByteCount, target) { $0.here &- $0.paeth }
    default: target.update(from: row, count: count)
    }
  }

  @inline(__always)
  private static func each(
    _ row: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>, _ count: Int, _ pixelByteCount: Int,
    _ target: UnsafeMutablePointer<UInt8>, _ body: (Neighbours) -> SIMD16<UInt8>
  ) {
    let target = UnsafeMutableRawPointer(target)
    var x = 0
    while x < count {
      target.storeBytes(
        of: body(Neighbours(row, above, x, pixelByteCount)), toByteOffset: x,
        as: SIMD16<UInt8>.self)
      x &+= 16
    }
  }

  private static let cap: UInt8 = 8

  /// The standard library's own is a call.
  @inline(__always)
  private static func least(_ a: SIMD16<UInt8>, _ b: SIMD16<UInt8>) -> SIMD16<UInt8> {
    a.replacing(with: b, where: b .< a)
  }

  /// The absolute values of bytes with signs, as far as they count, added in pairs.
  @inline(__always)
  private static func pairSums(of bytes: SIMD16<UInt8>) -> SIMD8<UInt16> {
    let sizes = least(least(bytes, 0 &- bytes), SIMD16(repeating: cap))
    let values = unsafeBitCast(sizes, to: SIMD8<UInt16>.self)
    return (values & 0xFF) &+ (values &>> 8)
  }

  /// Sixteen bytes and what stands around them.
  private struct Neighbours {
    let here: SIMD16<UInt8>
    let left: SIMD16<UInt8>
    let upper: SIMD16<UInt8>
    let corner: SIMD16<UInt8>

    @inline(__always)
    init(_ row: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>, _ x: Int, _ step: Int) {
      let (row, above) = (UnsafeRawPointer(row + x), UnsafeRawPointer(above + x))
      here = row.loadUnaligned(as: SIMD16<UInt8>.self)
      left = (row - step).loadUnaligned(as: SIMD16<UInt8>.self)
      upper = above.loadUnaligned(as: SIMD16<UInt8>.self)
      corner = (above - step).loadUnaligned(as: SIMD16<UInt8>.self)
    }

    @inline(__always)
    var average: SIMD16<UInt8> {
      (left & upper) &+ (((left ^ upper) &>> 1) & 0x7F)
    }

    /// Of the three distances that decide, two are those from the corner; the third is their sum
    /// where both go the same way, and so no smaller than either, and their difference where not.
    @inline(__always)
    var paeth: SIMD16<UInt8> {
      let toLeft = Self.distance(upper, corner)
      let toUpper = Self.distance(left, corner)
      let isAbove = left .>= corner
      let isBeyond = upper .>= corner
      let goesBothWays = isAbove .^ isBeyond
      let toCorner = SIMD16<UInt8>(repeating: 255).replacing(
        with: Self.distance(toLeft, toUpper), where: goesBothWays)
      let second = corner.replacing(with: upper, where: toUpper .<= toCorner)
      return second.replacing(with: left, where: (toLeft .<= toUpper) .& (toLeft .<= toCorner))
    }

    @inline(__always)
    private static func distance(_ a: SIMD16<UInt8>, _ b: SIMD16<UInt8>) -> SIMD16<UInt8> {
      a.replacing(with: b, where: b .> a) &- least(a, b)
    }
  }

  /// What the kernels do, a byte at a time: the rest of a row, and the tests' reference.
  static func filtered(
    _ filter: UInt8, _ row: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>, _ x: Int,
    _ pixelByteCount: Int
  ) -> UInt8 {
    let left = x >= pixelByteCount ? Int(row[x - pixelByteCount]) : 0
    let corner = x >= pixelByteCount ? Int(above[x - pixelByteCount]) : 0
    return row[x]
      &- UnfilterKernels.prediction(filter, left: left, upper: Int(above[x]), corner: corner)
  }
}
