import Raster

/// What stands before the picture data and says what the pixels are.
struct PNGPictureStart {
  let picture: PNGPictureHeader
  let colours: PNGColours

  /// What was found by whoever has judged it.
  init(picture: PNGPictureHeader, colours: PNGColours) {
    self.picture = picture
    self.colours = colours
  }

  /// Reads a file that is as it should be, and not interlaced, up to the length and type of its first
  /// IDAT chunk.
  ///
  /// PLTE and tRNS must be what the picture needs, and in their places; all other chunks are passed
  /// over, as libpng was told to. Where it would complain, or only might, the file is odd.
  ///
  /// - Throws: `PNGOddity`; what the source throws.
  init(ofSound source: ByteSource) throws {
    source.seek(to: 0)
    guard try source.bigEndian(UInt64.self) == PNGChunkWalk.signatureCode else {
      throw PNGOddity()
    }
    var chunks = PNGSoundChunks(source)
    picture = try Self.picture(&chunks)
    var colours = PNGColours()
    while true {
      try chunks.begin()
      switch chunks.type {
      case .plte:
        try Self.readPalette(&chunks, of: picture, into: &colours)
      case .trns:
        try Self.readTransparency(&chunks, of: picture, into: &colours)
      case .idat:
        guard picture.colourType != .palette || !colours.palette.isEmpty else {
          throw PNGOddity()
        }
        self.colours = colours
        return
      default:
        try chunks.passOver()
      }
    }
  }

  private static func picture(_ chunks: inout PNGSoundChunks) throws -> PNGPictureHeader {
    try chunks.begin()
    guard chunks.type == .ihdr, chunks.rest == PNGPictureHeader.byteCount else {
      throw PNGOddity()
    }
    let bytes = try chunks.contents()
    // The probe has held the file against the limits, and the reader holds both sizes together.
    let limits = DecodeLimits(maximumPixelCount: .max, maximumSide: .max)
    guard let picture = try? PNGPictureHeader(bytes, limits: limits), !picture.isInterlaced else {
      throw PNGOddity()
    }
    return picture
  }

  private static func readPalette(
    _ chunks: inout PNGSoundChunks, of picture: PNGPictureHeader, into colours: inout PNGColours
  ) throws {
    guard picture.colourType == .palette, colours.palette.isEmpty, chunks.rest > 0,
      chunks.rest.isMultiple(of: 3), chunks.rest <= 3 << picture.bitDepth
    else { throw PNGOddity() }
    colours.takePalette(try chunks.contents(), of: picture)
  }

  private static func readTransparency(
    _ chunks: inout PNGSoundChunks, of picture: PNGPictureHeader, into colours: inout PNGColours
  ) throws {
    guard colours.paletteAlpha.isEmpty, colours.key == nil else { throw PNGOddity() }
    let byteCounts =
      switch picture.colourType {
      case .gray: 2...2
      case .rgb: 6...6
      case .palette where !colours.palette.isEmpty: 1...colours.paletteEntryCount
      case .palette, .grayAlpha, .rgba: throw PNGOddity()
      }
    guard byteCounts.contains(chunks.rest) else { throw PNGOddity() }
    let bytes = try chunks.contents()
    colours.takeTransparency(bytes, of: picture)
    guard let key = colours.key else { return }
    // Bits beyond the depth are worth a warning.
    guard key.flatMap({ [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) == bytes else { throw PNGOddity() }
  }
}
