/// Luma turned into shades of one colour.
package enum TintKernels {
  /// The way from black over a colour to white, and how far a sample is led to it.
  package struct Ramp {
    /// The colour in samples of the picture's depth.
    let colour: SIMD4<Int>

    /// The largest sample.
    let full: Int

    /// The colour's luma times `Luma.one`.
    let luma: Int

    /// How much of the result is tinted, in units of 1 / `Factor.one`.
    let amount: Int

    /// The way over `colour` for samples up to `full`.
    package init(_ colour: Colour, full: Int, amount: Int) {
      let scale = full / 255
      let (red, green, blue) = (Int(colour.red), Int(colour.green), Int(colour.blue))
      self.colour = SIMD4(red * scale, green * scale, blue * scale, 0)
      self.full = full
      luma = Luma.weighed(red, green, blue) * scale
      self.amount = amount
    }
  }

  /// Tints each pixel; alpha is copied.
  ///
  /// - Parameter out: as many pixels of RGB, with alpha where `channels` have it.
  @inline(__always)
  package static func tint<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, of sample: Sample.Type, _ channels: PixelFormat.Channels,
    by ramp: Ramp, into out: UnsafeMutableRawBufferPointer
  ) {
    let samples = row.bindMemory(to: sample)
    let results = out.bindMemory(to: sample)
    let channelCount = channels.rawValue
    let hasColour = channelCount >= 3
    let hasAlpha = channelCount.isMultiple(of: 2)
    let rest = Factor.one - ramp.amount
    var place = 0
    var result = 0
    while place &+ channelCount <= samples.count {
      let red = Int(truncatingIfNeeded: samples[place])
      let green = hasColour ? Int(truncatingIfNeeded: samples[place &+ 1]) : red
      let blue = hasColour ? Int(truncatingIfNeeded: samples[place &+ 2]) : red
      let luma = Luma.weighed(red, green, blue)
      // A shade is (from · down + to · up) / (down + up). Colours without luma are black, which
      // leaves the way from there to white; and white's own luma is on the first half.
      let isDark = luma < ramp.luma || ramp.luma == Luma.one &* ramp.full
      let up = isDark ? luma : luma &- ramp.luma
      let span = isDark ? ramp.luma : Luma.one &* ramp.full &- ramp.luma
      let own = (red, green, blue)
      let from = isDark ? SIMD4<Int>(repeating: 0) : ramp.colour
      let to = isDark ? ramp.colour : SIMD4<Int>(repeating: ramp.full)
      // Below 65535² · 10^4 · 10^5, which is below 2^62.
      let shade = (from &* (span &- up) &+ to &* up) &* ramp.amount
      let unit = span &* Factor.one
      results[result] = quotient(own.0 &* rest &* span &+ shade.x, unit)
      results[result &+ 1] = quotient(own.1 &* rest &* span &+ shade.y, unit)
      results[result &+ 2] = quotient(own.2 &* rest &* span &+ shade.z, unit)
      result &+= 3
      if hasAlpha {
        results[result] = samples[place &+ channelCount &- 1]
        result &+= 1
      }
      place &+= channelCount
    }
  }

  // Rounded half up. Numbers of 8-bit samples are below 2^53, and so is their quotient in `Double`,
  // the fastest exact division there is.
  @inline(__always)
  private static func quotient<Sample: FixedWidthInteger & UnsignedInteger>(
    _ number: Int, _ unit: Int
  ) -> Sample {
    if Sample.bitWidth == 8 {
      return Sample(truncatingIfNeeded: Int(Double(number) / Double(unit) + 0.5))
    }
    return Sample(truncatingIfNeeded: (number &+ unit / 2) / unit)
  }
}
