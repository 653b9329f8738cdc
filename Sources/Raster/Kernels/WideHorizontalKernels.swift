/// Sums of neighbours in one row, weighed with 30 bits into 64; otherwise as `HorizontalKernels`.
package enum WideHorizontalKernels {
  /// The sums of a row of `channelCount` interleaved channels.
  ///
  /// - Parameters:
  ///   - row: `table.inputCount` pixels.
  ///   - weights: those of `table`.
  ///   - sums: `table.outputCount` pixels.
  package static func weigh(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int32>, into sums: UnsafeMutableBufferPointer<Int64>
  ) {
    precondition(row.count >= table.inputCount * channelCount)
    precondition(sums.count >= table.outputCount * channelCount)
    switch channelCount {
    case 1: weigh(row, lanes: 1, table: table, weights: weights, into: sums)
    case 2: weigh(row, lanes: 2, table: table, weights: weights, into: sums)
    case 3: weigh(row, lanes: 3, table: table, weights: weights, into: sums)
    default: weigh(row, lanes: 4, table: table, weights: weights, into: sums)
    }
  }

  // Scalars, a sum for each channel: SSE2 has no signed product of 32 bits into 64, and one
  // multiplication a cycle is what its stand-ins reach at best.
  @inline(__always)
  private static func weigh(
    _ row: UnsafeBufferPointer<Int32>, lanes: Int, table: borrowing CoefficientTable,
    weights: Span<Int32>, into sums: UnsafeMutableBufferPointer<Int64>
  ) {
    let firstTaps = table.firstTaps.span
    let tapCounts = table.tapCounts.span
    for x in 0..<table.outputCount {
      var place = Int(firstTaps[x]) * lanes
      var sum: (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
      let start = x * table.tapStride
      for index in start..<start + Int(tapCounts[x]) {
        let weight = Int64(weights[index])
        sum.0 &+= Int64(row[place]) &* weight
        if lanes > 1 { sum.1 &+= Int64(row[place + 1]) &* weight }
        if lanes > 2 { sum.2 &+= Int64(row[place + 2]) &* weight }
        if lanes > 3 { sum.3 &+= Int64(row[place + 3]) &* weight }
        place += lanes
      }
      sums[x * lanes] = sum.0
      if lanes > 1 { sums[x * lanes + 1] = sum.1 }
      if lanes > 2 { sums[x * lanes + 2] = sum.2 }
      if lanes > 3 { sums[x * lanes + 3] = sum.3 }
    }
  }

  /// What the kernels do, a channel at a time: the tests' reference.
  package static func weighOneByOne(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int32>, into sums: UnsafeMutableBufferPointer<Int64>
  ) {
    for x in 0..<table.outputCount {
      for channel in 0..<channelCount {
        var sum: Int64 = 0
        for tap in 0..<Int(table.tapCounts[x]) {
          let input = Int(table.firstTaps[x]) + tap
          sum &+=
            Int64(row[input * channelCount + channel]) &* Int64(weights[x * table.tapStride + tap])
        }
        sums[x * channelCount + channel] = sum
      }
    }
  }
}
