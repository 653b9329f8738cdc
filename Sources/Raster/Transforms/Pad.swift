/// Puts a picture into a larger frame of one colour. Streams.
public struct Pad: Transform {
  /// The size of the frame.
  public let canvas: PixelSize

  /// Where in the frame the picture stands.
  public let offset: PixelPoint

  /// What is around it.
  public let background: Colour

  /// A frame of that size and colour.
  public init(canvas: PixelSize, offset: PixelPoint, background: Colour) {
    self.canvas = canvas
    self.offset = offset
    self.background = background
  }

  /// The frame's size, in the format that goes in or the nearest one that has the colour: gray
  /// becomes RGB for a background with a hue, and alpha is added for one that isn't opaque.
  ///
  /// - Throws: `TransformError.Code.outside` where the picture isn't within the frame.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    guard PixelRect(origin: offset, size: input.size).isContained(in: canvas) else {
      throw TransformError(
        .outside, "a picture of \(input.size) at \(offset) is not within \(canvas)")
    }
    if input.size == canvas { return input }
    let channels = PixelFormat.Channels(
      hasColour: input.format.hasColour || !background.isGray,
      hasAlpha: input.format.hasAlpha || !background.isOpaque)
    return try RowLayout(size: canvas, format: PixelFormat(channels, input.format.depth))
  }

  /// A row of background, and one that goes in where its format changes.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    if input.size == canvas { return 0 }
    return try outputLayout(for: input).bytesPerRow.plus(input.bytesPerRow)
  }

  /// The frame's rows; `source` itself where there is nothing around it.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let output = try outputLayout(for: source.layout)
    if source.layout.size == canvas { return source }
    return try PaddedRows(source, offset: offset, background: background, layout: output)
  }
}

private final class PaddedRows: RowSource {
  let layout: RowLayout
  private let source: any RowSource
  private let offset: PixelPoint
  private let backgroundRow: ByteBuffer
  private let sourceRow: ByteBuffer
  private var rowIndex = 0

  init(
    _ source: any RowSource, offset: PixelPoint, background: Colour, layout: RowLayout
  ) throws {
    self.source = source
    self.offset = offset
    self.layout = layout
    backgroundRow = try ByteBuffer(count: layout.bytesPerRow)
    sourceRow = try ByteBuffer(count: source.layout.bytesPerRow)
    background.withPixelBytes(in: layout.format) {
      CopyKernels.fill(backgroundRow.bytes, with: $0)
    }
  }

  func readRow(into row: inout MutableRawSpan) throws {
    let y = rowIndex - offset.y
    rowIndex += 1
    row.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(backgroundRow.bytes)) }
    guard y >= 0, y < source.layout.height else { return }
    var pulled = sourceRow.bytes.mutableBytes
    try source.readRow(into: &pulled)
    let bytesPerPixel = layout.format.bytesPerPixel
    let start = offset.x * bytesPerPixel
    let end = start + source.layout.width * bytesPerPixel
    // A format that only gains channels holds every pixel.
    _ = row.withUnsafeMutableBytes { out in
      ConvertKernels.convert(
        UnsafeRawBufferPointer(sourceRow.bytes), of: source.layout.format,
        into: UnsafeMutableRawBufferPointer(rebasing: out[start..<end]), of: layout.format)
    }
  }
}

extension Colour {
  // The bytes of one pixel of this colour; a format without colour takes the red for the gray.
  fileprivate func withPixelBytes(
    in format: PixelFormat, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    let samples: [UInt8] =
      (format.hasColour ? [red, green, blue] : [red])
      + (format.hasAlpha ? [alpha] : [])
    switch format.depth {
    case .eight: samples.withUnsafeBytes(body)
    case .sixteen: samples.map { UInt16($0) * 257 }.withUnsafeBytes(body)
    }
  }
}
