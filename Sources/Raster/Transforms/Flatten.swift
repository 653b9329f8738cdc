/// Puts a picture with alpha onto a background of one colour. Streams.
///
/// Straight alpha is composited over the background (T. Porter and T. Duff, "Compositing Digital
/// Images", SIGGRAPH 1984), with the samples as they are stored, not in linear light.
public struct Flatten: Transform {
  /// What is behind the picture.
  public let background: Colour

  /// A composition onto that colour.
  ///
  /// - Precondition: `background` is opaque.
  public init(onto background: Colour) {
    precondition(background.isOpaque, "a background that shines through is none")
    self.background = background
  }

  /// The size and the depth that go in, without alpha; gray+alpha becomes RGB on a background with a
  /// hue. What has no alpha stays as it is.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    guard input.format.hasAlpha else { return input }
    let channels = PixelFormat.Channels(
      hasColour: input.format.hasColour || !background.isGray, hasAlpha: false)
    return try RowLayout(size: input.size, format: PixelFormat(channels, input.format.depth))
  }

  /// One row that goes in, where it has alpha.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    input.format.hasAlpha ? input.bytesPerRow : 0
  }

  /// The opaque rows: out = (in · alpha + background · (full − alpha)) / full, exactly rounded.
  /// `source` itself where there is no alpha.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    guard format.hasAlpha else { return source }
    let output = try outputLayout(for: source.layout)
    let background = background
    return try RecastRows(source, layout: output) { row, out in
      switch format.depth {
      case .eight:
        AlphaKernels.flatten(
          row, of: UInt8.self, format.channels, onto: background, product: UInt16.self,
          into: out, output.format.channels)
      case .sixteen:
        AlphaKernels.flatten(
          row, of: UInt16.self, format.channels, onto: background, product: UInt32.self,
          into: out, output.format.channels)
      }
    }
  }
}
