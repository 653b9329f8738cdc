/// How much each cell of a likeness draws the eye; see `CropStrategy.attention`.
struct AttentionMap {
  private let width: Int
  private let height: Int
  private var scores: [Int] = []

  init(_ likeness: Likeness) {
    width = likeness.width
    height = likeness.height
    for y in 0..<height {
      for x in 0..<width { scores.append(Self.score(x, y, in: likeness)) }
    }
  }

  private static func score(_ x: Int, _ y: Int, in likeness: Likeness) -> Int {
    // Beyond the edge a picture goes on as it ends.
    let neighbours =
      likeness.luma(max(x - 1, 0), y) + likeness.luma(min(x + 1, likeness.width - 1), y)
      + likeness.luma(x, max(y - 1, 0)) + likeness.luma(x, min(y + 1, likeness.height - 1))
    let edge = abs(4 * likeness.luma(x, y) - neighbours)
    let (red, green, blue) = likeness.colour(x, y)
    let range = max(red, green, blue) - min(red, green, blue)
    let isSkin =
      red > 95 && green > 40 && blue > 20 && range > 15 && red - green > 15 && red > blue
    return 2 * min(edge, 255) + range + (isSkin ? 256 : 0)
  }

  /// Where the part starts that draws it most.
  func origin(_ columns: CropAxis, _ rows: CropAxis) -> PixelPoint {
    // The tent is a product of one for each axis, and so the sum goes axis by axis.
    let xTent = Self.tent(columns)
    let yTent = Self.tent(rows)
    let candidateCount = columns.candidates.count
    var sums = [Int](repeating: 0, count: height * candidateCount)
    for y in 0..<height {
      for x in columns.candidates {
        var sum = 0
        for cell in xTent.indices { sum += xTent[cell] * scores[y * width + x + cell] }
        sums[y * candidateCount + x] = sum
      }
    }
    var best: (total: Int, eccentricity: Int, x: Int, y: Int)?
    var least = Int.max
    for y in rows.candidates {
      for x in columns.candidates {
        var total = 0
        for cell in yTent.indices { total += yTent[cell] * sums[(y + cell) * candidateCount + x] }
        least = min(least, total)
        let eccentricity = columns.eccentricity(of: x) + rows.eccentricity(of: y)
        if let best, (best.total, -best.eccentricity) >= (total, -eccentricity) { continue }
        best = (total, eccentricity, x, y)
      }
    }
    guard let best, best.total > least else {
      return PixelPoint(x: columns.centre, y: rows.centre)
    }
    return PixelPoint(x: columns.pixel(of: best.x), y: rows.pixel(of: best.y))
  }

  // Flat where there is nothing to choose.
  private static func tent(_ axis: CropAxis) -> [Int] {
    let count = axis.keptCount
    if axis.candidates.upperBound == 0 { return [Int](repeating: 1, count: count) }
    return (0..<count).map { min($0 + 1, count - $0) }
  }
}
