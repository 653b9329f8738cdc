public import Raster

/// The bytes of one encoded picture, read through a small buffer that the source owns.
///
/// It has a position, as a file has, so that a codec may skip what it does not need. A source
/// belongs to one job and is used by one thread at a time.
public final class ByteSource {
  /// Reads bytes at an offset into a buffer and returns how many; 0 means the end. May block, and
  /// may throw what stops the job (an I/O error, an interruption): the codec passes it on as it is.
  public typealias Fill = (_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> Int

  /// The bytes that a source buffers unless told otherwise: larger reads gain nothing (64 KiB is
  /// within 1 % of 1 MiB on a warm page cache), smaller ones pay in system calls.
  public static let defaultBufferByteCount = 64 << 10

  /// The number of bytes in all.
  public let byteCount: Int

  /// The offset of the next byte to be read.
  public var position: Int { nextOffset }
  // What only this module sees the compiler can prove to be used by one at a time, and needs not
  // check when it runs.
  private var nextOffset = 0

  private let fill: Fill
  private let buffer: ByteBuffer
  private var bufferedRange = 0..<0

  /// - Parameters:
  ///   - byteCount: the number of bytes in all, at least 0.
  ///   - bufferByteCount: the size of the buffer, at least 1.
  /// - Throws: `AllocationError`.
  public init(
    byteCount: Int, bufferByteCount: Int = defaultBufferByteCount, fill: @escaping Fill
  ) throws(AllocationError) {
    self.byteCount = byteCount
    self.fill = fill
    buffer = try ByteBuffer(count: max(1, min(bufferByteCount, byteCount)))
  }

  /// A source over bytes in memory.
  ///
  /// - Throws: `AllocationError`.
  public convenience init(_ bytes: [UInt8]) throws(AllocationError) {
    try self.init(byteCount: bytes.count) { offset, buffer in
      let end = min(offset + buffer.count, bytes.count)
      guard offset < end else { return 0 }
      buffer.copyBytes(from: bytes[offset..<end])
      return end - offset
    }
  }

  /// Fills `target` from the current position and moves past what was read.
  ///
  /// - Returns: the bytes read; fewer than asked for only at the end.
  /// - Throws: what `fill` throws.
  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    // Nothing is asked for beyond the end: that would be a system call to learn what is known.
    let wanted = min(target.count, max(0, byteCount - position))
    var done = 0
    while done < wanted {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done..<wanted])
      if !bufferedRange.contains(position) {
        // What does not fit the buffer goes straight to its place.
        if rest.count > buffer.count {
          let count = try fill(position, rest)
          if count == 0 { break }
          nextOffset += count
          done += count
          continue
        }
        let count = try fill(position, buffer.bytes)
        if count == 0 { break }
        bufferedRange = position..<position + count
      }
      let available = bufferedRange.upperBound - position
      let count = min(available, rest.count)
      let start = position - bufferedRange.lowerBound
      rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[start..<start + count]))
      nextOffset += count
      done += count
    }
    return done
  }

  /// The next `count` bytes, or fewer at the end.
  ///
  /// - Parameter count: a small number: the bytes go into an array.
  /// - Throws: what `fill` throws.
  public func read(upTo count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = try bytes.withUnsafeMutableBytes { try read(into: $0) }
    bytes.removeLast(count - got)
    return bytes
  }

  /// Moves to `offset`; beyond the end nothing is read.
  ///
  /// - Precondition: `offset` is not negative.
  public func seek(to offset: Int) {
    precondition(offset >= 0)
    nextOffset = offset
  }
}
