internal import ConcurrencyPrimitives

/// For each output pixel of one axis: which input pixels it comes from, and by how much of each.
///
/// Pixel centres are aligned: output i looks at (i + 0.5) · n/m. The kernel is stretched on
/// reduction, cut at the edges and renormalised. Places are whole multiples of 1/2m, so distances
/// carry one rounding and left and right are exact mirrors. The weights, computed in `Double`, are
/// then made fixed point; each row's sum is exactly 1.
package struct CoefficientTable: Sendable {
  /// The fixed-point weights, row after row, `tapStride` each, zero behind a row's own.
  package enum Weights: Sendable {
    /// For 32-bit sums.
    case narrow([Int16])

    /// For 64-bit sums.
    case wide([Int32])
  }

  /// The number of input pixels.
  package let inputCount: Int

  /// The number of output pixels.
  package let outputCount: Int

  /// The number of taps of the row that has most.
  package let maximumTapCount: Int

  /// From one row of weights to the next: a multiple of `tapGroup`.
  package let tapStride: Int

  /// The first input pixel of each row; never less than the row before's.
  package let firstTaps: [Int32]

  /// The number of input pixels of each row.
  package let tapCounts: [Int32]

  /// The bits behind the point: a weight of 1 is 1 << fractionBits.
  package let fractionBits: Int

  /// The weights themselves.
  package let weights: Weights

  /// The fraction bits of wide weights: with 31-bit samples, 62-bit sums.
  package static let wideFractionBits = 30

  /// As many taps as kernels weigh at once; those that a row lacks for that have the weight 0.
  package static let tapGroup = 4

  /// The longest axis; beyond it places no longer fit an `Int`.
  package static let maximumCount = 1 << 30

  /// - Parameter narrowFractionBits: as many bits as 32-bit sums leave for a weight; nil where
  ///   64-bit sums are wanted anyway.
  /// - Throws: `SizeOverflow` for an axis beyond `maximumCount`.
  package init(
    inputCount: Int, outputCount: Int, filter: ResamplingFilter, narrowFractionBits: Int?
  ) throws(SizeOverflow) {
    let tapBound = try Self.tapBound(
      inputCount: inputCount, outputCount: outputCount, filter: filter)
    var axis = Axis(inputCount: inputCount, outputCount: outputCount, filter: filter)
    let rowCount = outputCount
    // The first half, and the middle row; the rest are mirrors.
    let halfCount = (rowCount + 1) / 2

    var scratch = [Double](repeating: 0, count: tapBound)
    var firstTaps = [Int32](repeating: 0, count: rowCount)
    var tapCounts = firstTaps
    var largest = 0.0
    for row in 0..<halfCount {
      let taps = axis.weights(ofRow: row, into: &scratch)
      let mirror = rowCount - 1 - row
      firstTaps[row] = Int32(taps.lowerBound)
      firstTaps[mirror] = Int32(inputCount - taps.upperBound)
      tapCounts[row] = Int32(taps.count)
      tapCounts[mirror] = Int32(taps.count)
      largest = scratch[..<taps.count].reduce(largest) { max($0, abs($1)) }
    }

    let maximumTapCount = Int(tapCounts.max() ?? 1)
    let tapStride = Self.wholeGroups(of: maximumTapCount)
    let narrowBits = narrowFractionBits.flatMap {
      Self.narrowBits(upTo: $0, largestWeight: largest, tapCount: maximumTapCount)
    }

    func quantized<Weight: FixedWidthInteger>(one: Int, as type: Weight.Type) -> [Weight] {
      var weights = [Weight](repeating: 0, count: rowCount * tapStride)
      for row in 0..<halfCount {
        let taps = axis.weights(ofRow: row, into: &scratch)
        let mirror = rowCount - 1 - row
        let start = row * tapStride
        quantize(scratch[..<taps.count], one: one, isSymmetric: mirror == row) { tap, weight in
          weights[start + tap] = Weight(weight)
        }
        guard mirror != row else { continue }
        for tap in 0..<taps.count {
          weights[mirror * tapStride + taps.count - 1 - tap] = weights[start + tap]
        }
      }
      return weights
    }

    if let narrowBits {
      fractionBits = narrowBits
      weights = .narrow(quantized(one: 1 << narrowBits, as: Int16.self))
    } else {
      fractionBits = Self.wideFractionBits
      weights = .wide(quantized(one: 1 << Self.wideFractionBits, as: Int32.self))
    }
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.maximumTapCount = maximumTapCount
    self.tapStride = tapStride
    self.firstTaps = firstTaps
    self.tapCounts = tapCounts
  }
}

