/// Pixels moved as they are.
package enum CopyKernels {
  /// For each output pixel the input pixel whose centre is nearest.
  ///
  /// - Precondition: `(2 · outputWidth) · inputWidth` fits an `Int`.
  package static func copyNearest(
    _ row: UnsafeRawBufferPointer, width inputWidth: Int, bytesPerPixel: Int,
    into out: UnsafeMutableRawBufferPointer, width outputWidth: Int
  ) {
    for x in 0..<outputWidth {
      let input = (2 * x + 1) * inputWidth / (2 * outputWidth)
      copyPixel(row, input * bytesPerPixel, into: out, x * bytesPerPixel, bytesPerPixel)
    }
  }

  /// The row from its last pixel to its first.
  package static func copyMirrored(
    _ row: UnsafeRawBufferPointer, bytesPerPixel: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    var from = row.count
    var to = 0
    while from > 0 {
      from -= bytesPerPixel
      copyPixel(row, from, into: out, to, bytesPerPixel)
      to += bytesPerPixel
    }
  }

  /// Fills the row with one pixel, over and over.
  package static func fill(
    _ out: UnsafeMutableRawBufferPointer, with pixel: UnsafeRawBufferPointer
  ) {
    for start in stride(from: 0, to: out.count, by: pixel.count) {
      copyPixel(pixel, 0, into: out, start, pixel.count)
    }
  }

  /// One pixel of 1 to 8 bytes, without a call to memcpy.
  @inline(__always)
  package static func copyPixel(
    _ row: UnsafeRawBufferPointer, _ from: Int, into out: UnsafeMutableRawBufferPointer,
    _ to: Int, _ byteCount: Int
  ) {
    switch byteCount {
    case 1: out[to] = row[from]
    case 2: copy(row, from, into: out, to, as: UInt16.self)
    case 3:
      copy(row, from, into: out, to, as: UInt16.self)
      out[to + 2] = row[from + 2]
    case 4: copy(row, from, into: out, to, as: UInt32.self)
    case 6:
      copy(row, from, into: out, to, as: UInt32.self)
      copy(row, from + 4, into: out, to + 4, as: UInt16.self)
    case 8: copy(row, from, into: out, to, as: UInt64.self)
    default:
      for byte in 0..<byteCount { out[to + byte] = row[from + byte] }
    }
  }

  @inline(__always)
  private static func copy<Word: BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, _ from: Int, into out: UnsafeMutableRawBufferPointer,
    _ to: Int, as type: Word.Type
  ) {
    out.storeBytes(
      of: row.loadUnaligned(fromByteOffset: from, as: type), toByteOffset: to, as: type)
  }
}
