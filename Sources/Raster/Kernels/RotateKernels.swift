/// A picture looked at along a slanting line.
package enum RotateKernels {
  /// Places in a picture, where pixel 0's centre is 0.
  package struct Line {
    let x: Double
    let y: Double
    let stepX: Double
    let stepY: Double

    /// The line from (x, y), and from each place to the next.
    package init(x: Double, y: Double, stepX: Double, stepY: Double) {
      self.x = x
      self.y = y
      self.stepX = stepX
      self.stepY = stepY
    }
  }

  /// The samples of a whole picture.
  package struct Plane<Sample: FixedWidthInteger & UnsignedInteger> {
    let samples: UnsafeBufferPointer<Sample>
    let width: Int
    let height: Int
    let format: PixelFormat

    /// - Precondition: `samples` are those of a picture of that layout.
    package init(_ samples: UnsafeBufferPointer<Sample>, _ layout: RowLayout) {
      precondition(samples.count == layout.width * layout.height * layout.format.channelCount)
      self.samples = samples
      width = layout.width
      height = layout.height
      format = layout.format
    }

    /// Red, green, blue and alpha in levels of a sample, alpha multiplied into the others; 1 for
    /// full opacity.
    @inline(__always)
    func pixel(_ place: Int, hasColour: Bool, hasAlpha: Bool) -> SIMD4<Double> {
      let red = level(place)
      let alpha =
        hasAlpha
        ? level(place &+ (hasColour ? 3 : 1)) * (1 / Double(Sample.max)) : 1
      let colour =
        hasColour
        ? SIMD4(red, level(place &+ 1), level(place &+ 2), 1)
        : SIMD4(red, red, red, 1)
      return colour * alpha
    }

    // The generic conversion to `Double` is not the machine's.
    @inline(__always)
    private func level(_ place: Int) -> Double {
      Double(Int32(truncatingIfNeeded: samples[place]))
    }

    /// The pixel between pixels. Alpha is clamped to 0...1 and colours to 0 up to it.
    @inline(__always)
    func interpolated(_ x: Double, _ y: Double, hasColour: Bool, hasAlpha: Bool) -> SIMD4<Double> {
      let channelCount = (hasColour ? 3 : 1) + (hasAlpha ? 1 : 0)
      // What is up to 1 beyond the edge is asked for; truncation is the floor from 0 on.
      let (left, top) = (Int(x + 2) &- 2, Int(y + 2) &- 2)
      let across = catmullRom(x - Double(left))
      let down = catmullRom(y - Double(top))
      let (right, bottom) = (width &- 1, height &- 1)
      let columns = (
        min(max(left &- 1, 0), right) &* channelCount, min(max(left, 0), right) &* channelCount,
        min(max(left &+ 1, 0), right) &* channelCount, min(max(left &+ 2, 0), right) &* channelCount
      )
      func line(_ tap: Int) -> SIMD4<Double> {
        let row = min(max(top &+ tap, 0), bottom) &* width &* channelCount
        func pixel(_ column: Int) -> SIMD4<Double> {
          self.pixel(row &+ column, hasColour: hasColour, hasAlpha: hasAlpha)
        }
        return pixel(columns.0) * across.x + pixel(columns.1) * across.y
          + pixel(columns.2) * across.z + pixel(columns.3) * across.w
      }
      let sum = line(-1) * down.x + line(0) * down.y + line(1) * down.z + line(2) * down.w
      let alpha = hasAlpha ? min(max(sum.w, 0), 1) : 1
      let largest = alpha * Double(Sample.max)
      return SIMD4(
        min(max(sum.x, 0), largest), min(max(sum.y, 0), largest), min(max(sum.z, 0), largest),
        alpha)
    }
  }

  /// The weights of four pixels for a place between the inner two (Catmull and Rom's cubic, as
  /// `ResamplingFilter.catmullRom` has it).
  @inline(__always)
  private static func catmullRom(_ t: Double) -> SIMD4<Double> {
    SIMD4(
      ((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
      ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t)
  }

  /// The picture along a line, on a background.
  ///
  /// - Parameter out: a row of `format`, which has colour and alpha where the picture has, or where
  ///   the background asks for them.
  package static func sample<Sample>(
    _ plane: Plane<Sample>, along line: Line, background: Colour,
    into out: UnsafeMutableBufferPointer<Sample>, of format: PixelFormat
  ) where Sample: FixedWidthInteger & UnsignedInteger {
    // With the channels known, what is in the loops is without branches.
    switch plane.format.channels {
    case .gray: sample(plane, line, background, into: out, format, false, false)
    case .grayAlpha: sample(plane, line, background, into: out, format, false, true)
    case .rgb: sample(plane, line, background, into: out, format, true, false)
    case .rgba: sample(plane, line, background, into: out, format, true, true)
    }
  }

  @inline(__always)
  private static func sample<Sample>(
    _ plane: Plane<Sample>, _ line: Line, _ background: Colour,
    into out: UnsafeMutableBufferPointer<Sample>, _ format: PixelFormat, _ hasColour: Bool,
    _ hasAlpha: Bool
  ) where Sample: FixedWidthInteger & UnsignedInteger {
    let levels = Double(Sample.max) / 255
    let opacity = Double(background.alpha) / 255
    let around =
      SIMD4(
        Double(background.red) * levels, Double(background.green) * levels,
        Double(background.blue) * levels, 1) * opacity
    for x in 0..<out.count / format.channelCount {
      let place = (
        x: line.x + Double(x) * line.stepX, y: line.y + Double(x) * line.stepY
      )
      // Half a pixel beyond the last centre is the edge.
      let cover = coverage(place.x, plane.width) * coverage(place.y, plane.height)
      var pixel = around
      if cover > 0 {
        let inner = plane.interpolated(
          place.x, place.y, hasColour: hasColour, hasAlpha: hasAlpha)
        pixel = inner * cover + around * (1 - cover)
      }
      store(pixel, into: out, at: x * format.channelCount, format)
    }
  }

  // 1 within, 0 without, and half on the edge. A picture narrower than the slope is never all of
  // what is seen.
  @inline(__always)
  private static func coverage(_ place: Double, _ count: Int) -> Double {
    min(max(place + 1, 0), 1) * min(max(Double(count) - place, 0), 1)
  }

  @inline(__always)
  private static func store<Sample>(
    _ pixel: SIMD4<Double>, into out: UnsafeMutableBufferPointer<Sample>, at place: Int,
    _ format: PixelFormat
  ) where Sample: FixedWidthInteger & UnsignedInteger {
    var colour = pixel
    var alphaPlace = place + format.channelCount
    if format.hasAlpha {
      alphaPlace -= 1
      let alpha = Int32(pixel.w * Double(Sample.max) + 0.5)
      out[alphaPlace] = Sample(truncatingIfNeeded: alpha)
      colour = alpha == 0 ? .zero : pixel / pixel.w
    }
    for channel in 0..<alphaPlace - place {
      let level = min(colour[channel], Double(Sample.max))
      out[place + channel] = Sample(truncatingIfNeeded: Int32(level + 0.5))
    }
  }
}
