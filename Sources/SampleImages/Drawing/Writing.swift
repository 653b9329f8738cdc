import Glibc
import Raster

/// Text in letters that nobody can read: thin dark strokes, as in scans and screenshots.
struct Writing {
  /// The ends of a stroke; a letter is one wide and two high.
  private typealias Stroke = (from: SIMD2<Float>, to: SIMD2<Float>)

  private let letters: [[Stroke]]
  private var random: SplitMix64

  /// - Parameter seed: of the letters and of the words.
  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    letters = (0..<22).map { _ in
      // Along the points of a grid of two by three, as a seven-segment display has it and more.
      var point = SIMD2(Float(random.next(below: 2)), Float(random.next(below: 3)))
      return (0..<random.next(below: 3) + 2).map { _ in
        var next = point
        while next == point {
          next = SIMD2(Float(random.next(below: 2)), Float(random.next(below: 3)))
        }
        defer { point = next }
        return (point, next)
      }
    }
    self.random = random
  }

  /// A line of words.
  ///
  /// - Parameters:
  ///   - origin: the top left of the first letter.
  ///   - width: where the line must end.
  ///   - size: the height of a letter.
  mutating func write(
    on canvas: inout Canvas, from origin: SIMD2<Float>, width: Float, size: Float, ink: Tint
  ) {
    let advance = size * 0.72
    var x = origin.x
    while true {
      let letterCount = 1 + random.next(below: 4) + random.next(below: 6)
      guard x + Float(letterCount) * advance <= origin.x + width else { return }
      for _ in 0..<letterCount {
        draw(
          letters[random.next(below: letters.count)], on: &canvas, at: SIMD2(x, origin.y),
          size: size, ink: ink)
        x += advance
      }
      x += advance
    }
  }

  private func draw(
    _ letter: [Stroke], on canvas: inout Canvas, at origin: SIMD2<Float>, size: Float, ink: Tint
  ) {
    let (scale, thickness) = (size / 2, max(size * 0.055, 0.5))
    let margin = Int(thickness) + 2
    for y in -margin...Int(size) + margin {
      for x in -margin...Int(scale) + margin {
        let column = Int(origin.x) + x
        let row = Int(origin.y) + y
        guard (0..<canvas.width).contains(column), (0..<canvas.height).contains(row) else {
          continue
        }
        let point = SIMD2(Float(column), Float(row)) + 0.5 - origin
        let distance = letter.reduce(Float.infinity) { nearest, stroke in
          min(
            nearest, Shape.distance(point, toLineFrom: stroke.from * scale, to: stroke.to * scale))
        }
        let coverage = smoothstep(thickness + 0.6, thickness - 0.6, distance)
        if coverage > 0 { canvas[column, row] = ink.withAlpha(coverage).over(canvas[column, row]) }
      }
    }
  }
}

extension Writing {
  /// A page of a letter: a heading, paragraphs, and a page number.
  static func page(_ width: Int, _ height: Int, seed: UInt64, ink: Tint, paper: Tint) -> Canvas {
    var canvas = Canvas(width, height, filledWith: paper)
    var writing = Writing(seed: seed)
    let size = Float(width) / 62
    let margin = Float(width) / 9
    let measure = Float(width) - 2 * margin
    writing.write(
      on: &canvas, from: SIMD2(margin, margin), width: measure * 0.7, size: size * 1.8, ink: ink)
    var y = margin + size * 5
    var lineCount = 0
    while y < Float(height) - margin {
      // Paragraphs of seven lines, of which the last is short.
      let isLast = lineCount % 7 == 6
      writing.write(
        on: &canvas, from: SIMD2(margin, y), width: isLast ? measure * 0.45 : measure, size: size,
        ink: ink)
      y += size * (isLast ? 3.4 : 1.75)
      lineCount += 1
    }
    return canvas
  }

  /// A terminal that has much to say, in colours.
  static func terminal(_ width: Int, _ height: Int) -> Canvas {
    var canvas = Canvas(width, height, filledWith: Tint(0x14181F))
    var writing = Writing(seed: 77)
    let inks = [0xD8DEE9, 0xD8DEE9, 0x8FBC8B, 0xE0B060, 0x6FA8DC, 0xD06070].map { Tint(UInt32($0)) }
    let size: Float = 13
    for (line, y) in stride(from: Float(18), to: Float(height) - 20, by: 22).enumerated() {
      let bits = SplitMix64.mixed(UInt64(line))
      let length = 0.25 + 0.7 * Float(bits % 100) / 100
      writing.write(
        on: &canvas, from: SIMD2(20, y), width: 90, size: size, ink: inks[2 + Int(bits >> 8 & 3)])
      writing.write(
        on: &canvas, from: SIMD2(130, y), width: (Float(width) - 150) * length, size: size,
        ink: inks[0])
    }
    return canvas
  }
}
