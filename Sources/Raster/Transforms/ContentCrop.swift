/// Cuts a picture to a size, around what is worth keeping.
///
/// The whole picture is held; a look at it costs some nanoseconds a pixel.
public struct ContentCrop: Transform {
  /// The size that stays.
  public let size: PixelSize

  /// How its place is found.
  public let strategy: CropStrategy

  /// A cut to that size.
  public init(to size: PixelSize, by strategy: CropStrategy) {
    self.size = size
    self.strategy = strategy
  }

  /// The size asked for, in the format that goes in.
  ///
  /// - Throws: `TransformError.Code.outside` where the picture is smaller.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    guard PixelRect(origin: .zero, size: size).isContained(in: input.size) else {
      throw TransformError(.outside, "\(size) is not within a picture of \(input.size)")
    }
    return try RowLayout(size: size, format: input.format)
  }

  /// The whole picture, and its likeness.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    input.size == size ? 0 : try input.byteCount.plus(Likeness.byteBound)
  }

  /// The part's rows; `source` itself where that is all of it. Collects the picture.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let output = try outputLayout(for: source.layout)
    if output == source.layout { return source }
    let picture = try Image.collecting(source)
    let origin = strategy.origin(of: size, in: picture)
    return try HeldRows(picture, rect: PixelRect(origin: origin, size: size))
  }
}
