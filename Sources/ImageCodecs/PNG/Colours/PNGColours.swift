import Raster

/// What PLTE and tRNS say, and the rows that follow from it.
///
/// Both the probe, from its own walk, and the reader, with libpng or without, come to one; so the
/// rules stand in one place.
struct PNGColours: Equatable, Sendable {
  /// The palette, three bytes an entry; empty for pictures without.
  var palette: [UInt8] = []

  /// The alpha of the palette's first entries; the others are opaque.
  var paletteAlpha: [UInt8] = []

  /// The one colour that is transparent: red, green and blue, or gray first. At the depth of the
  /// samples.
  var key: [UInt16]?

  var paletteEntryCount: Int { palette.count / 3 }

  /// Takes the contents of a PLTE chunk, as far as the picture can use it.
  ///
  /// Only a palette picture's own matters; for other pictures it is a suggestion.
  mutating func takePalette(_ bytes: [UInt8], of picture: PNGPictureHeader) {
    guard picture.colourType == .palette, palette.isEmpty, bytes.count % 3 == 0 else { return }
    palette = Array(bytes.prefix(3 << picture.bitDepth))
  }

  /// Takes the contents of a tRNS chunk; one that does not suit the picture is passed over, as
  /// libpng does.
  mutating func takeTransparency(_ bytes: [UInt8], of picture: PNGPictureHeader) {
    func sample(at index: Int) -> UInt16 {
      let (high, low) = (UInt16(bytes[2 * index]), UInt16(bytes[2 * index + 1]))
      return high << 8 | low
    }
    switch picture.colourType {
    case .palette:
      guard paletteAlpha.isEmpty, bytes.count <= paletteEntryCount else { return }
      paletteAlpha = bytes
    case .gray:
      guard key == nil, bytes.count == 2 else { return }
      setKey([sample(at: 0)], of: picture)
    case .rgb:
      guard key == nil, bytes.count == 6 else { return }
      setKey((0..<3).map(sample), of: picture)
    case .grayAlpha, .rgba:
      return
    }
  }

  /// Section 11.3.1.1: of a 16-bit value only the bits of the picture's depth count.
  mutating func setKey(_ samples: [UInt16], of picture: PNGPictureHeader) {
    let mask = UInt16.max >> (16 - picture.bitDepth)
    key = samples.map { $0 & mask }
  }

  /// The format of the rows: the smallest that holds every pixel exactly.
  ///
  /// - Parameter hasProfile: whether a colour profile is kept. A palette of grays then stays RGB,
  ///   because the profile of a palette picture is one for RGB.
  func pixelFormat(of picture: PNGPictureHeader, hasProfile: Bool) -> PixelFormat {
    let depth: PixelFormat.SampleDepth = picture.bitDepth == 16 ? .sixteen : .eight
    switch picture.colourType {
    case .gray: return PixelFormat(key == nil ? .gray : .grayAlpha, depth)
    case .grayAlpha: return PixelFormat(.grayAlpha, depth)
    case .rgb: return PixelFormat(key == nil ? .rgb : .rgba, depth)
    case .rgba: return PixelFormat(.rgba, depth)
    case .palette:
      let isGray = !hasProfile && (0..<paletteEntryCount).allSatisfy(isGrayEntry)
      let hasAlpha = paletteAlpha.contains { $0 != 255 }
      return PixelFormat(.init(hasColour: !isGray, hasAlpha: hasAlpha), .eight)
    }
  }

  private func isGrayEntry(_ index: Int) -> Bool {
    let entry = palette[3 * index..<3 * index + 3]
    return entry.allSatisfy { $0 == entry.first }
  }
}
