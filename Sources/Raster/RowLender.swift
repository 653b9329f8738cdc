/// Rows that can be looked at where they stand, which spares a copy of each.
///
/// ```swift
/// if lender.readyRowCount == 0 { try lender.makeRows() }
/// lender.lendRow { row in total += row.byteCount }
/// ```
///
/// What `makeRows` has made is lent, and not read.
public protocol RowLender: RowSource {
  /// How many of the next rows are made, so that lending them costs next to nothing.
  var readyRowCount: Int { get }

  /// Makes the next row, and those that are made together with it.
  ///
  /// - Precondition: `readyRowCount` is 0, and there is a next row.
  /// - Throws: what keeps the row from being made; after an error the source is spent.
  func makeRows() throws

  /// Lends the next row, `layout.bytesPerRow` bytes.
  ///
  /// - Precondition: `readyRowCount` is not 0.
  func lendRow(to body: (RawSpan) -> Void)
}

extension RowLender {
  /// Copies the next row, made if need be: what `readRow(into:)` can be where all rows are lent.
  ///
  /// - Throws: what `makeRows` throws.
  public func copyRow(into row: inout MutableRawSpan) throws {
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    if readyRowCount == 0 { try makeRows() }
    row.withUnsafeMutableBytes { target in
      lendRow { row in row.withUnsafeBytes { target.copyMemory(from: $0) } }
    }
  }
}

extension RowSource {
  /// Nil.
  public var lender: (any RowLender)? { nil }
}
