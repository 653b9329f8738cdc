/// Drops alpha and leaves the colours as they are, also those that nobody has seen. Streams.
///
/// `Flatten` is what keeps a picture's looks.
public struct RemoveAlpha: Transform {
  /// The picture without alpha.
  public init() {}

  /// The size and the depth that go in, without alpha.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    let channels = PixelFormat.Channels(hasColour: input.format.hasColour, hasAlpha: false)
    return try RowLayout(size: input.size, format: PixelFormat(channels, input.format.depth))
  }

  /// One row that goes in, where it has alpha.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    input.format.hasAlpha ? input.bytesPerRow : 0
  }

  /// The rows without alpha; `source` itself where they have none.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    guard format.hasAlpha else { return source }
    let output = try outputLayout(for: source.layout)
    return try RecastRows(source, layout: output) { row, out in
      AlphaKernels.copyColour(
        row, bytesPerPixel: format.bytesPerPixel, into: out,
        bytesPerPixel: output.format.bytesPerPixel)
    }
  }
}
