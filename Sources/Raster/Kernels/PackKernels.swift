/// Rows of any format to words of 8-bit RGB and alpha, and back.
enum PackKernels {
  /// Packs a row; 16-bit samples are rounded to 8 bits.
  static func pack(
    _ row: UnsafeRawBufferPointer, of format: PixelFormat,
    into out: UnsafeMutableBufferPointer<PackedColour>
  ) {
    switch format.depth {
    case .eight:
      pack(row.bindMemory(to: UInt8.self), format.channelCount, into: out) { $0 }
    case .sixteen:
      pack(row.bindMemory(to: UInt16.self), format.channelCount, into: out) {
        UInt8(truncatingIfNeeded: (UInt32($0) &+ 128) / 257)
      }
    }
  }

  @inline(__always)
  private static func pack<Sample>(
    _ samples: UnsafeBufferPointer<Sample>, _ channelCount: Int,
    into out: UnsafeMutableBufferPointer<PackedColour>, _ byte: (Sample) -> UInt8
  ) {
    let hasColour = channelCount >= 3
    let hasAlpha = channelCount.isMultiple(of: 2)
    var place = 0
    for x in 0..<out.count {
      let red = byte(samples[place])
      let green = hasColour ? byte(samples[place &+ 1]) : red
      let blue = hasColour ? byte(samples[place &+ 2]) : red
      let alpha = hasAlpha ? byte(samples[place &+ channelCount &- 1]) : 255
      out[x] = PackedColour(red, green, blue, alpha)
      place &+= channelCount
    }
  }

  /// Unpacks a row; a format without colour takes the red, one of 16 bits each byte twice.
  static func unpack(
    _ row: UnsafeBufferPointer<PackedColour>, into out: UnsafeMutableRawBufferPointer,
    of format: PixelFormat
  ) {
    switch format.depth {
    case .eight:
      unpack(row, into: out.bindMemory(to: UInt8.self), format.channelCount) { $0 }
    case .sixteen:
      unpack(row, into: out.bindMemory(to: UInt16.self), format.channelCount) {
        UInt16($0) &* 257
      }
    }
  }

  @inline(__always)
  private static func unpack<Sample>(
    _ row: UnsafeBufferPointer<PackedColour>, into out: UnsafeMutableBufferPointer<Sample>,
    _ channelCount: Int, _ sample: (UInt8) -> Sample
  ) {
    let hasColour = channelCount >= 3
    let hasAlpha = channelCount.isMultiple(of: 2)
    var place = 0
    for colour in row {
      out[place] = sample(colour.red)
      if hasColour {
        out[place &+ 1] = sample(colour.green)
        out[place &+ 2] = sample(colour.blue)
      }
      if hasAlpha { out[place &+ channelCount &- 1] = sample(colour.alpha) }
      place &+= channelCount
    }
  }
}
