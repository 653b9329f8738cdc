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
    let shift = Sum(truncatingIfNeeded: bits)
    let half: Sum = bits > 0 ? 1 &<< (shift &- 1) : 0
    let centre: Sum = 1 &<< Sum(truncatingIfNeeded: Sample.bitWidth - 1)
    let largest = Sum(truncatingIfNeeded: Sample.max)
    for index in 0..<out.count {
      let level = ((sums[index] &+ half) &>> shift) &+ centre
      out[index] = Sample(truncatingIfNeeded: min(max(level, 0), largest))
    }
  }

  /// Samples with alpha: colour is divided by the alpha that it was weighed with, before that is
  /// rounded, so that neither of the two roundings stands on the other.
  ///
  /// Colour is clamped to 0…alpha, alpha to what a sample holds; where alpha comes out as 0 so
  /// does colour.
  ///
  /// - Parameters:
  ///   - sums: pixels of `channelCount` sums each, alpha last; at least as many as `out` has.
  ///   - bits: the sums' fraction bits below the product of two samples; can be negative.
  @inline(__always)
  package static func unpremultiply<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, channelCount: Int, bits: Int,
    into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    if Sum.self == Int32.self, Sample.self == UInt8.self, channelCount == 4, (1...15).contains(bits)
    {
      return unpremultiplyRGBA8(
        UnsafeRawBufferPointer(sums).bindMemory(to: Int32.self), bits: bits,
        into: UnsafeMutableRawBufferPointer(out).bindMemory(to: UInt8.self))
    }
    unpremultiplyOneByOne(sums, channelCount: channelCount, bits: bits, from: 0, into: out)
  }

  /// Opaque pixels, of which there are most, need no division by their alpha: it is a constant.
  /// Nor do those whose alpha comes out as 0.
  private static func unpremultiplyRGBA8(
    _ sums: UnsafeBufferPointer<Int32>, bits: Int, into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    let shift = SIMD4<Int32>(repeating: Int32(bits))
    let centre = Int32(1) << Int32(15 + bits)
    let full = Int32(255 * 255) << Int32(bits)
    let half = Int32(255) << Int32(bits - 1)
    let least = SIMD4<Int32>(repeating: 0 &- centre)
    let largest = SIMD4<Int32>(repeating: full &- centre)
    let move = SIMD4<Int32>(repeating: centre &+ half)
    let source = UnsafeRawBufferPointer(sums)
    let target = UnsafeMutableRawBufferPointer(out)
    var place = 0
    while place + 4 <= out.count {
      let pixel = source.loadUnaligned(fromByteOffset: place &* 4, as: SIMD4<Int32>.self)
      if pixel.w == full &- centre {
        var colour = pixel.replacing(with: least, where: pixel .< least)
        colour = colour.replacing(with: largest, where: colour .> largest)
        // What is left to divide by is 255, of numbers below 65535.
        let level = (colour &+ move) &>> shift
        let quotient = (level &+ 1 &+ (level &>> 8)) &>> 8
        target.storeBytes(
          of: SIMD4<UInt8>(truncatingIfNeeded: quotient), toByteOffset: place,
          as: SIMD4<UInt8>.self)
      } else if pixel.w < half &- centre {
        target.storeBytes(of: 0, toByteOffset: place, as: UInt32.self)
      } else {
        let next = place + 4
        unpremultiplyOneByOne(
          sums, channelCount: 4, bits: bits, from: place,
          into: UnsafeMutableBufferPointer(rebasing: out[..<next]))
      }
      place &+= 4
    }
  }

  /// What the kernels do, a pixel at a time: any format, and the tests' reference.
  @inline(__always)
  package static func unpremultiplyOneByOne<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, channelCount: Int, bits: Int, from first: Int,
    into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    // What the sums were moved down by. Up to 2^62 for 16-bit samples; then sums are below 2^61.
    let centre = Int64(1) << Int64(2 * Sample.bitWidth - 1 + bits)
    let full = Double(Sample.max)
    let alphaLevel = full * Double(sign: .plus, exponent: bits, significand: 1)
    let largest = Int64(Sample.max)
    var place = first
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
          let colour = min(max(Int64(sums[place]) &+ centre, 0), weight)
          out[place] = Sample(
            truncatingIfNeeded: Int64(full * Double(colour) / divisor + 0.5))
          place += 1
        }
      }
      place += 1
    }
  }
}
