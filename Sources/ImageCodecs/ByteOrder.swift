/// Rows of 16-bit samples between files, where the high byte stands first, and memory.
enum ByteOrder {
  /// Copies 16-bit samples from big-endian to the machine's order, or back, which is the same.
  ///
  /// - Parameters:
  ///   - source: an even number of bytes.
  ///   - target: as many bytes; it may be `source` itself.
  static func swapBigEndian(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    precondition(source.count == target.count && source.count % 2 == 0)
    for offset in stride(from: 0, to: source.count, by: 2) {
      let sample = source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
      target.storeBytes(
        of: UInt16(bigEndian: sample), toByteOffset: offset, as: UInt16.self)
    }
  }
}
