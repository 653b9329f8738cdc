/// The source rows that the next output row is made of, the newest over the oldest.
struct RowRing: ~Copyable {
  private let buffer: ByteBuffer
  private let bytesPerSlot: Int
  private let slotCount: Int

  /// The number of rows that came in so far.
  private(set) var rowCount = 0

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(rowCapacity: Int, bytesPerRow: Int) throws {
    let byteCount = try Self.byteCount(rowCapacity: rowCapacity, bytesPerRow: bytesPerRow)
    buffer = try ByteBuffer(count: byteCount)
    bytesPerSlot = byteCount / rowCapacity
    slotCount = rowCapacity
  }

  static func byteCount(rowCapacity: Int, bytesPerRow: Int) throws(SizeOverflow) -> Int {
    try rowCapacity.times(try bytesPerSlot(forRowOf: bytesPerRow))
  }

  // Whole cache lines, an odd number of them: rows a multiple of 4096 bytes apart would all want
  // the same few lines of the first cache.
  private static func bytesPerSlot(forRowOf byteCount: Int) throws(SizeOverflow) -> Int {
    let line = 64
    return try ((try byteCount.plus(line - 1) / line) | 1).times(line)
  }

  /// The bytes that have been allocated.
  var byteCount: Int { buffer.count }

  /// The place of the next row.
  var nextSlot: UnsafeMutableRawBufferPointer {
    let start = rowCount % slotCount * bytesPerSlot
    return UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[start..<start + bytesPerSlot])
  }

  /// Takes note that `nextSlot` has been filled.
  mutating func advance() { rowCount += 1 }

  /// The rows from `first` on.
  ///
  /// - Precondition: they are among the last ones that came in.
  func rows(from first: Int, count: Int) -> TapRows {
    precondition(first >= rowCount - slotCount && first + count <= rowCount)
    return TapRows(
      slots: UnsafeRawBufferPointer(buffer.bytes), bytesPerSlot: bytesPerSlot,
      slotCount: slotCount, firstSlot: first % slotCount, count: count)
  }
}
