import Raster

/// Puts chunks behind one another (PNG specification, third edition, section 5.3).
enum PNGChunkWriter {
  /// Appends a chunk.
  ///
  /// - Parameter number: bytes in front of the contents, which are a part of them.
  /// - Throws: `AllocationError`.
  static func append(
    _ type: PNGChunkType, numbered number: [UInt8] = [], _ contents: UnsafeRawBufferPointer,
    to output: EncodedBytes
  ) throws(AllocationError) {
    let byteCount = number.count + contents.count
    let room = try output.reserve(byteCount + PNGChunk.framingByteCount)
    room.storeBytes(of: UInt32(byteCount).bigEndian, as: UInt32.self)
    room.storeBytes(of: type.code.bigEndian, toByteOffset: 4, as: UInt32.self)
    UnsafeMutableRawBufferPointer(rebasing: room[8...]).copyBytes(from: number)
    UnsafeMutableRawBufferPointer(rebasing: room[(8 + number.count)...])
      .copyMemory(from: contents)
    let crc = CRC32.update(0, UnsafeRawBufferPointer(rebasing: room[4..<byteCount + 8]))
    room.storeBytes(of: crc.bigEndian, toByteOffset: byteCount + 8, as: UInt32.self)
    output.commit(room.count)
  }

  /// Appends a chunk.
  ///
  /// - Throws: `AllocationError`.
  static func append(
    _ type: PNGChunkType, _ contents: [UInt8], to output: EncodedBytes
  ) throws {
    try contents.withUnsafeBytes { try append(type, $0, to: output) }
  }

  /// A chunk of a few bytes as it stands in a file.
  static func chunk(_ type: PNGChunkType, _ contents: [UInt8] = []) -> [UInt8] {
    UInt32(contents.count).bigEndianBytes + type.bytes + contents
      + crc(of: type, contents).bigEndianBytes
  }
}
