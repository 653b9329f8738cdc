/// Rows of another format, each made of the source's row beside it, which is held.
final class RecastRows: RowSource {
  typealias Recast = (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Void

  let layout: RowLayout
  private let source: any RowSource
  private let sourceRow: ByteBuffer
  private let recast: Recast

  /// - Parameter recast: makes one row of a source's row.
  /// - Throws: `AllocationError`.
  init(_ source: any RowSource, layout: RowLayout, recast: @escaping Recast) throws {
    self.source = source
    self.layout = layout
    self.recast = recast
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    var pulled = sourceRow.bytes.mutableBytes
    try source.readRow(into: &pulled)
    row.withUnsafeMutableBytes { recast(UnsafeRawBufferPointer(sourceRow.bytes), $0) }
  }
}
