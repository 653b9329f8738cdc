/// What a resize comes to for one picture: its new size, then what is cut off or added around.
public struct ResizeGeometry: Hashable, Sendable {
  /// The size that the picture is resampled to.
  public let scaled: PixelSize

  /// The part of the resampled picture that stays; nil where all of it does.
  public let crop: PixelRect?

  /// The size of the frame that the picture is put into; nil where there is no frame.
  public let canvas: PixelSize?

  /// Where the resampled picture stands in the frame.
  public let offset: PixelPoint

  /// The size that comes out at the end.
  public var outputSize: PixelSize { canvas ?? crop?.size ?? scaled }

  init(
    scaled: PixelSize, crop: PixelRect? = nil, canvas: PixelSize? = nil,
    offset: PixelPoint = .zero
  ) {
    self.scaled = scaled
    self.crop = crop
    self.canvas = canvas
    self.offset = offset
  }

  /// Whether a picture of that size stays as it is.
  public func isIdentity(for source: PixelSize) -> Bool {
    scaled == source && crop == nil && canvas == nil
  }
}
