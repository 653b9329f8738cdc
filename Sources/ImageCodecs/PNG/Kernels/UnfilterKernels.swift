internal import CKernels
import Raster

/// The row filters of PNG undone (specification, third edition, section 9.2).
///
/// A filtered row cannot be undone along itself by vectors, as each pixel needs the one before; but
/// the row below can follow one pixel behind, so that two chains of dependent steps overlap.
enum UnfilterKernels {
  /// Filter types 0 to 4 by their numbers.
  static let none: UInt8 = 0
  static let sub: UInt8 = 1
  static let up: UInt8 = 2
  static let average: UInt8 = 3
  static let paeth: UInt8 = 4

  /// The bytes beyond the end of a row, filtered or not, that are read and written.
  static let margin = 16

  /// A filtered row, with its type in front, and where it goes.
  struct Row {
    let filtered: UnsafePointer<UInt8>
    let target: UnsafeMutablePointer<UInt8>

    var filter: UInt8 { filtered[0] }
    var bytes: UnsafePointer<UInt8> { filtered + 1 }

    /// Whether each pixel needs the one before.
    var isChain: Bool { filter == sub || filter == average || filter == paeth }
  }

  /// Rows of a picture, each below the one before, filtered, and where they go.
  struct Rows {
    /// Row after row without a gap, each with its type in front.
    let filtered: UnsafePointer<UInt8>
    /// What stands above the first, unfiltered; zeros at the top of a picture. Then the rows' places.
    let slots: UnsafeMutablePointer<UInt8>
    /// From one place to the next.
    let slotByteCount: Int
    /// The bytes of a row.
    let byteCount: Int
    /// 1, 2, 3, 4, 6 or 8.
    let pixelByteCount: Int

    func row(_ index: Int) -> Row {
      Row(
        filtered: filtered + index * (byteCount + 1), target: slots + (index + 1) * slotByteCount)
    }

    func above(_ index: Int) -> UnsafePointer<UInt8> {
      UnsafePointer(slots + index * slotByteCount)
    }

    /// Whether four rows gain from going together: one chain alone is as fast by itself, and what is
    /// none is faster.
    fileprivate func haveTwoChains(from index: Int) -> Bool {
      var chainCount = 0
      for index in index..<index + 4 {
        guard row(index).filter <= paeth else { return false }
        chainCount += row(index).isChain ? 1 : 0
      }
      return chainCount >= 2
    }
  }

  /// Undoes the filters of rows: four at a time where the processor can and they gain from it, else
  /// in pairs.
  ///
  /// - Returns: false for a filter that does not exist.
  static func unfilter(_ rows: Rows, rowCount: Int) -> Bool {
    let goesByFours =
      WideVectors.areAvailable && (rows.pixelByteCount == 3 || rows.pixelByteCount == 4)
    var index = 0
    while index < rowCount {
      if goesByFours, rowCount - index >= 4, rows.haveTwoChains(from: index) {
        unfilterFour(rows, from: index)
        index += 4
        continue
      }
      let done =
        index + 1 < rowCount
        ? unfilterPair(
          rows.row(index), rows.row(index + 1), above: rows.above(index), count: rows.byteCount,
          pixelByteCount: rows.pixelByteCount)
        : unfilter(
          rows.row(index), above: rows.above(index), count: rows.byteCount,
          pixelByteCount: rows.pixelByteCount) ? 1 : 0
      guard done > 0 else { return false }
      index += done
    }
    return true
  }

  /// Undoes the filter of a row.
  ///
  /// - Parameters:
  ///   - above: the row above, unfiltered; zeros for the first.
  ///   - count: the bytes of a row.
  ///   - pixelByteCount: 1, 2, 3, 4, 6 or 8.
  /// - Returns: false for a filter that does not exist.
  static func unfilter(
    _ row: Row, above: UnsafePointer<UInt8>, count: Int, pixelByteCount: Int
  ) -> Bool {
    switch row.filter {
    case none: row.target.update(from: row.bytes, count: count)
    case up: addRows(row.bytes, above, into: row.target, count: count)
    case sub, average, paeth: chase(row, above, count, pixelByteCount)
    default: return false
    }
    return true
  }

  /// Undoes the filters of two rows, the second below the first.
  ///
  /// - Returns: how many rows that was: only one where they gain nothing from going together; none
  ///   for a filter that does not exist.
  static func unfilterPair(
    _ first: Row, _ second: Row, above: UnsafePointer<UInt8>, count: Int, pixelByteCount: Int
  ) -> Int {
    guard first.isChain, second.isChain else {
      return unfilter(first, above: above, count: count, pixelByteCount: pixelByteCount) ? 1 : 0
    }
    switch pixelByteCount {
    case 3: chasePair(first, second, above, count, 3, as: SIMD4<Int16>.self)
    case 4: chasePair(first, second, above, count, 4, as: SIMD4<Int16>.self)
    case 6, 8: chasePair(first, second, above, count, pixelByteCount, as: SIMD8<Int16>.self)
    default: chasePair(first, second, above, count, pixelByteCount, as: SIMD4<Int16>.self)
    }
    return 2
  }

