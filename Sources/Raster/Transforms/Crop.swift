/// Cuts a part out of a picture. Streams, and reads no row below the part.
public struct Crop: Transform {
  /// The part that stays.
  public let rect: PixelRect

  /// A cut to that part.
  public init(to rect: PixelRect) { self.rect = rect }

  /// The size of the part, in the format that goes in.
  ///
  /// - Throws: `TransformError.Code.outside` where the part isn't within the picture.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    guard rect.isContained(in: input.size) else {
      throw TransformError(.outside, "\(rect) is not within a picture of \(input.size)")
    }
    return try RowLayout(size: rect.size, format: input.format)
  }

  /// One row that goes in.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    rect.size == input.size ? 0 : input.bytesPerRow
  }

  /// The part's rows; `source` itself where that is all of it.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let output = try outputLayout(for: source.layout)
    if output == source.layout { return source }
    return try CroppedRows(source, rect: rect, layout: output)
  }
}

private final class CroppedRows: RowSource {
  let layout: RowLayout
  private let source: any RowSource
  private let rect: PixelRect
  private let sourceRow: ByteBuffer
  private var skippedCount = 0

  init(_ source: any RowSource, rect: PixelRect, layout: RowLayout) throws {
    self.source = source
    self.rect = rect
    self.layout = layout
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    while skippedCount < rect.y {
      try pull()
      skippedCount += 1
    }
    if rect.width == source.layout.width { return try source.readRow(into: &row) }
    try pull()
    let start = rect.x * layout.format.bytesPerPixel
    row.withUnsafeMutableBytes { out in
      out.copyMemory(
        from: UnsafeRawBufferPointer(
          rebasing: sourceRow.bytes[start..<start + layout.bytesPerRow]))
    }
  }

  private func pull() throws {
    var row = sourceRow.bytes.mutableBytes
    try source.readRow(into: &row)
  }
}
