/// Makes a colour picture gray. Streams.
///
/// Gray is the luma of the samples as they are stored, 0.2126 R + 0.7152 G + 0.0722 B
/// (Rec. ITU-R BT.709-6, item 3.2), exact but for one rounding, half up. Alpha stays.
public struct Grayscale: Transform {
  /// The gray picture.
  public init() {}

  /// The size and the depth that go in, without colour: RGB becomes gray, RGB+alpha gray+alpha.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    let channels = PixelFormat.Channels(hasColour: false, hasAlpha: input.format.hasAlpha)
    return try RowLayout(size: input.size, format: PixelFormat(channels, input.format.depth))
  }

  /// One row that goes in, where there is colour.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    input.format.hasColour ? input.bytesPerRow : 0
  }

  /// The gray rows; `source` itself where they are gray.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    guard format.hasColour else { return source }
    return try RecastRows(source, layout: try outputLayout(for: source.layout)) { row, out in
      switch format.depth {
      case .eight:
        LumaKernels.gray(row, of: UInt8.self, channelCount: format.channelCount, into: out)
      case .sixteen:
        LumaKernels.gray(row, of: UInt16.self, channelCount: format.channelCount, into: out)
      }
    }
  }
}
