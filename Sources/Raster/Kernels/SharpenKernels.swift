/// Samples moved away from their blurred neighbourhood.
package enum SharpenKernels {
  /// How far samples are moved, and which of them.
  package struct Strength {
    /// What the difference is multiplied by.
    package let amount: Double

    /// The least difference, in levels of the samples, that is.
    package let threshold: Double

    /// That much of the differences from `threshold` on.
    package init(amount: Double, threshold: Double) {
      self.amount = amount
      self.threshold = threshold
    }

    // The one rounding, half up.
    @inline(__always)
    func sharpened(_ sample: Double, besides blurred: Double, upTo largest: Double) -> Double {
      let difference = sample - blurred
      guard difference.magnitude >= threshold else { return sample }
      return min(max(sample + amount * difference, 0), largest) + 0.5
    }
  }

  /// Samples without alpha.
  ///
  /// - Parameters:
  ///   - sums: the blurred samples, moved down by half their range, `bits` behind the point.
  ///   - out: as many samples as `row` has.
  @inline(__always)
  package static func sharpen<Sum, Sample>(
    _ row: UnsafeBufferPointer<Sample>, _ sums: UnsafeBufferPointer<Sum>, bits: Int,
    by strength: Strength, into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    let scale = 1 / Double(1 << bits)
    let centre = Double(1 << (Sample.bitWidth - 1))
    let largest = Double(Sample.max)
    for index in 0..<out.count {
      let blurred = Double(Int64(sums[index])) * scale + centre
      out[index] = Sample(
        truncatingIfNeeded: Int32(
          strength.sharpened(
            Double(Int32(truncatingIfNeeded: row[index])), besides: blurred, upTo: largest)))
    }
  }

  /// Samples with alpha: colours are compared with the blurred colours, which alpha has been
  /// divided out of. Alpha stays, and so does what has none.
  ///
  /// - Parameters:
  ///   - sums: pixels of blurred products with alpha, moved down by half their range.
  ///   - bits: the sums' bits behind the point.
  ///   - out: as many samples as `row` has.
  @inline(__always)
  package static func sharpen<Sum, Sample>(
    _ row: UnsafeBufferPointer<Sample>, _ sums: UnsafeBufferPointer<Sum>, channelCount: Int,
    bits: Int, by strength: Strength, into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    let centre = Int64(1) << Int64(2 * Sample.bitWidth - 1 + bits)
    let largest = Double(Sample.max)
    let alphaFactor = largest + 1
    for place in stride(from: 0, to: out.count, by: channelCount) {
      let alphaPlace = place + channelCount - 1
      let weight = Int64(sums[alphaPlace]) &+ centre
      let isHidden = row[alphaPlace] == 0 || weight <= 0
      for index in place..<alphaPlace {
        if isHidden {
          out[index] = row[index]
        } else {
          let colour = max(Int64(sums[index]) &+ centre, 0)
          let blurred = min(alphaFactor * Double(colour) / Double(weight), largest)
          out[index] = Sample(
            truncatingIfNeeded: Int32(
              strength.sharpened(
                Double(Int32(truncatingIfNeeded: row[index])), besides: blurred, upTo: largest)))
        }
      }
      out[alphaPlace] = row[alphaPlace]
    }
  }
}
