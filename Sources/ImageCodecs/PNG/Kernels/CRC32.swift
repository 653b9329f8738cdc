internal import CKernels
internal import CPNGShim

/// The checksum of chunks (PNG specification, third edition, section 5.5): zlib's, and its kernel for
/// processors that multiply without carries.
enum CRC32 {
  private static var isFast: Bool { ckernels_has_pclmul() }

  /// The kernel takes no fewer bytes; from there on it takes a third of the time or less.
  private static let minimumByteCount = 64
  /// The kernel takes bytes in groups of so many.
  private static let groupByteCount = 16

  /// `crc` continued over more bytes; a new one starts at 0.
  static func update(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard bytes.count >= minimumByteCount, isFast,
      let start = bytes.bindMemory(to: UInt8.self).baseAddress
    else { return cpng_crc32(crc, bytes.baseAddress, bytes.count) }
    let oddCount = bytes.count % groupByteCount
    return ckernels_crc32(
      cpng_crc32(crc, start, oddCount), start + oddCount, bytes.count - oddCount)
  }
}
