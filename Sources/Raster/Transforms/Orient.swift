/// Turns a stored picture upright.
///
/// `upright` passes rows through, and `mirrored` streams. The six others need the last source row
/// for the first one that they give out: the whole picture is held, and is collected when the
/// first row is asked for.
public struct Orient: Transform {
  /// How the stored picture lies.
  public let orientation: Orientation

  /// A turn that makes pictures of that orientation upright.
  public init(_ orientation: Orientation) { self.orientation = orientation }

  /// Whether the orientation does.
  public var swapsSides: Bool { orientation.swapsSides }

  /// The upright size, in the format that goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    try RowLayout(size: orientation.applied(to: input.size), format: input.format)
  }

  /// Nothing for `upright`, a row for `mirrored`; else the whole picture, and a band of a few
  /// output rows where sides are swapped.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    switch orientation {
    case .upright: 0
    case .mirrored: input.bytesPerRow
    case .rotated180, .flipped: input.byteCount
    case .transposed, .rotated90Clockwise, .transversed, .rotated90Counterclockwise:
      try input.byteCount.plus(
        try outputLayout(for: input).bytesPerRow.times(TurnedRows.bandHeight))
    }
  }

  /// The upright rows; `source` itself where they are upright.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let output = try outputLayout(for: source.layout)
    return switch orientation {
    case .upright: source
    case .mirrored: try MirroredRows(source)
    case .rotated180: UpturnedRows(source, mirrors: true)
    case .flipped: UpturnedRows(source, mirrors: false)
    case .transposed:
      try TurnedRows(source, layout: output, startsRight: false, startsBelow: false)
    case .rotated90Clockwise:
      try TurnedRows(source, layout: output, startsRight: false, startsBelow: true)
    case .transversed:
      try TurnedRows(source, layout: output, startsRight: true, startsBelow: true)
    case .rotated90Counterclockwise:
      try TurnedRows(source, layout: output, startsRight: true, startsBelow: false)
    }
  }
}

/// Rows from right to left, as they come.
private final class MirroredRows: RowSource {
  var layout: RowLayout { source.layout }
  private let source: any RowSource
  private let sourceRow: ByteBuffer

  init(_ source: any RowSource) throws {
    self.source = source
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    var pulled = sourceRow.bytes.mutableBytes
    try source.readRow(into: &pulled)
    row.withUnsafeMutableBytes {
      CopyKernels.copyMirrored(
        UnsafeRawBufferPointer(sourceRow.bytes), bytesPerPixel: layout.format.bytesPerPixel,
        into: $0)
    }
  }
}

/// Rows from the last to the first.
private final class UpturnedRows: RowSource {
  var layout: RowLayout { source.layout }
  private let source: any RowSource
  private let mirrors: Bool
  private var picture: Image?
  private var rowIndex = 0

  init(_ source: any RowSource, mirrors: Bool) {
    self.source = source
    self.mirrors = mirrors
  }

  func readRow(into row: inout MutableRawSpan) throws {
    if picture == nil { picture = try Image.collecting(source) }
    let stored = picture?.bytes(ofRow: layout.height - 1 - rowIndex)
    rowIndex += 1
    guard let stored else { return }
    row.withUnsafeMutableBytes {
      if mirrors {
        CopyKernels.copyMirrored(stored, bytesPerPixel: layout.format.bytesPerPixel, into: $0)
      } else {
        $0.copyMemory(from: stored)
      }
    }
  }
}
