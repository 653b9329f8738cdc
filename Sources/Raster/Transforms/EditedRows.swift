/// Rows of the source's own layout, changed where they stand: no row is held.
final class EditedRows: RowSource {
  var layout: RowLayout { source.layout }
  private let source: any RowSource
  private let edit: (UnsafeMutableRawBufferPointer) -> Void

  /// - Parameter edit: changes one row.
  init(_ source: any RowSource, edit: @escaping (UnsafeMutableRawBufferPointer) -> Void) {
    self.source = source
    self.edit = edit
  }

  func readRow(into row: inout MutableRawSpan) throws {
    try source.readRow(into: &row)
    row.withUnsafeMutableBytes { edit($0) }
  }
}