  /// Undoes the filters of four rows; needs AVX2, and pixels of 3 or 4 bytes.
  private static func unfilterFour(_ rows: Rows, from index: Int) {
    let four = (rows.row(index), rows.row(index + 1), rows.row(index + 2), rows.row(index + 3))
    let filtered: InlineArray<4, UnsafePointer<UInt8>?> = [
      four.0.filtered, four.1.filtered, four.2.filtered, four.3.filtered,
    ]
    let targets: InlineArray<4, UnsafeMutablePointer<UInt8>?> = [
      four.0.target, four.1.target, four.2.target, four.3.target,
    ]
    filtered.span.withUnsafeBufferPointer { filtered in
      targets.span.withUnsafeBufferPointer { targets in
        ckernels_unfilter_four_rows(
          filtered.baseAddress, targets.baseAddress, rows.above(index),
          rows.byteCount / rows.pixelByteCount, rows.pixelByteCount)
      }
    }
  }

  private static func addRows(
    _ bytes: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>,
    into target: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let (bytes, above) = (UnsafeRawPointer(bytes), UnsafeRawPointer(above))
    let target = UnsafeMutableRawPointer(target)
    var x = 0
    while x < count {
      let sum =
        bytes.loadUnaligned(fromByteOffset: x, as: SIMD16<UInt8>.self)
        &+ above.loadUnaligned(fromByteOffset: x, as: SIMD16<UInt8>.self)
      target.storeBytes(of: sum, toByteOffset: x, as: SIMD16<UInt8>.self)
      x &+= 16
    }
  }

  private static func chase(
    _ row: Row, _ above: UnsafePointer<UInt8>, _ count: Int, _ pixelByteCount: Int
  ) {
    switch (row.filter, pixelByteCount) {
    case (sub, 6), (sub, 8): chase(row, above, count, pixelByteCount, sub, as: SIMD8<Int16>.self)
    case (sub, _): chase(row, above, count, pixelByteCount, sub, as: SIMD4<Int16>.self)
    case (average, 6), (average, 8):
      chase(row, above, count, pixelByteCount, average, as: SIMD8<Int16>.self)
    case (average, _): chase(row, above, count, pixelByteCount, average, as: SIMD4<Int16>.self)
    case (_, 6), (_, 8): chase(row, above, count, pixelByteCount, paeth, as: SIMD8<Int16>.self)
    default: chase(row, above, count, pixelByteCount, paeth, as: SIMD4<Int16>.self)
    }
  }

  @inline(__always)
  private static func chase<Pixel: UnfilterPixel>(
    _ row: Row, _ above: UnsafePointer<UInt8>, _ count: Int, _ step: Int, _ filter: UInt8,
    as pixel: Pixel.Type
  ) {
    var left = Pixel.zero
    var corner = Pixel.zero
    var x = 0
    while x < count {
      let upper = Pixel(bytes: above + x)
      left = Pixel.unfilter(filter, Pixel(bytes: row.bytes + x), left, upper, corner)
      left.store(to: row.target + x)
      corner = upper
      x &+= step
    }
  }

  @inline(__always)
  private static func chasePair<Pixel: UnfilterPixel>(
    _ first: Row, _ second: Row, _ above: UnsafePointer<UInt8>, _ count: Int, _ step: Int,
    as pixel: Pixel.Type
  ) {
    switch (first.filter, second.filter) {
    case (sub, sub): chasePair(first, second, above, count, step, sub, sub, as: Pixel.self)
    case (sub, average): chasePair(first, second, above, count, step, sub, average, as: Pixel.self)
    case (sub, _): chasePair(first, second, above, count, step, sub, paeth, as: Pixel.self)
    case (average, sub): chasePair(first, second, above, count, step, average, sub, as: Pixel.self)
    case (average, average):
      chasePair(first, second, above, count, step, average, average, as: Pixel.self)
    case (average, _): chasePair(first, second, above, count, step, average, paeth, as: Pixel.self)
    case (_, sub): chasePair(first, second, above, count, step, paeth, sub, as: Pixel.self)
    case (_, average): chasePair(first, second, above, count, step, paeth, average, as: Pixel.self)
    default: chasePair(first, second, above, count, step, paeth, paeth, as: Pixel.self)
    }
  }

