/// Sums of neighbours in one row, weighed with 16 bits into 32: for each output pixel and channel,
/// Σ weight · sample. Sums are left as they are: the one rounding comes after.
package enum HorizontalKernels {
  /// The elements that both rows have beyond their last pixel, for whole vectors.
  package static let padding = 4

  /// The sums of a row of `channelCount` interleaved channels.
  ///
  /// - Parameters:
  ///   - row: `table.inputCount` pixels and the padding.
  ///   - weights: those of `table`.
  ///   - sums: `table.outputCount` pixels and the padding, whose values don't matter.
  package static func weigh(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(row.count >= table.inputCount * channelCount + padding)
    precondition(sums.count >= table.outputCount * channelCount + padding)
    if WideVectors.areAvailable, channelCount >= 3 {
      return WideVectors.weigh(
        row, channelCount: channelCount, table: table, weights: weights, into: sums)
    }
    weighNarrowly(row, channelCount: channelCount, table: table, weights: weights, into: sums)
  }

  /// The same by vectors that every processor has.
  package static func weighNarrowly(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    switch channelCount {
    case 1: weighSingle(row, table: table, weights: weights, into: sums)
    case 2: weighPairs(row, table: table, weights: weights, into: sums)
    case 3: weighVectors(row, stride: 3, table: table, weights: weights, into: sums)
    default: weighVectors(row, stride: 4, table: table, weights: weights, into: sums)
    }
  }

  // Three or four channels are the lanes. With three, the fourth lane is the next pixel's first
  // channel: it is summed for nothing, and overwritten by that pixel's own.
  @inline(__always)
  private static func weighVectors(
    _ row: UnsafeBufferPointer<Int32>, stride: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    guard let samples = UnsafeRawBufferPointer(row).baseAddress else { return }
    let target = UnsafeMutableRawBufferPointer(sums)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = samples + Int(firstTaps[x]) &* stride &* 4
      var sum = SIMD4<Int32>.zero
      var index = x &* table.tapStride
      let end = index &+ Int(tapCounts[x])
      precondition(end <= weights.count)
      while index < end {
        let weight = SIMD4<Int32>(repeating: Int32(weights[unchecked: index]))
        sum &+= place.loadUnaligned(as: SIMD4<Int32>.self) &* weight
        place += stride &* 4
        index &+= 1
      }
      target.storeBytes(of: sum, toByteOffset: x &* stride &* 4, as: SIMD4<Int32>.self)
    }
  }

  // Two channels: two pixels at a time.
  private static func weighPairs(
    _ row: UnsafeBufferPointer<Int32>, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    let bytes = UnsafeRawBufferPointer(row)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = Int(firstTaps[x]) * 8
      var sum = SIMD4<Int32>.zero
      var index = x * table.tapStride
      let end = index + Int(tapCounts[x])
      while index + 2 <= end {
        let samples = bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<Int32>.self)
        let near = Int32(weights[index])
        let far = Int32(weights[index + 1])
        sum &+= samples &* SIMD4(near, near, far, far)
        place += 16
        index += 2
      }
      var pair = sum.lowHalf &+ sum.highHalf
      if index < end {
        let samples = bytes.loadUnaligned(fromByteOffset: place, as: SIMD2<Int32>.self)
        pair &+= samples &* SIMD2(repeating: Int32(weights[index]))
      }
      sums[2 * x] = pair.x
      sums[2 * x + 1] = pair.y
    }
  }

  // One channel: four pixels at a time.
  private static func weighSingle(
    _ row: UnsafeBufferPointer<Int32>, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    let bytes = UnsafeRawBufferPointer(row)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var input = Int(firstTaps[x])
      var vector = SIMD4<Int32>.zero
      var index = x * table.tapStride
      let end = index + Int(tapCounts[x])
      while index + 4 <= end {
        let samples = bytes.loadUnaligned(fromByteOffset: input * 4, as: SIMD4<Int32>.self)
        vector &+=
          samples
          &* SIMD4(
            Int32(weights[index]), Int32(weights[index + 1]), Int32(weights[index + 2]),
            Int32(weights[index + 3]))
        input += 4
        index += 4
      }
      var sum = vector.wrappedSum()
      while index < end {
        sum &+= row[input] &* Int32(weights[index])
        input += 1
        index += 1
      }
      sums[x] = sum
    }
  }

  /// What the kernels do, a channel at a time: the tests' reference.
  package static func weighOneByOne(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    for x in 0..<table.outputCount {
      for channel in 0..<channelCount {
        var sum: Int32 = 0
        for tap in 0..<Int(table.tapCounts[x]) {
          let input = Int(table.firstTaps[x]) + tap
          sum &+= row[input * channelCount + channel] &* Int32(weights[x * table.tapStride + tap])
        }
        sums[x * channelCount + channel] = sum
      }
    }
  }
}
