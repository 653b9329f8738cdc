import Raster

/// The bytes of a source one by one, for formats whose pieces are that small: asking the source
/// itself for each would cost more than decoding it.
final class BufferedBytes {
  /// As much as a source's own buffer, which is passed by then: the bytes are copied once.
  static let windowByteCount = ByteSource.defaultBufferByteCount

  private let source: ByteSource
  private let window: ByteBuffer
  private var start = 0
  private var end = 0

  /// The bytes of `source` from `offset` on.
  ///
  /// - Throws: `AllocationError`.
  init(
    _ source: ByteSource, from offset: Int, windowByteCount: Int = windowByteCount
  ) throws(AllocationError) {
    self.source = source
    window = try ByteBuffer(count: windowByteCount)
    source.seek(to: offset)
  }

  /// The offset of the next byte in the source.
  var position: Int { source.position - (end - start) }

  /// The bytes from the next one to the end of the source.
  var remainingByteCount: Int { max(0, source.byteCount - position) }

  /// The next byte, or nil at the end.
  @inline(__always)
  func next() throws -> UInt8? {
    if start == end, try !refill() { return nil }
    let byte = window.bytes[start]
    start += 1
    return byte
  }

  /// Fills `target`, and returns how many bytes there were for it.
  func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(end - start, target.count)
    target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: window.bytes[start..<start + count]))
    start += count
    guard count < target.count else { return count }
    return try count + source.read(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
  }

  private func refill() throws -> Bool {
    start = 0
    end = 0
    end = try source.read(into: window.bytes)
    return end > 0
  }
}

extension ByteSource {
  /// Appends `range` of these bytes to `output`.
  ///
  /// - Throws: `CodecError` `.truncated` where the source ends before the range does.
  func copy(_ range: Range<Int>, to output: EncodedBytes) throws {
    guard range.upperBound <= byteCount else {
      throw CodecError(.truncated, "the file ends early, at byte \(byteCount)")
    }
    seek(to: range.lowerBound)
    let room = try output.reserve(range.count)
    let count = try read(into: room)
    guard count == range.count else {
      throw CodecError(.truncated, "the file ends early, at byte \(position)")
    }
    output.commit(count)
  }
}
