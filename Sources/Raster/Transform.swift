/// One step from rows to rows.
public protocol Transform: Sendable {
  /// The layout that comes out for the layout that goes in.
  ///
  /// - Throws: `SizeOverflow`.
  func outputLayout(for input: RowLayout) throws -> RowLayout

  /// The bytes that the step holds while rows flow: a few rows, or the whole picture for a step
  /// that needs it. Known before anything is allocated.
  ///
  /// - Throws: `SizeOverflow`.
  func workingByteCount(for input: RowLayout) throws -> Int

  /// The step over `source`. Tables that other jobs need too are waited for here; after that the
  /// rows flow without suspension.
  ///
  /// - Throws: `AllocationError`, `SizeOverflow`, `CancellationError`.
  func rows(from source: any RowSource) async throws -> any RowSource
}
