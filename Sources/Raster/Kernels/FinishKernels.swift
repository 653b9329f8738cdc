/// The one rounding: from sums, moved down by half a range, to samples.
package enum FinishKernels {
  /// Samples without alpha: sums shifted down by `bits`, rounded half up, moved up again and
  /// clamped.
  ///
  /// - Parameter sums: at least `out.count` of them.
  @inline(__always)
  package static func round<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, bits: Int, into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    precondition(sums.count >= out.count)
    var first = 0
    if Sum.self == Int32.self, Sample.self == UInt8.self, WideVectors.areAvailable {
      first = WideVectors.round(
        UnsafeRawBufferPointer(sums).bindMemory(to: Int32.self), bits: bits,
        into: UnsafeMutableRawBufferPointer(out).bindMemory(to: UInt8.self))
    }
    roundNarrowly(sums, bits: bits, from: first, into: out)
  }

  /// The samples from `first` on, by vectors that every processor has.
  @inline(__always)
  package static func roundNarrowly<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, bits: Int, from first: Int = 0,
    into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    let shift = Sum(truncatingIfNeeded: bits)
    let half: Sum = bits > 0 ? 1 &<< (shift &- 1) : 0
    let centre: Sum = 1 &<< Sum(truncatingIfNeeded: Sample.bitWidth - 1)
    let largest = Sum(truncatingIfNeeded: Sample.max)
    for index in first..<max(first, out.count) {
      let level = ((sums[index] &+ half) &>> shift) &+ centre
      out[index] = Sample(truncatingIfNeeded: min(max(level, 0), largest))
    }
  }

  /// Samples with alpha: colour is divided by the alpha that it was weighed with, before that is
  /// rounded, so that neither of the two roundings stands on the other.
  ///
  /// Both are clamped to what a sample holds; where alpha comes out as 0 so does colour.
  ///
  /// - Parameters:
  ///   - sums: pixels of `channelCount` sums each, alpha last, as `PremultiplyKernels` has them; at
  ///     least as many as `out` has.
  ///   - bits: the sums' fraction bits below the product of two samples; can be negative.
  @inline(__always)
  package static func unpremultiply<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, channelCount: Int, bits: Int,
    into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    precondition(sums.count >= out.count)
    if Sum.self == Int32.self, Sample.self == UInt8.self {
      unpremultiplyBytes(
        UnsafeRawBufferPointer(sums).bindMemory(to: Int32.self), channelCount: channelCount,
        bits: bits, into: UnsafeMutableRawBufferPointer(out).bindMemory(to: UInt8.self))
    } else {
      unpremultiplyOneByOne(sums, channelCount: channelCount, bits: bits, into: out)
    }
  }

  private static func unpremultiplyBytes(
    _ sums: UnsafeBufferPointer<Int32>, channelCount: Int, bits: Int,
    into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let levels = ByteLevels(bits: bits)
    var done = 0
    if channelCount == 4, WideVectors.areAvailable {
      done = WideVectors.unpremultiply(sums, levels, into: out)
      if done == out.count { return }
    }
    unpremultiplyNarrowly(sums, channelCount: channelCount, levels, from: done, into: out)
  }

  /// What turns 32-bit sums into bytes by one division a pixel, exactly.
  ///
  /// Where the quotient of whole numbers below 2^32 is not half-way between two levels, it is at
  /// least 2^-33 off that. So what a product with the reciprocal lacks, below 2^-43, is made good by a
  /// hair more than the half that rounds, and nothing else is moved by it.
  package struct ByteLevels {
    /// What the sums were moved down by.
    let centre: Double

    /// From a sum to a level, where it is not divided by alpha.
    let alphaFactor: Double

    /// The half that rounds, and the hair.
    let half = 0.5 + 0x1p-40

    /// The levels of sums with so many fraction bits below the product of two samples.
    package init(bits: Int) {
      centre = Double(1 << (15 + bits))
      alphaFactor = 1 / Double(1 << (8 + bits))
    }
  }

  /// The bytes from the pixel that starts at `first` on, by what every processor has.
  package static func unpremultiplyNarrowly(
    _ sums: UnsafeBufferPointer<Int32>, channelCount: Int, _ levels: ByteLevels,
    from first: Int = 0,
    into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    var place = first
    while place + channelCount <= out.count {
      let alphaPlace = place + channelCount - 1
      let weight = Double(sums[alphaPlace]) + levels.centre
      let alpha = min(max(Int32(weight * levels.alphaFactor + levels.half), 0), 255)
      out[alphaPlace] = UInt8(truncatingIfNeeded: alpha)
      if alpha == 0 {
        while place < alphaPlace {
          out[place] = 0
          place += 1
        }
      }
      let factor = 256 / weight
      while place < alphaPlace {
        let level = (Double(sums[place]) + levels.centre) * factor + levels.half
        out[place] = UInt8(truncatingIfNeeded: Int32(min(max(level, 0), 255)))
        place += 1
      }
      place += 1
    }
  }

  /// What the kernels do, a pixel at a time: any format, and the tests' reference.
  @inline(__always)
  package static func unpremultiplyOneByOne<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, channelCount: Int, bits: Int,
    into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    // What the sums were moved down by. Up to 2^62 for 16-bit samples; then sums are below 2^61.
    let centre = Int64(1) << Int64(2 * Sample.bitWidth - 1 + bits)
    let alphaFactor = Double(Sample.max) + 1
    let alphaLevel = alphaFactor * Double(sign: .plus, exponent: bits, significand: 1)
    let largest = Int64(Sample.max)
    var place = 0
    while place < out.count {
      let alphaPlace = place + channelCount - 1
      let weight = Int64(sums[alphaPlace]) &+ centre
      // The quotients of whole numbers below 2^53 are exact to the tie: `Double` is the fastest
      // exact division there is. Those above are off by 2^-50 of the result.
      let alpha = weight > 0 ? min(Int64(Double(weight) / alphaLevel + 0.5), largest) : 0
      out[alphaPlace] = Sample(truncatingIfNeeded: alpha)
      if alpha == 0 {
        while place < alphaPlace {
          out[place] = 0
          place += 1
        }
      } else {
        let divisor = Double(weight)
        while place < alphaPlace {
          let colour = Double(max(Int64(sums[place]) &+ centre, 0))
          let level = min(Int64(alphaFactor * colour / divisor + 0.5), largest)
          out[place] = Sample(truncatingIfNeeded: level)
          place += 1
        }
      }
      place += 1
    }
  }
}
