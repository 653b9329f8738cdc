import Raster

/// A few rows on their way from one stage to the next: so many that the change between the two, and
/// the two readings of the clock that go with it, count for nothing beside them, and so few that
/// they stay in the nearest cache.
struct RowBand: ~Copyable {
  /// How many rows there is room for.
  let capacity: Int

  private let layout: RowLayout
  private let buffer: ByteBuffer

  private static let byteCount = 16 << 10

  private static func capacity(for layout: RowLayout) -> Int {
    max(1, min(layout.height, byteCount / max(1, layout.bytesPerRow)))
  }

  /// The bytes that one holds.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    try layout.bytesPerRow.times(capacity(for: layout))
  }

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ layout: RowLayout) throws {
    self.layout = layout
    capacity = Self.capacity(for: layout)
    buffer = try ByteBuffer(count: Self.byteCount(for: layout))
  }

  /// Fills the first `count` rows.
  ///
  /// - Throws: what the source throws.
  func fill(_ count: Int, from source: any RowSource) throws {
    for index in 0..<count {
      var row = bytes(ofRow: index).mutableBytes
      try source.readRow(into: &row)
    }
  }

  /// Lends one of its rows.
  func lendRow(_ index: Int, to body: (RawSpan) -> Void) {
    body(UnsafeRawBufferPointer(bytes(ofRow: index)).bytes)
  }

  /// Hands the first `count` rows on.
  ///
  /// - Throws: what the sink throws.
  func empty(_ count: Int, into sink: any RowSink) throws {
    for index in 0..<count {
      try sink.writeRow(UnsafeRawBufferPointer(bytes(ofRow: index)).bytes)
    }
  }

  private func bytes(ofRow index: Int) -> UnsafeMutableRawBufferPointer {
    let start = index * layout.bytesPerRow
    return UnsafeMutableRawBufferPointer(
      rebasing: buffer.bytes[start..<start + layout.bytesPerRow])
  }
}
