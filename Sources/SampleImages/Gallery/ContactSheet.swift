import Raster

/// Pictures in rows and columns, each with what is said of it below.
///
/// They stand pixel for pixel on a checkerboard, which shows what they let through.
struct ContactSheet {
  /// The room for a picture.
  static let box = PixelSize(width: 336, height: 272)

  /// A picture, no larger than the box, and lines of words.
  struct Cell {
    let picture: Canvas
    let label: [String]
  }

  private static let margin = 16
  private static let dot = 2
  private static let paper = Tint(0xF4F4F0)
  private static let ink = Tint(0x202428)
  private static let (lightSquare, darkSquare) = (Tint(0xFFFFFF), Tint(0xC8C8C8))

  let cells: [Cell]

  /// The sheet, of as many columns as rows, or one more.
  func painted() -> Canvas {
    let (box, margin) = (Self.box, Self.margin)
    let labels = cells.map { $0.label.flatMap(Self.lines) }
    let labelHeight = (labels.map(\.count).max() ?? 0) * Lettering.lineHeight * Self.dot
    let pitch = (x: box.width + margin, y: box.height + labelHeight + 2 * margin)
    let columnCount = max(1, Int(Double(cells.count).squareRoot().rounded(.up)))
    let rowCount = (cells.count + columnCount - 1) / columnCount
    var sheet = Canvas(
      columnCount * pitch.x + margin, rowCount * pitch.y + margin, filledWith: Self.paper)
    for (index, cell) in cells.enumerated() {
      let (left, top) = (
        index % columnCount * pitch.x + margin, index / columnCount * pitch.y + margin
      )
      Self.paint(cell.picture, on: &sheet, left: left, top: top)
      for (number, line) in labels[index].enumerated() {
        Lettering.write(
          line, on: &sheet, x: left,
          y: top + box.height + margin / 2 + number * Lettering.lineHeight * Self.dot,
          dot: Self.dot, ink: Self.ink)
      }
    }
    return sheet
  }

  /// The picture in the middle of its box, on as much of the checkerboard as it covers.
  private static func paint(_ picture: Canvas, on sheet: inout Canvas, left: Int, top: Int) {
    let place = PixelRect(
      x: left + (box.width - picture.width) / 2, y: top + (box.height - picture.height) / 2,
      width: picture.width, height: picture.height)
    sheet.fill(place) { x, y in
      picture[x, y].over((x / 8 + y / 8).isMultiple(of: 2) ? lightSquare : darkSquare)
    }
  }

  /// The lines that a text becomes between its words, the second and all after it moved in.
  private static func lines(_ text: String) -> [String] {
    let limit = box.width / (Lettering.advance * dot)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= limit {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(lines.isEmpty ? String(word) : "  " + word)
      }
    }
    return lines
  }
}
