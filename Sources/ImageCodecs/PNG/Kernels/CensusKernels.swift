/// Questions about the samples of a row, interleaved, alpha last.
enum CensusKernels {
  /// Whether every alpha is full or none.
  @inline(__always)
  static func hasBinaryAlpha<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, channelCount: Int
  ) -> Bool {
    for place in stride(from: channelCount - 1, to: samples.count, by: channelCount) {
      // 0 and the largest alone are followed by 1 or less.
      guard samples[place] &+ 1 <= 1 else { return false }
    }
    return true
  }

  /// Whether each pixel has the same red, green and blue.
  @inline(__always)
  static func isGray<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, channelCount: Int
  ) -> Bool {
    for place in stride(from: 0, to: samples.count - 2, by: channelCount) {
      let red = samples[place]
      guard samples[place + 1] == red, samples[place + 2] == red else { return false }
    }
    return true
  }

  /// Whether each sample of 16 bits is a byte twice.
  @inline(__always)
  static func fitsEightBits<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>
  ) -> Bool {
    for sample in samples {
      guard sample >> 8 == sample & 0xFF else { return false }
    }
    return true
  }

  /// Adds the colours of the pixels, the higher byte of each sample counting.
  ///
  /// - Parameters:
  ///   - last: that of the pixel before, which needs no look into the table.
  ///   - changeCount: grows by one for each pixel that is not like the one before.
  /// - Returns: false where the table has no room for one of them.
  @inline(__always)
  static func collect<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, channelCount: Int, into table: ColourTable,
    last: inout UInt32, changeCount: inout Int
  ) -> Bool {
    guard samples.count >= channelCount else { return true }
    // The first pixel of all is like none before it.
    var previous =
      changeCount == 0 ? ~colour(of: samples, at: 0, channelCount: channelCount) : last
    var changes = changeCount
    defer { (last, changeCount) = (previous, changes) }
    var place = 0
    while place <= samples.count &- channelCount {
      let colour = colour(of: samples, at: place, channelCount: channelCount)
      place &+= channelCount
      guard colour != previous else { continue }
      previous = colour
      changes &+= 1
      guard table.place(adding: colour) != nil else { return false }
    }
    return true
  }

  /// Red, green, blue and alpha from the lowest byte to the highest, of a pixel's higher bytes.
  @inline(__always)
  static func colour<Sample: FixedWidthInteger & UnsignedInteger>(
    of samples: UnsafeBufferPointer<Sample>, at place: Int, channelCount: Int
  ) -> UInt32 {
    if Sample.bitWidth == 8, channelCount == 4 {
      return UInt32(
        littleEndian: UnsafeRawBufferPointer(samples).loadUnaligned(
          fromByteOffset: place, as: UInt32.self))
    }
    let shift = Sample.bitWidth - 8
    func byte(_ channel: Int) -> UInt32 {
      UInt32(truncatingIfNeeded: samples[place + channel] >> Sample(shift))
    }
    let red = byte(0)
    let isColour = channelCount >= 3
    let alpha = channelCount.isMultiple(of: 2) ? byte(channelCount - 1) : 255
    return red | (isColour ? byte(1) : red) << 8 | (isColour ? byte(2) : red) << 16 | alpha << 24
  }
}
