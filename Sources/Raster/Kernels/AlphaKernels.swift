/// Alpha looked at, composited, dropped or kept alone.
package enum AlphaKernels {
  /// Whether every pixel of a row is opaque.
  package static func isOpaque(_ row: UnsafeRawBufferPointer, of format: PixelFormat) -> Bool {
    guard format.hasAlpha else { return true }
    return switch format.depth {
    case .eight: isOpaque(row, UInt8.self, format.channelCount)
    case .sixteen: isOpaque(row, UInt16.self, format.channelCount)
    }
  }

  // To look at all samples, with no way out between, is a loop that the compiler makes vectors of.
  @inline(__always)
  private static func isOpaque<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, _ sample: Sample.Type, _ channelCount: Int
  ) -> Bool {
    let samples = row.bindMemory(to: sample)
    var all = Sample.max
    if channelCount == 4 {
      for place in stride(from: 3, to: samples.count, by: 4) { all &= samples[place] }
    } else {
      for place in stride(from: 1, to: samples.count, by: 2) { all &= samples[place] }
    }
    return all == .max
  }

  /// Composites each pixel onto an opaque colour, exactly rounded.
  ///
  /// - Parameters:
  ///   - product: an integer of twice a sample's width.
  ///   - channels: those of `row`, which has alpha.
  ///   - output: the same without alpha, or RGB for gray.
  package static func flatten<
    Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable,
    Product: FixedWidthInteger & UnsignedInteger
  >(
    _ row: UnsafeRawBufferPointer, of sample: Sample.Type, _ channels: PixelFormat.Channels,
    onto background: Colour, product: Product.Type, into out: UnsafeMutableRawBufferPointer,
    _ output: PixelFormat.Channels
  ) {
    let samples = row.bindMemory(to: sample)
    let results = out.bindMemory(to: sample)
    let scale = Product(truncatingIfNeeded: Sample.max) / 255
    let red = Product(truncatingIfNeeded: background.red) &* scale
    let green = Product(truncatingIfNeeded: background.green) &* scale
    let blue = Product(truncatingIfNeeded: background.blue) &* scale
    var place = 0
    var result = 0
    switch (channels, output) {
    case (.rgba, _):
      while place &+ 4 <= samples.count {
        let alpha = samples[place &+ 3]
        results[result] = over(samples[place], alpha, red)
        results[result &+ 1] = over(samples[place &+ 1], alpha, green)
        results[result &+ 2] = over(samples[place &+ 2], alpha, blue)
        place &+= 4
        result &+= 3
      }
    case (_, .rgb):
      while place &+ 2 <= samples.count {
        let (gray, alpha) = (samples[place], samples[place &+ 1])
        results[result] = over(gray, alpha, red)
        results[result &+ 1] = over(gray, alpha, green)
        results[result &+ 2] = over(gray, alpha, blue)
        place &+= 2
        result &+= 3
      }
    default:
      while place &+ 2 <= samples.count {
        results[result] = over(samples[place], samples[place &+ 1], red)
        place &+= 2
        result &+= 1
      }
    }
  }

  // (sample · alpha + background · (full − alpha)) / full, rounded. The quotient by 2^n − 1 is taken
  // as x/2^n + x/4^n, which is exact for all sums there can be, and fits: full² + 2^(n-1), and a
  // 2^n-th of that, are below 4^n.
  @inline(__always)
  private static func over<
    Sample: FixedWidthInteger & UnsignedInteger, Product: FixedWidthInteger & UnsignedInteger
  >(_ sample: Sample, _ alpha: Sample, _ background: Product) -> Sample {
    let bits = Product(truncatingIfNeeded: Sample.bitWidth)
    let weight = Product(truncatingIfNeeded: alpha)
    let rest = Product(truncatingIfNeeded: ~alpha)
    let sum =
      Product(truncatingIfNeeded: sample) &* weight &+ background &* rest &+ 1 &<< (bits &- 1)
    return Sample(truncatingIfNeeded: (sum &+ sum &>> bits) &>> bits)
  }

  /// The first bytes of each pixel.
  package static func copyColour(
    _ row: UnsafeRawBufferPointer, bytesPerPixel: Int, into out: UnsafeMutableRawBufferPointer,
    bytesPerPixel outputBytesPerPixel: Int
  ) {
    var from = 0
    for to in stride(from: 0, to: out.count, by: outputBytesPerPixel) {
      CopyKernels.copyPixel(row, from, into: out, to, outputBytesPerPixel)
      from += bytesPerPixel
    }
  }

  /// The last bytes of each pixel.
  package static func copyAlpha(
    _ row: UnsafeRawBufferPointer, bytesPerPixel: Int, into out: UnsafeMutableRawBufferPointer,
    bytesPerSample: Int
  ) {
    var from = bytesPerPixel - bytesPerSample
    for to in stride(from: 0, to: out.count, by: bytesPerSample) {
      CopyKernels.copyPixel(row, from, into: out, to, bytesPerSample)
      from += bytesPerPixel
    }
  }
}
