/// Something in a file is not as it should be; libpng judges it then, so that there is one judge and
/// one set of words.
struct PNGOddity: Error {
  /// Whether it is the checksum over all of the picture data.
  var isWrongChecksum = false
}

/// The chunks of a file one behind the other, lengths, types and checksums looked at on the way.
///
/// All that libpng says a word about ends it with `PNGOddity`.
struct PNGSoundChunks {
  private let source: ByteSource
  /// The chunk that was begun last.
  private(set) var type = PNGChunkType(code: 0)
  /// The bytes of its contents that were not read yet.
  private(set) var rest = 0
  private var crc: UInt32 = 0

  /// What libpng was told, in reader.c.
  private static let maximumByteCount = 8_000_000

  private static let dataCRC = PNGChunkType.idat.crc

  /// - Parameter source: stands before the length of the first chunk.
  init(_ source: ByteSource) {
    self.source = source
  }

  /// Reads the length and the type of the next chunk.
  mutating func begin() throws {
    guard let frame = try source.bigEndian(UInt64.self) else { throw PNGOddity() }
    type = PNGChunkType(code: UInt32(truncatingIfNeeded: frame))
    rest = Int(frame >> 32)
    // Of a longer one libpng has something to say.
    guard rest <= Self.maximumByteCount else { throw PNGOddity() }
    crc = type == .idat ? Self.dataCRC : type.crc
  }

  /// Reads the next bytes of the contents, where some are left: one at least.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(rest, buffer.count)])
    let count = try source.read(into: part)
    guard count > 0 else { throw PNGOddity() }
    crc = CRC32.update(crc, UnsafeRawBufferPointer(rebasing: part[..<count]))
    rest -= count
    return count
  }

  /// Reads the checksum behind the contents.
  func end() throws {
    guard try source.bigEndian(UInt32.self) == crc else { throw PNGOddity() }
  }

  /// Reads all of the contents, and the checksum.
  ///
  /// - Precondition: there are few of them.
  mutating func contents() throws -> [UInt8] {
    let byteCount = rest
    let bytes = try [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
      let buffer = UnsafeMutableRawBufferPointer(bytes)
      while rest > 0 {
        count += try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
      }
    }
    try end()
    return bytes
  }

  /// Reads to the end of a chunk that libpng was told not to need, and passes over without a word.
  mutating func passOver() throws {
    guard type.isValid, !type.isCritical, !type.isReserved, type != .trns else {
      throw PNGOddity()
    }
    // So few bytes stand on the stack.
    try withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { buffer in
      while rest > 0 { _ = try read(into: buffer) }
    }
    try end()
  }
}
