/// A PNG file made by hand (PNG specification, third edition), so that each of its parts may lie.
struct PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  var width: Int
  var height: Int
  var bitDepth = 8

  /// 0 gray, 2 colour, 3 palette, 4 gray with alpha, 6 colour with alpha.
  var colourType = 2

  /// The rows, one after the other, without filters.
  var samples: [UInt8]

  /// What stands between the header and the picture's data.
  var ancillaryChunks: [UInt8] = []

  init(width: Int, height: Int, samples: [UInt8]) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  var bytes: [UInt8] { Self.signature + header + ancillaryChunks + data + Self.chunk("IEND", []) }

  /// IHDR.
  var header: [UInt8] {
    let sides = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height))
    return Self.chunk("IHDR", sides + [UInt8(bitDepth), UInt8(colourType), 0, 0, 0])
  }

  /// IDAT.
  var data: [UInt8] {
    let channelCount = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 1
    // A width of 0, too, is to be claimed.
    let rowByteCount = max(1, (width * channelCount * bitDepth + 7) / 8)
    let rows = stride(from: 0, to: samples.count, by: rowByteCount).flatMap { start in
      // Each row begins with the number of its filter: none.
      [0] + samples[start..<min(start + rowByteCount, samples.count)]
    }
    return Self.chunk("IDAT", Self.zlib(rows))
  }

  /// The length, the type, the contents and their checksum.
  static func chunk(_ type: String, _ contents: [UInt8]) -> [UInt8] {
    let checked = Array(type.utf8) + contents
    return bigEndian(UInt32(contents.count)) + checked + bigEndian(crc32(checked))
  }

  /// A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4): nothing is compressed.
  static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(0xFFFF)
      rest = rest.dropFirst(block.count)
      let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
      stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    return stream + bigEndian(adler32(bytes))
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static let crcTable: [UInt32] = (0..<256).map { index in
    var remainder = UInt32(index)
    for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0xEDB8_8320) }
    return remainder
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes { remainder = remainder >> 8 ^ crcTable[Int(remainder & 0xFF) ^ Int(byte)] }
    return ~remainder
  }

  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return high << 16 | low
  }
}
