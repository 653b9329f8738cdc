import Raster

/// QOI files (qoiformat.org, version 1.0), written as the specification's reference does: for each
/// pixel the first of run, index, difference, luma and whole colour that fits.
struct QOIEncoder {
  private typealias Colour = SIMD4<UInt8>

  private var bytes: [UInt8] = []
  private var seen = [Colour](repeating: Colour(), count: 64)
  private var previous = Colour(0, 0, 0, 255)
  private var runLength = 0

  static let endMarker: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]

  /// The file for an 8-bit RGB or RGBA picture.
  ///
  /// - Parameter isLinear: what the header says of the colour space; it changes no pixel.
  static func file(of picture: Picture, isLinear: Bool = false) -> [UInt8] {
    var encoder = QOIEncoder()
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        var colour = Colour(repeating: 255)
        for channel in 0..<picture.channelCount { colour[channel] = UInt8(picture[x, y, channel]) }
        encoder.append(colour)
      }
    }
    encoder.endRun()
    let sides =
      [UInt8](bigEndian: UInt32(picture.width)) + [UInt8](bigEndian: UInt32(picture.height))
    let header = [UInt8]("qoif") + sides + [UInt8(picture.channelCount), isLinear ? 1 : 0]
    return header + encoder.bytes + endMarker
  }

  private mutating func append(_ colour: Colour) {
    defer { previous = colour }
    if colour == previous {
      runLength += 1
      // 63 and 64 would look like the whole colours' bytes.
      if runLength == 62 { endRun() }
      return
    }
    endRun()
    let weighted = Int(colour.x) * 3 + Int(colour.y) * 5 + Int(colour.z) * 7 + Int(colour.w) * 11
    let place = weighted % 64
    if seen[place] == colour {
      bytes.append(UInt8(place))
      return
    }
    seen[place] = colour
    guard colour.w == previous.w else {
      bytes += [0xFF, colour.x, colour.y, colour.z, colour.w]
      return
    }
    // Differences wrap around: from 255 to 0 it is one.
    let step = SIMD4<Int8>(truncatingIfNeeded: colour &- previous)
    let (red, green, blue) = (Int(step.x), Int(step.y), Int(step.z))
    let (redToGreen, blueToGreen) = (red - green, blue - green)
    if [red, green, blue].allSatisfy((-2...1).contains) {
      bytes.append(UInt8(0x40 + (red + 2) * 16 + (green + 2) * 4 + blue + 2))
    } else if (-32...31).contains(green), (-8...7).contains(redToGreen),
      (-8...7).contains(blueToGreen)
    {
      bytes += [UInt8(0x80 + green + 32), UInt8((redToGreen + 8) * 16 + blueToGreen + 8)]
    } else {
      bytes += [0xFE, colour.x, colour.y, colour.z]
    }
  }

  private mutating func endRun() {
    guard runLength > 0 else { return }
    bytes.append(UInt8(0xC0 + runLength - 1))
    runLength = 0
  }
}
