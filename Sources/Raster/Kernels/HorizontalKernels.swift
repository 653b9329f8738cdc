/// Sums of neighbours in one row, 16-bit samples weighed with 16 bits into 32: for each output pixel
/// and channel, Σ weight · sample. Sums are left as they are: the one rounding comes after.
package enum HorizontalKernels {
  /// The elements that both rows have beyond their last pixel, for whole vectors.
  package static let padding = 48

  /// The sums of a row of `channelCount` interleaved channels.
  ///
  /// - Parameters:
  ///   - row: `table.inputCount` pixels and the padding.
  ///   - weights: those of `table`.
  ///   - sums: `table.outputCount` pixels and the padding, whose values don't matter.
  package static func weigh(
    _ row: UnsafeBufferPointer<Int16>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(row.count >= table.inputCount * channelCount + padding)
    precondition(sums.count >= table.outputCount * channelCount + padding)
    if WideVectors.areAvailable {
      WideVectors.weigh(
        row, channelCount: channelCount, table: table, weights: weights, into: sums)
    } else {
      weighNarrowly(row, channelCount: channelCount, table: table, weights: weights, into: sums)
    }
  }

  /// The same by vectors that every processor has.
  package static func weighNarrowly(
    _ row: UnsafeBufferPointer<Int16>, channelCount: Int, table: borrowing CoefficientTable,
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
    _ row: UnsafeBufferPointer<Int16>, stride: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    guard let samples = UnsafeRawBufferPointer(row).baseAddress else { return }
    let target = UnsafeMutableRawBufferPointer(sums)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = samples + Int(firstTaps[x]) &* stride &* 2
      var sum = SIMD4<Int32>.zero
      var index = x &* table.tapStride
      let end = index &+ Int(tapCounts[x])
      precondition(end <= weights.count)
      while index < end {
        let weight = SIMD4<Int16>(repeating: weights[unchecked: index])
        sum &+= product(place.loadUnaligned(as: SIMD4<Int16>.self), weight)
        place += stride &* 2
        index &+= 1
      }
      target.storeBytes(of: sum, toByteOffset: x &* stride &* 4, as: SIMD4<Int32>.self)
    }
  }

  // Two channels: two pixels at a time. The last may be one that has no weight.
  private static func weighPairs(
    _ row: UnsafeBufferPointer<Int16>, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    let bytes = UnsafeRawBufferPointer(row)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = Int(firstTaps[x]) * 4
      var sum = SIMD4<Int32>.zero
      var index = x * table.tapStride
      let end = index + Int(tapCounts[x])
      while index < end {
        let samples = bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<Int16>.self)
        let near = weights[index]
        let far = weights[index + 1]
        sum &+= product(samples, SIMD4(near, near, far, far))
        place += 8
        index += 2
      }
      let pair = sum.lowHalf &+ sum.highHalf
      sums[2 * x] = pair.x
      sums[2 * x + 1] = pair.y
    }
  }

  // One channel: four pixels at a time. The last may be such that have no weight.
  private static func weighSingle(
    _ row: UnsafeBufferPointer<Int16>, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    let bytes = UnsafeRawBufferPointer(row)
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = Int(firstTaps[x]) * 2
      var sum = SIMD4<Int32>.zero
      var index = x * table.tapStride
      let end = index + Int(tapCounts[x])
      while index < end {
        let samples = bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<Int16>.self)
        sum &+= product(
          samples,
          SIMD4(weights[index], weights[index + 1], weights[index + 2], weights[index + 3]))
        place += 8
        index += 4
      }
      sums[x] = sum.wrappedSum()
    }
  }

  @inline(__always)
  private static func product(_ samples: SIMD4<Int16>, _ weights: SIMD4<Int16>) -> SIMD4<Int32> {
    SIMD4<Int32>(truncatingIfNeeded: samples) &* SIMD4<Int32>(truncatingIfNeeded: weights)
  }

  /// What the kernels do, a channel at a time: the tests' reference.
  package static func weighOneByOne(
    _ row: UnsafeBufferPointer<Int16>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    for x in 0..<table.outputCount {
      for channel in 0..<channelCount {
        var sum: Int32 = 0
        for tap in 0..<Int(table.tapCounts[x]) {
          let input = Int(table.firstTaps[x]) + tap
          sum &+=
            Int32(row[input * channelCount + channel]) &* Int32(weights[x * table.tapStride + tap])
        }
        sums[x * channelCount + channel] = sum
      }
    }
  }
}