extension CoefficientTable {
  /// The most taps that a row can have, known without making the table.
  ///
  /// - Throws: `SizeOverflow` for an axis beyond `maximumCount`.
  package static func tapBound(
    inputCount: Int, outputCount: Int, filter: ResamplingFilter
  ) throws(SizeOverflow) -> Int {
    guard inputCount <= maximumCount, outputCount <= maximumCount else { throw SizeOverflow() }
    let reach = filter.doubledSupport * max(inputCount, outputCount)
    return min(inputCount, reach / outputCount + 1)
  }

  // No overflow: there are at most `maximumCount` taps.
  private static func wholeGroups(of tapCount: Int) -> Int {
    (tapCount + tapGroup - 1) / tapGroup * tapGroup
  }

  /// At most the bytes that the table takes.
  ///
  /// - Throws: `SizeOverflow`.
  package static func byteBound(
    inputCount: Int, outputCount: Int, filter: ResamplingFilter
  ) throws(SizeOverflow) -> Int {
    let taps = try tapBound(inputCount: inputCount, outputCount: outputCount, filter: filter)
    let values = Axis.valueCount(
      inputCount: inputCount, outputCount: outputCount, filter: filter)
    let words = try outputCount.times(try wholeGroups(of: taps).plus(2)).plus(
      try taps.plus(values).times(2))
    return try words.times(MemoryLayout<Int32>.size)
  }

  // How many bits a 16-bit weight can have behind the point, or nil where they are too few.
  //
  // A rounded weight is off by up to 2^-bits. Over many taps such errors add up like noise, to
  // some 0.4 · √taps · 2^-bits of the samples' spread; the bound keeps it below 0.011 levels of
  // 255 even on white noise, which leaves the 65 dB that are asked for out of reach of both
  // passes. So 14 bits serve up to 32 taps, 15 up to 128.
  private static func narrowBits(
    upTo limit: Int, largestWeight: Double, tapCount: Int
  ) -> Int? {
    var bits = limit
    while bits > 0, largestWeight * Double(1 << bits) > Double(Int16.max - 1) { bits -= 1 }
    let bearableTapCount = 1 << max(0, 2 * bits - 23)
    return bits >= 12 && tapCount <= bearableTapCount ? bits : nil
  }
}

extension CoefficientTable {
  /// The table, made once for all jobs that need it, or, where it is too large to be kept, for this
  /// one.
  ///
  /// - Throws: `SizeOverflow`, `CancellationError`.
  package static func shared(
    inputCount: Int, outputCount: Int, filter: ResamplingFilter, narrowFractionBits: Int?
  ) async throws -> CoefficientTable {
    let byteBound = try byteBound(inputCount: inputCount, outputCount: outputCount, filter: filter)
    guard byteBound <= maximumKeptByteCount else {
      return try CoefficientTable(
        inputCount: inputCount, outputCount: outputCount, filter: filter,
        narrowFractionBits: narrowFractionBits)
    }
    let key = Key(
      inputCount: inputCount, outputCount: outputCount, filter: filter,
      narrowFractionBits: narrowFractionBits)
    if let table = cache.valueIfReady(for: key) { return table }
    return try await cache.value(for: key) { key in
      try CoefficientTable(
        inputCount: key.inputCount, outputCount: key.outputCount, filter: key.filter,
        narrowFractionBits: key.narrowFractionBits)
    }
  }

  private struct Key: Hashable, Sendable {
    let inputCount: Int
    let outputCount: Int
    let filter: ResamplingFilter
    let narrowFractionBits: Int?
  }

  // Two tables a size, of some 50 kB for a photo: 64 hold what a few cameras, upright and lying,
  // need for a few output sizes, in 3 MB. A batch in which every picture has a size of its own
  // gains nothing from more.
  private static let cache = OnceCache<Key, CoefficientTable>(capacity: 64)

