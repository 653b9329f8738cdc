/// What translucent pixels are looked at over.
package enum Backdrop: Hashable {
  case black, white

  /// Those that make a difference to pixels of a format: where nothing is translucent, one will do.
  package static func backdrops(for format: PixelFormat) -> [Backdrop] {
    format.hasAlpha ? [.black, .white] : [.black]
  }
}

/// Pixels as one number for their brightness, in levels of their depth.
package enum LumaKernels {
  /// The weights of red, green and blue (ITU-R BT.601-7, section 2.5.1).
  package static let weights = (red: 0.299, green: 0.587, blue: 0.114)

  /// The luma of a row; gray is its own.
  ///
  /// - Parameter luma: one for each pixel.
  package static func measure(
    _ row: UnsafeRawBufferPointer, of format: PixelFormat, over backdrop: Backdrop,
    into luma: UnsafeMutableBufferPointer<Double>
  ) {
    switch format.depth {
    case .eight: measure(row, UInt8.self, format.channels, backdrop, luma)
    case .sixteen: measure(row, UInt16.self, format.channels, backdrop, luma)
    }
  }

  @inline(__always)
  private static func measure<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, _: Sample.Type, _ channels: PixelFormat.Channels,
    _ backdrop: Backdrop, _ luma: UnsafeMutableBufferPointer<Double>
  ) {
    let samples = row.bindMemory(to: Sample.self)
    let full = Double(Sample.max)
    let light = backdrop == .white ? full : 0
    switch channels {
    case .gray:
      for x in 0..<luma.count { luma[x] = Double(samples[x]) }
    case .rgb:
      for x in 0..<luma.count { luma[x] = colour(samples, 3 &* x) }
    case .grayAlpha:
      for x in 0..<luma.count {
        let alpha = Double(samples[2 &* x &+ 1]) / full
        luma[x] = Double(samples[2 &* x]) * alpha + light * (1 - alpha)
      }
    case .rgba:
      for x in 0..<luma.count {
        let alpha = Double(samples[4 &* x &+ 3]) / full
        luma[x] = colour(samples, 4 &* x) * alpha + light * (1 - alpha)
      }
    }
  }

  @inline(__always)
  private static func colour<Sample: FixedWidthInteger>(
    _ samples: UnsafeBufferPointer<Sample>, _ place: Int
  ) -> Double {
    Double(samples[place]) * weights.red + Double(samples[place &+ 1]) * weights.green
      + Double(samples[place &+ 2]) * weights.blue
  }
}
