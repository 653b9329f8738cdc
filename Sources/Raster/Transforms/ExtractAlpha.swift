/// Makes a gray picture of the alpha: opaque is white, transparent black. Streams.
///
/// A picture without alpha comes out white; its rows are read all the same, so that what is wrong
/// with them is told.
public struct ExtractAlpha: Transform {
  /// The picture of the alpha.
  public init() {}

  /// The size and the depth that go in, gray.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    try RowLayout(size: input.size, format: PixelFormat(.gray, input.format.depth))
  }

  /// One row that goes in.
  public func workingByteCount(for input: RowLayout) throws -> Int { input.bytesPerRow }

  /// The alpha's rows.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    return try RecastRows(source, layout: try outputLayout(for: source.layout)) { row, out in
      guard format.hasAlpha else {
        // Full scale is all bits, whatever the depth.
        out.initializeMemory(as: UInt8.self, repeating: .max)
        return
      }
      AlphaKernels.copyAlpha(
        row, bytesPerPixel: format.bytesPerPixel, into: out, bytesPerSample: format.bytesPerSample)
    }
  }
}
