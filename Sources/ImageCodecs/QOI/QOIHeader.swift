import Raster

/// The 14 bytes at the start of a QOI file.
struct QOIHeader: Equatable {
  static let byteCount = 14
  static let magic = Array("qoif".utf8)

  var size: PixelSize
  var channels: PixelFormat.Channels

  /// Whether all channels are linear; otherwise colours are sRGB.
  var isLinear: Bool

  var pixelFormat: PixelFormat { PixelFormat(channels, .eight) }

  init(_ source: ByteSource, limits: DecodeLimits) throws {
    source.seek(to: 0)
    let bytes = try source.read(upTo: Self.byteCount)
    guard !bytes.isEmpty, bytes.starts(with: Self.magic.prefix(bytes.count)) else {
      throw CodecError(.notAnImage, "not a QOI: the signature is wrong")
    }
    guard bytes.count == Self.byteCount else {
      throw CodecError(.truncated, "the file ends early, in the header")
    }
    func side(at offset: Int) -> Int {
      bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    size = try limits.size(width: side(at: 4), height: side(at: 8))
    switch bytes[12] {
    case 3: channels = .rgb
    case 4: channels = .rgba
    default: throw CodecError(.corrupt, "the header claims \(bytes[12]) channels, not 3 or 4")
    }
    guard bytes[13] <= 1 else {
      throw CodecError(.corrupt, "the header claims colour space \(bytes[13]), not 0 or 1")
    }
    isLinear = bytes[13] == 1
  }

  init(_ layout: RowLayout, isLinear: Bool) {
    size = layout.size
    channels = layout.format.channels
    self.isLinear = isLinear
  }

  var bytes: [UInt8] {
    let sides = [size.width, size.height].flatMap { side in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: side >> $0) }
    }
    return Self.magic + sides + [UInt8(channels.rawValue), isLinear ? 1 : 0]
  }
}
