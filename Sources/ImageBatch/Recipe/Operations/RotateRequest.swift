public import Raster

/// Turns pictures clockwise by any angle.
public struct RotateRequest: Operation, Hashable {
  /// The angle in degrees, clockwise.
  public var degrees: Double

  /// What is around the picture; nil for transparent, or black where the picture has no alpha.
  public var background: Colour?

  /// A turn by that angle.
  ///
  /// - Precondition: `degrees` is finite.
  public init(degrees: Double, background: Colour? = nil) {
    precondition(degrees.isFinite, "an angle is a number")
    self.degrees = degrees
    self.background = background
  }

  /// A turn, unless it is a whole one.
  public func steps(for input: RowLayout) -> [any Transform] {
    guard degrees.remainder(dividingBy: 360) != 0 else { return [] }
    let colour = background ?? (input.format.hasAlpha ? .transparent : .black)
    return [Rotate(degrees: degrees, background: colour)]
  }
}
