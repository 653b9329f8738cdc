/// Brings a picture into another format, exactly or not at all. Streams.
///
/// Gray becomes RGB of three equal samples, 8 bits become 16 by a factor of 257, missing alpha
/// becomes opaque. The other way round is taken only for pixels that nothing is lost of.
public struct ConvertFormat: Transform {
  /// The format that comes out.
  public let format: PixelFormat

  /// A conversion to that format.
  public init(to format: PixelFormat) { self.format = format }

  /// The size that goes in, in the format asked for.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    try RowLayout(size: input.size, format: format)
  }

  /// One row that goes in.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    input.format == format ? 0 : input.bytesPerRow
  }

  /// The converted rows; `source` itself where it has the format already.
  ///
  /// The rows throw `TransformError.Code.inexact`, which names the first pixel (from the left, in
  /// the topmost row) that the format can't hold.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    if source.layout.format == format { return source }
    return try ConvertedRows(source, layout: try outputLayout(for: source.layout))
  }
}

private final class ConvertedRows: RowSource {
  let layout: RowLayout
  private let source: any RowSource
  private let sourceRow: ByteBuffer
  private var rowIndex = 0

  init(_ source: any RowSource, layout: RowLayout) throws {
    self.source = source
    self.layout = layout
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    var pulled = sourceRow.bytes.mutableBytes
    try source.readRow(into: &pulled)
    let refusal = row.withUnsafeMutableBytes { out in
      ConvertKernels.convert(
        UnsafeRawBufferPointer(sourceRow.bytes), of: source.layout.format, into: out,
        of: layout.format)
    }
    if let refusal {
      let pixel = PixelPoint(x: refusal.x, y: rowIndex)
      throw TransformError(.inexact, "pixel \(pixel) \(refusal.reason.words)")
    }
    rowIndex += 1
  }
}

extension ConvertKernels.Refusal.Reason {
  fileprivate var words: String {
    switch self {
    case .translucent: "is translucent, and there is no alpha to hold it"
    case .coloured: "has a hue, and there is only gray to hold it"
    case .deep: "has a sample of 16 bits that 8 bits do not hold"
    }
  }
}