  /// The second row is one pixel behind; what the first has just made is what stands above it.
  @inline(__always)
  private static func chasePair<Pixel: UnfilterPixel>(
    _ first: Row, _ second: Row, _ above: UnsafePointer<UInt8>, _ count: Int, _ step: Int,
    _ firstFilter: UInt8, _ secondFilter: UInt8, as pixel: Pixel.Type
  ) {
    var corner = Pixel(bytes: above)
    var left = Pixel.unfilter(firstFilter, Pixel(bytes: first.bytes), .zero, corner, .zero)
    left.store(to: first.target)
    var secondLeft = Pixel.zero
    var secondCorner = Pixel.zero
    var x = step
    while x < count {
      let upper = Pixel(bytes: above + x)
      let next = Pixel.unfilter(firstFilter, Pixel(bytes: first.bytes + x), left, upper, corner)
      secondLeft = Pixel.unfilter(
        secondFilter, Pixel(bytes: second.bytes + x - step), secondLeft, left, secondCorner)
      secondLeft.store(to: second.target + x - step)
      next.store(to: first.target + x)
      secondCorner = left
      corner = upper
      left = next
      x &+= step
    }
    Pixel.unfilter(
      secondFilter, Pixel(bytes: second.bytes + x - step), secondLeft, left, secondCorner
    ).store(to: second.target + x - step)
  }

  /// What the kernels do, a byte at a time: the tests' reference.
  static func unfilterOneByOne(
    _ row: Row, above: UnsafePointer<UInt8>, count: Int, pixelByteCount: Int
  ) {
    for x in 0..<count {
      let left = x >= pixelByteCount ? Int(row.target[x - pixelByteCount]) : 0
      let corner = x >= pixelByteCount ? Int(above[x - pixelByteCount]) : 0
      row.target[x] =
        row.bytes[x] &+ prediction(row.filter, left: left, upper: Int(above[x]), corner: corner)
    }
  }

  /// What a filter expects of a byte, from those around it.
  static func prediction(_ filter: UInt8, left: Int, upper: Int, corner: Int) -> UInt8 {
    switch filter {
    case sub: return UInt8(left)
    case up: return UInt8(upper)
    case average: return UInt8((left + upper) / 2)
    case paeth:
      let estimate = left + upper - corner
      let distances = (abs(estimate - left), abs(estimate - upper), abs(estimate - corner))
      if distances.0 <= distances.1, distances.0 <= distances.2 { return UInt8(left) }
      return UInt8(distances.1 <= distances.2 ? upper : corner)
    default: return 0
    }
  }
}

/// The samples of a pixel side by side, with room for all the values that come up on the way; where
/// a pixel has fewer bytes than lanes, those of the next stand in the rest and come to nothing.
private protocol UnfilterPixel: SIMD where Scalar == Int16 {
  init(bytes: UnsafePointer<UInt8>)
  func store(to bytes: UnsafeMutablePointer<UInt8>)
}

extension UnfilterPixel {
  @inline(__always)
  static func unfilter(
    _ filter: UInt8, _ filtered: Self, _ left: Self, _ upper: Self, _ corner: Self
  ) -> Self {
    let prediction: Self
    switch filter {
    case UnfilterKernels.sub: prediction = left
    case UnfilterKernels.average: prediction = (left &+ upper) &>> 1
    default:
      // left + upper - corner lies next to the one that it would be from the other side of the two:
      // with t = 3 corner - left - upper, corner is it where low < t < high, else the end that is
      // farther from corner.
      let low = pointwiseMin(left, upper)
      let high = pointwiseMax(left, upper)
      let threshold = corner &+ corner &+ corner &- upper &- left
      let inner = low.replacing(with: corner, where: threshold .< high)
      prediction = high.replacing(with: inner, where: threshold .> low)
    }
    return (filtered &+ prediction) & 0xFF
  }
}

extension SIMD4<Int16>: UnfilterPixel {
  @inline(__always)
  fileprivate init(bytes: UnsafePointer<UInt8>) {
    self.init(
      truncatingIfNeeded: UnsafeRawPointer(bytes).loadUnaligned(as: SIMD4<UInt8>.self))
  }

  @inline(__always)
  fileprivate func store(to bytes: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(bytes).storeBytes(
      of: SIMD4<UInt8>(truncatingIfNeeded: self), as: SIMD4<UInt8>.self)
  }
}

extension SIMD8<Int16>: UnfilterPixel {
  @inline(__always)
  fileprivate init(bytes: UnsafePointer<UInt8>) {
    self.init(
      truncatingIfNeeded: UnsafeRawPointer(bytes).loadUnaligned(as: SIMD8<UInt8>.self))
  }

  @inline(__always)
  fileprivate func store(to bytes: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(bytes).storeBytes(
      of: SIMD8<UInt8>(truncatingIfNeeded: self), as: SIMD8<UInt8>.self)
  }
}
