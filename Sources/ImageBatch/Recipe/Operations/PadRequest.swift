public import Raster

/// Puts pictures into a frame of a size. A side that is no shorter than asked for stays.
public struct PadRequest: Operation, Hashable {
  /// The size of the frame.
  public var size: PixelSize

  /// Where the picture stands.
  public var position: Position

  /// What is around it; nil for transparent, or black where the picture has no alpha.
  public var background: Colour?

  /// A frame of that size.
  public init(to size: PixelSize, position: Position = .centre, background: Colour? = nil) {
    self.size = size
    self.position = position
    self.background = background
  }

  /// A frame, unless the picture is large enough.
  public func steps(for input: RowLayout) throws -> [any Transform] {
    let canvas = PixelSize(
      width: max(size.width, input.width), height: max(size.height, input.height))
    guard canvas != input.size else { return [] }
    let colour = background ?? (input.format.hasAlpha ? .transparent : .black)
    return [
      Pad(
        canvas: canvas, offset: position.offset(of: input.size, in: canvas), background: colour)
    ]
  }
}
