import Raster

/// Colours in rows, to paint on before they become samples.
struct Canvas {
  let width: Int
  let height: Int
  private var colours: [Tint]

  init(_ width: Int, _ height: Int, filledWith colour: Tint = Tint()) {
    self.width = width
    self.height = height
    colours = [Tint](repeating: colour, count: width * height)
  }

  subscript(x: Int, y: Int) -> Tint {
    get { colours[y * width + x] }
    set { colours[y * width + x] = newValue }
  }

  /// Paints a part over what is there.
  ///
  /// - Parameter paint: the colour at x and y in the part.
  mutating func fill(_ part: PixelRect, paint: (Int, Int) -> Tint) {
    for y in 0..<part.size.height {
      for x in 0..<part.size.width {
        let (column, row) = (part.origin.x + x, part.origin.y + y)
        self[column, row] = paint(x, y).over(self[column, row])
      }
    }
  }
}