  // A job's permit covers its own tables only while it runs; what the cache keeps is beyond every
  // budget, and so bounded: 64 of these are 16 MB. Sides of up to 10,000 pixels fit.
  private static let maximumKeptByteCount = 256 << 10
}

/// One axis of a resampling, before fixed point.
private struct Axis {
  let inputCount: Int
  let outputCount: Int
  let filter: ResamplingFilter

  // All distances are multiples of this.
  private let step: Int

  /// The kernel at the multiples of `step`, as far as they were asked for: at a ratio of small numbers
  /// there are but few, and all rows have the same. Empty where there are too many to be kept.
  private var values: [Double]

  init(inputCount: Int, outputCount: Int, filter: ResamplingFilter) {
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.filter = filter
    step = greatestCommonDivisor(inputCount, outputCount)
    let count = Self.valueCount(
      inputCount: inputCount, outputCount: outputCount, filter: filter)
    values = [Double](repeating: .nan, count: count)
  }

  /// The number of values that are kept.
  static func valueCount(inputCount: Int, outputCount: Int, filter: ResamplingFilter) -> Int {
    let step = greatestCommonDivisor(inputCount, outputCount)
    let count = filter.doubledSupport * (max(inputCount, outputCount) / step) + 1
    return count <= 512 ? count : 0
  }

  private mutating func weight(at distance: Int) -> Double {
    let index = abs(distance) / step
    if index < values.count, !values[index].isNaN { return values[index] }
    let weight = filter.weight(at: Double(distance) / Double(2 * max(inputCount, outputCount)))
    if index < values.count { values[index] = weight }
    return weight
  }

  /// Writes the normalised weights of a row, and returns the input pixels that they belong to.
  mutating func weights(ofRow row: Int, into weights: inout [Double]) -> Range<Int> {
    // In units of 1/2m input pixels: input j's centre is (2j + 1)·m, the row looks at (2i + 1)·n.
    let larger = max(inputCount, outputCount)
    let place = (2 * row + 1) * inputCount
    // Kernels are zero at the end of their support; only the box has its edge there. Zeros within
    // stay, so that rows begin and end in order.
    let reach = filter.doubledSupport * larger - (filter == .box ? 0 : 1)
    let unit = 2 * outputCount
    let first = max(0, ceilingOfQuotient(place - reach - outputCount, unit))
    let last = min(inputCount - 1, floorOfQuotient(place + reach - outputCount, unit))

    var sum = 0.0
    for input in first...last {
      let weight = weight(at: (2 * input + 1) * outputCount - place)
      weights[input - first] = weight
      sum += weight
    }
    for tap in 0...(last - first) { weights[tap] /= sum }
    return first..<(last + 1)
  }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}

private func floorOfQuotient(_ dividend: Int, _ divisor: Int) -> Int {
  let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}

private func ceilingOfQuotient(_ dividend: Int, _ divisor: Int) -> Int {
  -floorOfQuotient(-dividend, divisor)
}

/// Gives out `weights`, whose sum is 1, as integers whose sum is exactly `one`.
///
/// What is rounded is the running sum, so that an error is made good by the next tap: neighbours
/// are alike in a picture, and what is left is where the eye and the phase do not see it. Rounding
/// each tap and giving the rest to the largest ones has smaller single errors and lets them drift.
func quantize(
  _ weights: ArraySlice<Double>, one: Int, isSymmetric: Bool, _ store: (Int, Int) -> Void
) {
  let count = weights.count
  var exact = 0.0
  var given = 0
  func next(_ weight: Double) -> Int {
    exact += weight
    let total = Int((exact * Double(one)).rounded())
    defer { given = total }
    return total - given
  }
  guard isSymmetric else {
    for (tap, weight) in weights.dropLast().enumerated() { store(tap, next(weight)) }
    store(count - 1, one - given)
    return
  }
  let half = count / 2
  for (tap, weight) in weights.prefix(half).enumerated() {
    let isInnermost = tap == half - 1 && count.isMultiple(of: 2)
    let value = isInnermost ? one / 2 - given : next(weight)
    store(tap, value)
    store(count - 1 - tap, value)
  }
  if !count.isMultiple(of: 2) { store(half, one - 2 * given) }
}
