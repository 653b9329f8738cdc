import Raster

/// What IHDR says (PNG specification, third edition, section 11.2.1).
struct PNGPictureHeader: Equatable, Sendable {
  static let byteCount = 13

  enum ColourType: UInt8, Sendable {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6

    var sampleCount: Int {
      switch self {
      case .gray, .palette: 1
      case .grayAlpha: 2
      case .rgb: 3
      case .rgba: 4
      }
    }

    /// Table 12 of the specification.
    var allowedBitDepths: [Int] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .rgb, .grayAlpha, .rgba: [8, 16]
      }
    }

    /// Whether pixels have a hue.
    var hasColour: Bool { channels == .rgb || channels == .rgba }

    /// What the samples of a pixel mean, those of a palette's entries apart.
    var channels: PixelFormat.Channels {
      switch self {
      case .gray: .gray
      case .rgb, .palette: .rgb
      case .grayAlpha: .grayAlpha
      case .rgba: .rgba
      }
    }

    var stored: ImageHeader.StoredColour {
      switch self {
      case .gray: .gray
      case .rgb: .rgb
      case .palette: .palette
      case .grayAlpha: .grayAlpha
      case .rgba: .rgba
      }
    }
  }

  let size: PixelSize
  let bitDepth: Int
  let colourType: ColourType
  let isInterlaced: Bool

  /// A header of those fields, which were checked before.
  init(size: PixelSize, bitDepth: Int, colourType: ColourType, isInterlaced: Bool) {
    self.size = size
    self.bitDepth = bitDepth
    self.colourType = colourType
    self.isInterlaced = isInterlaced
  }

  /// What a writer says of rows of that layout.
  init(writing layout: RowLayout) {
    let colourType: ColourType =
      switch layout.format.channels {
      case .gray: .gray
      case .grayAlpha: .grayAlpha
      case .rgb: .rgb
      case .rgba: .rgba
      }
    self.init(
      size: layout.size, bitDepth: layout.format.depth.rawValue, colourType: colourType,
      isInterlaced: false)
  }

  /// - Throws: `CodecError` for sides that are too long to be said.
  func checkSides() throws(CodecError) {
    guard max(size.width, size.height) <= PNGChunk.maximumByteCount else {
      throw CodecError(.unsupported, "\(size) is beyond what PNG can say")
    }
  }

  /// The contents of an IHDR chunk.
  var contents: [UInt8] {
    let sides = UInt64(size.width) << 32 | UInt64(size.height)
    return (0..<8).map { UInt8(truncatingIfNeeded: sides >> UInt64(56 - 8 * $0)) }
      + [UInt8(bitDepth), colourType.rawValue, 0, 0, isInterlaced ? 1 : 0]
  }

  /// Reads the contents of an IHDR chunk.
  ///
  /// - Throws: `CodecError`, whose message does not name the chunk.
  init(_ bytes: [UInt8], limits: DecodeLimits) throws(CodecError) {
    guard bytes.count == Self.byteCount else {
      throw CodecError(.corrupt, "\(bytes.count) bytes long, not \(Self.byteCount)")
    }
    func side(at offset: Int) -> Int {
      bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let (width, height) = (side(at: 0), side(at: 4))
    guard max(width, height) <= PNGChunk.maximumByteCount else {
      throw CodecError(.corrupt, "the header claims \(width)x\(height) pixels")
    }
    size = try limits.size(width: width, height: height)
    bitDepth = Int(bytes[8])
    guard let colourType = ColourType(rawValue: bytes[9]) else {
      throw CodecError(.corrupt, "colour type \(bytes[9]) does not exist")
    }
    self.colourType = colourType
    guard colourType.allowedBitDepths.contains(bitDepth) else {
      throw CodecError(
        .corrupt, "bit depth \(bitDepth) does not go with colour type \(bytes[9])")
    }
    guard bytes[10] == 0 else {
      throw CodecError(.corrupt, "compression method \(bytes[10]) does not exist")
    }
    guard bytes[11] == 0 else {
      throw CodecError(.corrupt, "filter method \(bytes[11]) does not exist")
    }
    guard bytes[12] <= 1 else {
      throw CodecError(.corrupt, "interlace method \(bytes[12]) does not exist")
    }
    isInterlaced = bytes[12] == 1
  }

  /// The bytes of a row, its samples packed as stored.
  func packedRowByteCount() throws(SizeOverflow) -> Int {
    let bits = try size.width.times(bitDepth * colourType.sampleCount)
    return try bits.plus(7) / 8
  }

  /// The bytes from a sample to that of the pixel before, as filters count them: at least 1 (section
  /// 9.2).
  var filterByteCount: Int { max(1, bitDepth * colourType.sampleCount / 8) }

  /// The most bytes that a reader of such a picture holds.
  func readerByteCount() throws(SizeOverflow) -> Int {
    // libpng holds two rows, rounded up to 8 pixels, and the reader one; inflate's window and
    // state, libpng's own structures and its piece of IDAT take less than 128 KiB together.
    let rows = try packedRowByteCount().times(3).plus(128 << 10)
    guard isInterlaced else { return try rows.plus(PNGFastRows.byteCount(of: self)) }
    return try rows.plus(packedRowByteCount().times(size.height))
  }
}
