/// One picture's row laid over another's: T. Porter and T. Duff's "over" ("Compositing Digital
/// Images", SIGGRAPH 1984) on straight alpha, in whole numbers.
package enum OverlayKernels {
  /// An opacity of 1.
  package static let fullOpacity = 65535

  /// Lays a row over another.
  ///
  /// With a = alpha · opacity and b what a leaves of the alpha below, alpha becomes a + b, and
  /// colour (a · above + b · below) / (a + b). Each is the exact quotient, rounded half up. A pixel
  /// that nothing is laid on keeps even a hidden colour.
  ///
  /// - Parameters:
  ///   - above: pixels of the channels of `below`, and alpha where that has none.
  ///   - opacity: 0 to `fullOpacity`.
  ///   - below: as many pixels, which become the result.
  package static func lay(
    _ above: UnsafeRawBufferPointer, opacity: Int, over below: UnsafeMutableRawBufferPointer,
    of format: PixelFormat
  ) {
    switch format.depth {
    case .eight:
      lay(
        above.bindMemory(to: UInt8.self), opacity, over: below.bindMemory(to: UInt8.self),
        colourCount: format.hasColour ? 3 : 1, hasAlpha: format.hasAlpha)
    case .sixteen:
      lay(
        above.bindMemory(to: UInt16.self), opacity, over: below.bindMemory(to: UInt16.self),
        colourCount: format.hasColour ? 3 : 1, hasAlpha: format.hasAlpha)
    }
  }

  @inline(__always)
  private static func lay<Sample: FixedWidthInteger & UnsignedInteger>(
    _ above: UnsafeBufferPointer<Sample>, _ opacity: Int,
    over below: UnsafeMutableBufferPointer<Sample>, colourCount: Int, hasAlpha: Bool
  ) {
    let full = UInt64(Sample.max)
    let one = full * UInt64(fullOpacity)
    let opacity = UInt64(opacity)
    let stride = hasAlpha ? colourCount + 1 : colourCount
    var place = 0
    var source = 0
    while place < below.count {
      let weight = UInt64(above[source + colourCount]) * opacity
      if weight > 0 {
        // Shares of `one`, or with alpha of `one` · `full`: at most 65535^3.
        let ours = hasAlpha ? weight * full : weight
        let theirs = hasAlpha ? UInt64(below[place + colourCount]) * (one - weight) : one - weight
        let total = ours + theirs
        let alpha = hasAlpha ? (total + one / 2) / one : full
        for channel in 0..<colourCount {
          // At most 65535^4 and half of 65535^3, which 64 bits just hold.
          let sum =
            UInt64(above[source + channel]) * ours + UInt64(below[place + channel]) * theirs
          below[place + channel] =
            alpha == 0 ? 0 : Sample(truncatingIfNeeded: (sum + total / 2) / total)
        }
        if hasAlpha { below[place + colourCount] = Sample(truncatingIfNeeded: alpha) }
      }
      place += stride
      source += colourCount + 1
    }
  }

  /// Samples of 16 bits as samples of 8: sample / 257, rounded to the nearest, which no two are.
  package static func narrow(
    _ row: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) {
    let samples = row.bindMemory(to: UInt16.self)
    for index in 0..<out.count {
      out[index] = UInt8(truncatingIfNeeded: (UInt32(samples[index]) + 128) / 257)
    }
  }
}
