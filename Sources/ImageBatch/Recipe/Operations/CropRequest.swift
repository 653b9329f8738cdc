public import Raster

/// Cuts pictures to a size. A side that is no longer than asked for stays.
public struct CropRequest: Operation, Hashable {
  /// The size of the part.
  public var size: PixelSize

  /// Which part stays.
  public var position: Position

  /// How the part is found that stays; nil where `position` says it.
  public var strategy: CropStrategy?

  /// A cut to that size.
  public init(
    to size: PixelSize, position: Position = .centre, strategy: CropStrategy? = nil
  ) {
    self.size = size
    self.position = position
    self.strategy = strategy
  }

  /// A cut, unless the picture is small enough.
  public func steps(for input: RowLayout) throws -> [any Transform] {
    let kept = PixelSize(
      width: min(size.width, input.width), height: min(size.height, input.height))
    guard kept != input.size else { return [] }
    if let strategy { return [ContentCrop(to: kept, by: strategy)] }
    return [Crop(to: PixelRect(origin: position.offset(of: kept, in: input.size), size: kept))]
  }
}
