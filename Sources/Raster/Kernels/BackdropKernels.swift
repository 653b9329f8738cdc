/// The luma of pixels as they are seen over a backdrop, in levels of their depth, not rounded: what
/// two pictures are compared by.
package enum BackdropKernels {
  /// The weights of red, green and blue: those of Rec. ITU-R BT.601-7, section 2.5.1, by which JPEG
  /// goes, too, and not those of `Luma`, so that figures compare with those of other programs.
  package static let lumaWeights = (red: 0.299, green: 0.587, blue: 0.114)

  /// The luma of a row; gray is its own.
  ///
  /// - Parameter results: one for each pixel.
  package static func luma(
    _ row: UnsafeRawBufferPointer, of format: PixelFormat, over backdrop: Backdrop,
    into results: UnsafeMutableBufferPointer<Double>
  ) {
    switch format.depth {
    case .eight: luma(row, UInt8.self, format.channels, backdrop, results)
    case .sixteen: luma(row, UInt16.self, format.channels, backdrop, results)
    }
  }

  @inline(__always)
  private static func luma<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, _: Sample.Type, _ channels: PixelFormat.Channels,
    _ backdrop: Backdrop, _ results: UnsafeMutableBufferPointer<Double>
  ) {
    let samples = row.bindMemory(to: Sample.self)
    let full = Double(Sample.max)
    let light = backdrop == .white ? full : 0
    switch channels {
    case .gray:
      for x in 0..<results.count { results[x] = Double(samples[x]) }
    case .rgb:
      for x in 0..<results.count { results[x] = colour(samples, 3 &* x) }
    case .grayAlpha:
      for x in 0..<results.count {
        let alpha = Double(samples[2 &* x &+ 1]) / full
        results[x] = Double(samples[2 &* x]) * alpha + light * (1 - alpha)
      }
    case .rgba:
      for x in 0..<results.count {
        let alpha = Double(samples[4 &* x &+ 3]) / full
        results[x] = colour(samples, 4 &* x) * alpha + light * (1 - alpha)
      }
    }
  }

  @inline(__always)
  private static func colour<Sample: FixedWidthInteger>(
    _ samples: UnsafeBufferPointer<Sample>, _ place: Int
  ) -> Double {
    Double(samples[place]) * lumaWeights.red + Double(samples[place &+ 1]) * lumaWeights.green
      + Double(samples[place &+ 2]) * lumaWeights.blue
  }
}
