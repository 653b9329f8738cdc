/// How far two rows of one format are apart, pixel by pixel.
///
/// Translucent pixels are held against each other as they look over black and over white. Over black
/// a sample is c·a, over white c·a + (1 − a), so a length is a whole number of steps, of which a
/// level has as many as alpha has values above 0; nothing is rounded. Pixels whose alpha is 0 are
/// equal, whatever colours they hide.
package enum DifferenceKernels {
  /// What a row adds to the difference of two pictures.
  package struct RowDifference: Equatable {
    /// The greatest difference of a sample, in steps.
    package var maximum = 0
    /// The pixels that differ.
    package var pixelCount = 0
    /// The sum over all colour samples, in steps squared, of what is seen over black.
    package var squaresOverBlack = 0.0
    /// The same over white; where nothing is translucent it is no other.
    package var squaresOverWhite = 0.0

    package init() {}
  }

  /// Steps a level: 1 where there is no alpha.
  package static func stepsPerLevel(in format: PixelFormat) -> Int {
    format.hasAlpha ? format.maximumSample : 1
  }

  /// Adds up the differences of a row.
  ///
  /// - Parameter second: as many bytes as `first` has, of the same format.
  package static func measure(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, of format: PixelFormat
  ) -> RowDifference {
    switch format.depth {
    case .eight: measure(first, second, UInt8.self, format.channels)
    case .sixteen: measure(first, second, UInt16.self, format.channels)
    }
  }

  /// Writes for each pixel the greatest difference of one of its samples, in steps.
  ///
  /// - Parameter steps: one for each pixel.
  package static func lengths(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, of format: PixelFormat,
    into steps: UnsafeMutableBufferPointer<Int>
  ) {
    switch format.depth {
    case .eight: lengths(first, second, UInt8.self, format.channels, steps)
    case .sixteen: lengths(first, second, UInt16.self, format.channels, steps)
    }
  }

  @inline(__always)
  private static func measure<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _: Sample.Type,
    _ channels: PixelFormat.Channels
  ) -> RowDifference {
    let first = first.bindMemory(to: Sample.self)
    let second = second.bindMemory(to: Sample.self)
    return switch channels {
    case .gray: opaque(first, second, channelCount: 1)
    case .rgb: opaque(first, second, channelCount: 3)
    case .grayAlpha: translucent(first, second, colourCount: 1)
    case .rgba: translucent(first, second, colourCount: 3)
    }
  }

  @inline(__always)
  private static func opaque<Sample: FixedWidthInteger & UnsignedInteger>(
    _ first: UnsafeBufferPointer<Sample>, _ second: UnsafeBufferPointer<Sample>, channelCount: Int
  ) -> RowDifference {
    var row = RowDifference()
    // Room for thousands of millions of samples.
    var squares: UInt64 = 0
    var place = 0
    while place < first.count {
      var length = 0
      for channel in 0..<channelCount {
        let difference = abs(Int(first[place + channel]) &- Int(second[place + channel]))
        squares &+= UInt64(truncatingIfNeeded: difference &* difference)
        length = max(length, difference)
      }
      row.pixelCount &+= length > 0 ? 1 : 0
      row.maximum = max(row.maximum, length)
      place &+= channelCount
    }
    row.squaresOverBlack = Double(squares)
    row.squaresOverWhite = row.squaresOverBlack
    return row
  }

  @inline(__always)
  private static func translucent<Sample: FixedWidthInteger & UnsignedInteger>(
    _ first: UnsafeBufferPointer<Sample>, _ second: UnsafeBufferPointer<Sample>, colourCount: Int
  ) -> RowDifference {
    var row = RowDifference()
    var place = 0
    while place < first.count {
      var length = 0
      let veil = veil(first, second, place + colourCount)
      for channel in place..<place + colourCount {
        let black = overBlack(first, second, channel, alphaPlace: place + colourCount)
        let white = black &- veil
        length = max(length, abs(black), abs(white))
        // Of 16 bits, the square of a length is beyond 63 bits.
        row.squaresOverBlack += Double(black) * Double(black)
        row.squaresOverWhite += Double(white) * Double(white)
      }
      row.pixelCount &+= length > 0 ? 1 : 0
      row.maximum = max(row.maximum, length)
      place &+= colourCount &+ 1
    }
    return row
  }

  @inline(__always)
  private static func lengths<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _: Sample.Type,
    _ channels: PixelFormat.Channels, _ steps: UnsafeMutableBufferPointer<Int>
  ) {
    let first = first.bindMemory(to: Sample.self)
    let second = second.bindMemory(to: Sample.self)
    let channelCount = channels.rawValue
    let hasAlpha = channelCount.isMultiple(of: 2)
    let colourCount = hasAlpha ? channelCount - 1 : channelCount
    for x in 0..<steps.count {
      let place = x &* channelCount
      let veil = hasAlpha ? veil(first, second, place + colourCount) : 0
      var length = 0
      for channel in place..<place + colourCount {
        let black =
          hasAlpha
          ? overBlack(first, second, channel, alphaPlace: place + colourCount)
          : Int(first[channel]) &- Int(second[channel])
        length = max(length, abs(black), abs(black &- veil))
      }
      steps[x] = length
    }
  }

  /// The difference of a colour sample over black.
  @inline(__always)
  private static func overBlack<Sample: FixedWidthInteger & UnsignedInteger>(
    _ first: UnsafeBufferPointer<Sample>, _ second: UnsafeBufferPointer<Sample>, _ place: Int,
    alphaPlace: Int
  ) -> Int {
    Int(first[place]) &* Int(first[alphaPlace]) &- Int(second[place]) &* Int(second[alphaPlace])
  }

  /// What a difference over white is less than one over black.
  @inline(__always)
  private static func veil<Sample: FixedWidthInteger & UnsignedInteger>(
    _ first: UnsafeBufferPointer<Sample>, _ second: UnsafeBufferPointer<Sample>, _ place: Int
  ) -> Int {
    (Int(first[place]) &- Int(second[place])) &* Int(Sample.max)
  }
}
