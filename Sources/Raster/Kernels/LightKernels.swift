/// From samples to the light that they stand for, alpha multiplied into it, and back.
package enum LightKernels {
  /// The light of a row, in 32 bits: colours by the table and times alpha, and alpha as it is.
  ///
  /// - Parameters:
  ///   - lights: the light of every sample.
  ///   - out: an element for each sample of `row`.
  @inline(__always)
  package static func decode<Sample>(
    _ row: UnsafeBufferPointer<Sample>, of channels: PixelFormat.Channels,
    by lights: Span<UInt32>, into out: UnsafeMutableBufferPointer<UInt32>
  ) where Sample: FixedWidthInteger & UnsignedInteger {
    precondition(out.count >= row.count && lights.count > Int(Sample.max))
    // With the number of channels known, the loop over them is unrolled.
    switch channels {
    case .gray, .rgb:
      for index in row.indices { out[index] = lights[Int(row[index])] }
    case .grayAlpha: decode(row, channelCount: 2, by: lights, into: out)
    case .rgba: decode(row, channelCount: 4, by: lights, into: out)
    }
  }

  @inline(__always)
  private static func decode<Sample>(
    _ row: UnsafeBufferPointer<Sample>, channelCount: Int, by lights: Span<UInt32>,
    into out: UnsafeMutableBufferPointer<UInt32>
  ) where Sample: FixedWidthInteger & UnsignedInteger {
    let full = UInt64(Sample.max)
    var place = 0
    while place &+ channelCount <= row.count {
      let alphaPlace = place &+ channelCount &- 1
      let alpha = UInt64(row[alphaPlace])
      while place < alphaPlace {
        let light = UInt64(lights[Int(row[place])])
        out[place] = UInt32(truncatingIfNeeded: (light &* alpha &+ full / 2) / full)
        place &+= 1
      }
      // Exact: 2^32 − 1 is a multiple of 2^8 − 1 and of 2^16 − 1.
      out[alphaPlace] = UInt32(truncatingIfNeeded: alpha &* (UInt64(UInt32.max) / full))
      place &+= 1
    }
  }

  /// The samples of sums of light that were moved down by 2^31: rounded once, as samples.
  ///
  /// Otherwise as `FinishKernels` has it, with alpha and without.
  ///
  /// - Parameters:
  ///   - bits: the sums' fraction bits below 32-bit light; can be negative.
  ///   - samples: those of `LightTable`.
  @inline(__always)
  package static func encode<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, bits: Int, of channels: PixelFormat.Channels,
    by samples: Span<UInt32>, into out: UnsafeMutableBufferPointer<Sample>
  )
  where
    Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger
  {
    precondition(sums.count >= out.count && samples.count == LightPlace.count)
    // Sums are below 2^62, and what a `Double` drops of them is far below one unit of light.
    let unit = Double(sign: .plus, exponent: -bits, significand: 1)
    switch channels {
    case .gray, .rgb:
      for index in out.indices {
        let light = Double(sums[index]) * unit + centre
        out[index] = sample(of: min(max(light, 0), one), by: samples)
      }
    case .grayAlpha: encode(sums, unit: unit, channelCount: 2, by: samples, into: out)
    case .rgba: encode(sums, unit: unit, channelCount: 4, by: samples, into: out)
    }
  }

  @inline(__always)
  private static func encode<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, unit: Double, channelCount: Int,
    by samples: Span<UInt32>, into out: UnsafeMutableBufferPointer<Sample>
  )
  where
    Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger
  {
    let full = Double(Sample.max)
    var place = 0
    while place &+ channelCount <= out.count {
      let alphaPlace = place &+ channelCount &- 1
      let weight = Double(sums[alphaPlace]) * unit + centre
      let alpha = min(max((weight * (full / one) + 0.5).rounded(.down), 0), full)
      out[alphaPlace] = Sample(truncatingIfNeeded: Int(alpha))
      while place < alphaPlace {
        if alpha == 0 {
          out[place] = 0
        } else {
          let light = min(max(Double(sums[place]) * unit + centre, 0), weight)
          out[place] = sample(of: light / weight * one, by: samples)
        }
        place &+= 1
      }
      place &+= 1
    }
  }

  /// The sample for a light of 0 to `one`.
  @inline(__always)
  private static func sample<Sample>(of light: Double, by samples: Span<UInt32>) -> Sample
  where Sample: FixedWidthInteger & UnsignedInteger {
    let place = LightPlace(of: UInt32(truncatingIfNeeded: Int64(light + 0.5)))
    let below = UInt64(samples[place.index])
    let above = UInt64(samples[place.index &+ 1])
    let level = below &+ ((above &- below) &* place.fraction) &>> place.bits &+ hair
    return Sample(truncatingIfNeeded: (level &* UInt64(Sample.max) &+ 1 &<< 31) &>> 32)
  }

  private static var one: Double { Double(UInt32.max) }

  /// What lets halves go up, as they do elsewhere: where sRGB is straight, the mean of two samples is
  /// a half, but for the rounding of light before, which is up to 40 such units. They are less than
  /// 2^-9 of a level even of 16 bits.
  private static var hair: UInt64 { 64 }

  /// What sums were moved down by.
  private static var centre: Double { 0x1p31 }
}
