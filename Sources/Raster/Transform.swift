/// One step from rows to rows.
public protocol Transform: Sendable {
  /// Whether the layout that comes out is known from the pixels only; else, and by default, it
  /// follows from the layout that goes in.
  var dependsOnPixels: Bool { get }

  /// Whether rows become columns; by default they do not.
  var swapsSides: Bool { get }

  /// The layout that comes out for the layout that goes in; where it depends on pixels, the
  /// largest that can come out, in the format that does.
  ///
  /// - Throws: `SizeOverflow`; `TransformError` where the step can't be taken on such a picture.
  func outputLayout(for input: RowLayout) throws -> RowLayout

  /// The bytes that the step holds while rows flow: a few rows, or the whole picture for a step
  /// that needs it. Known before anything is allocated.
  ///
  /// - Throws: `SizeOverflow`.
  func workingByteCount(for input: RowLayout) throws -> Int

  /// The step over `source`. Tables that other jobs need too are waited for here; after that the
  /// rows flow without suspension.
  ///
  /// The layout of what is returned is what comes out. Where it depends on pixels, the whole
  /// picture is collected here, before there is a row to ask for.
  ///
  /// - Throws: `AllocationError`, `SizeOverflow`, `TransformError`, `CancellationError`, and, where
  ///   the layout depends on pixels, whatever the source throws.
  func rows(from source: any RowSource) async throws -> any RowSource
}

extension Transform {
  /// False.
  public var dependsOnPixels: Bool { false }

  /// False.
  public var swapsSides: Bool { false }
}
