/// Goes from chunk to chunk, and reads only what it is asked for: the rest is skipped by seeking.
struct PNGChunkWalk {
  static let signature: [UInt8] = signatureCode.bigEndianBytes
  static let signatureCode: UInt64 = 0x8950_4E47_0D0A_1A0A

  private let source: ByteSource
  private var nextOffset = signature.count

  /// A walk over the chunks of `source`, whose signature is not looked at here.
  init(over source: ByteSource) {
    self.source = source
  }

  /// The next chunk, or nil where the bytes end or make no sense as a chunk.
  ///
  /// The chunk's contents may reach beyond the end of the bytes.
  mutating func next() throws -> PNGChunk? {
    source.seek(to: nextOffset)
    guard let frame = try source.bigEndian(UInt64.self) else { return nil }
    let byteCount = Int(frame >> 32)
    guard byteCount <= PNGChunk.maximumByteCount else { return nil }
    let chunk = PNGChunk(
      type: PNGChunkType(code: UInt32(truncatingIfNeeded: frame)), byteCount: byteCount,
      offset: nextOffset)
    guard chunk.type.isValid else { return nil }
    nextOffset = chunk.end
    return chunk
  }

  /// The contents of `chunk`, or nil where the bytes end before its CRC does.
  ///
  /// - Parameter chunk: one whose `byteCount` was found small enough to be held.
  func contents(of chunk: PNGChunk) throws -> Contents? {
    guard chunk.end <= source.byteCount else { return nil }
    source.seek(to: chunk.contents)
    let bytes = try source.read(upTo: chunk.byteCount)
    guard bytes.count == chunk.byteCount, let crc = try source.bigEndian(UInt32.self) else {
      return nil
    }
    return Contents(type: chunk.type, bytes: bytes, storedCRC: crc)
  }

  /// The chunk that the last of the first `offset` bytes belongs to, whatever it is; nil where they
  /// are none of a chunk's.
  ///
  /// It takes as many reads as there are chunks before, and leaves the source where it is.
  static func chunk(before offset: Int, in source: ByteSource) throws -> PNGChunk? {
    let position = source.position
    defer { source.seek(to: position) }
    var start = signature.count
    while start < offset {
      source.seek(to: start)
      guard let frame = try source.bigEndian(UInt64.self) else { return nil }
      let chunk = PNGChunk(
        type: PNGChunkType(code: UInt32(truncatingIfNeeded: frame)),
        byteCount: Int(frame >> 32), offset: start)
      if offset <= chunk.end { return chunk }
      start = chunk.end
    }
    return nil
  }

  /// The first bytes of the contents of `chunk`, or nil where the bytes end before.
  func start(of chunk: PNGChunk, byteCount: Int) throws -> [UInt8]? {
    source.seek(to: chunk.contents)
    let bytes = try source.read(upTo: byteCount)
    return bytes.count == byteCount ? bytes : nil
  }

  /// The bytes of all chunks, and of what stands around them.
  var sourceByteCount: Int { source.byteCount }

  /// What stands in a chunk, with the checksum that it claims.
  struct Contents {
    let type: PNGChunkType
    let bytes: [UInt8]
    let storedCRC: UInt32

    /// Whether the checksum is right.
    var isIntact: Bool { isIntact(as: type) }

    /// Whether the checksum would be right if the chunk were of another type.
    func isIntact(as type: PNGChunkType) -> Bool { crc(of: type, bytes) == storedCRC }
  }
}

/// The checksum of a chunk (PNG specification, third edition, section 5.5).
func crc(of type: PNGChunkType, _ contents: [UInt8]) -> UInt32 {
  contents.withUnsafeBytes { CRC32.update(type.crc, $0) }
}

extension PNGChunkType {
  /// The checksum of a chunk as far as its contents.
  var crc: UInt32 { withUnsafeBytes(of: code.bigEndian) { CRC32.update(0, $0) } }
}
