/// Where a picture stands in a larger frame, or a frame on a larger picture.
public enum Position: String, Hashable, Sendable, CaseIterable {
  case centre
  case top
  case bottom
  case left
  case right
  case topLeft = "top-left"
  case topRight = "top-right"
  case bottomLeft = "bottom-left"
  case bottomRight = "bottom-right"

  /// The position of that name; `center` is understood too.
  public init?(argument: String) {
    self.init(rawValue: argument == "center" ? "centre" : argument)
  }

  /// Where the smaller of two sizes starts in the larger one. An odd rest goes to the right and
  /// to the bottom.
  ///
  /// - Precondition: `inner` is within `outer`.
  public func offset(of inner: PixelSize, in outer: PixelSize) -> PixelPoint {
    let rest = (x: outer.width - inner.width, y: outer.height - inner.height)
    precondition(rest.x >= 0 && rest.y >= 0, "\(inner) is not within \(outer)")
    let x =
      switch self {
      case .left, .topLeft, .bottomLeft: 0
      case .centre, .top, .bottom: rest.x / 2
      case .right, .topRight, .bottomRight: rest.x
      }
    let y =
      switch self {
      case .top, .topLeft, .topRight: 0
      case .centre, .left, .right: rest.y / 2
      case .bottom, .bottomLeft, .bottomRight: rest.y
      }
    return PixelPoint(x: x, y: y)
  }
}
