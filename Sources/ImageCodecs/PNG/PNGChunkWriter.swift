internal import CPNGShim
import Raster

/// Puts chunks behind one another (PNG specification, third edition, section 5.3).
enum PNGChunkWriter {
  /// Appends a chunk.
  ///
  /// - Throws: `AllocationError`.
  static func append(
    _ type: PNGChunkType, _ contents: UnsafeRawBufferPointer, to output: EncodedBytes
  ) throws(AllocationError) {
    let room = try output.reserve(contents.count + PNGChunk.framingByteCount)
    room.storeBytes(of: UInt32(contents.count).bigEndian, as: UInt32.self)
    room.storeBytes(of: type.code.bigEndian, toByteOffset: 4, as: UInt32.self)
    UnsafeMutableRawBufferPointer(rebasing: room[8...]).copyMemory(from: contents)
    let crc = cpng_crc32(0, room.baseAddress.map { $0 + 4 }, contents.count + 4)
    room.storeBytes(of: crc.bigEndian, toByteOffset: contents.count + 8, as: UInt32.self)
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
}
