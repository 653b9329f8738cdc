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
}
