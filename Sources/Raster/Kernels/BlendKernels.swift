/// Pixels laid over others, straight alpha in and out.
package enum BlendKernels {
  /// Lays a row over another, which becomes the result: Porter and Duff's "over" (Compositing
  /// digital images, 1984), each sample rounded once, to the nearest value.
  ///
  /// What is seen through an opaque pixel or a transparent one stays as it is, to the bit.
  ///
  /// - Parameters:
  ///   - top: the upper row.
  ///   - bottom: as many bytes.
  ///   - format: that of both rows; without alpha the upper one hides the lower one.
  package static func layOver(
    _ top: UnsafeRawBufferPointer, _ bottom: UnsafeMutableRawBufferPointer, of format: PixelFormat
  ) {
    precondition(top.count == bottom.count)
    switch (format.channels, format.depth) {
    case (.gray, _), (.rgb, _): bottom.copyMemory(from: top)
    case (.grayAlpha, .eight): layOver(top, bottom, UInt8.self, colourCount: 1)
    case (.grayAlpha, .sixteen): layOver(top, bottom, UInt16.self, colourCount: 1)
    case (.rgba, .eight): layOver(top, bottom, UInt8.self, colourCount: 3)
    case (.rgba, .sixteen): layOver(top, bottom, UInt16.self, colourCount: 3)
    }
  }

  @inline(__always)
  private static func layOver<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ top: UnsafeRawBufferPointer, _ bottom: UnsafeMutableRawBufferPointer, _: Sample.Type,
    colourCount: Int
  ) {
    let upper = top.bindMemory(to: Sample.self)
    let lower = bottom.bindMemory(to: Sample.self)
    let most = UInt64(Sample.max)
    let step = colourCount + 1
    for pixel in stride(from: 0, to: upper.count - colourCount, by: step) {
      let alpha = UInt64(upper[pixel + colourCount])
      let alphaBelow = UInt64(lower[pixel + colourCount])
      if alpha == 0 { continue }
      if alpha == most || alphaBelow == 0 {
        for place in pixel..<pixel + step { lower[place] = upper[place] }
        continue
      }
      // In units of 1 / most², so that nothing is rounded before the end; the largest product
      // below has 49 bits.
      let share = alpha * most
      let shareBelow = alphaBelow * (most - alpha)
      let sum = share + shareBelow
      for place in pixel..<pixel + colourCount {
        let mixed = UInt64(upper[place]) * share + UInt64(lower[place]) * shareBelow
        lower[place] = Sample(truncatingIfNeeded: (2 * mixed + sum) / (2 * sum))
      }
      lower[pixel + colourCount] = Sample(truncatingIfNeeded: (2 * sum + most) / (2 * most))
    }
  }
}
