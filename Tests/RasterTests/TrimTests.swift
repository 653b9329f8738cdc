import Raster
import Testing

@Suite("Trim")
struct TrimTests {
  private func trimmed(_ picture: Picture, tolerance: Int) async throws -> Picture {
    try Picture(reading: try await Trim(tolerance: tolerance).rows(from: picture.rows()))
  }

  // The smallest frame around every pixel that isn't the border's.
  private func expected(_ picture: Picture, tolerance: Int) -> Picture {
    let levels = tolerance * picture.format.maximumSample / 255
    let corner = picture.pixel(0, 0)
    let isTransparent = picture.format.hasAlpha && corner[corner.count - 1] <= levels
    var (left, top, right, bottom) = (Int.max, Int.max, -1, -1)
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let pixel = picture.pixel(x, y)
        let isBorder =
          isTransparent
          ? pixel[pixel.count - 1] <= levels
          : zip(pixel, corner).allSatisfy { abs($0 - $1) <= levels }
        if isBorder { continue }
        (left, top) = (min(left, x), min(top, y))
        (right, bottom) = (max(right, x), max(bottom, y))
      }
    }
    if right < 0 { return picture }
    let size = PixelSize(width: right - left + 1, height: bottom - top + 1)
    return picture.rearranged(to: size) { ($0 + left, $1 + top) }
  }

  @Test("what is left is all that differs", arguments: everyFormat)
  func frames(format: PixelFormat) async throws {
    let scale = format.maximumSample / 255
    var generator = SeededGenerator(seed: 5)
    for corner in [[200, 100, 50, 255], [0, 0, 0, 0], [9, 9, 9, 90]] {
      for _ in 0..<12 {
        var picture = Picture.constant(13, 11, format, pixel(corner, format))
        // A border that isn't quite even, and a few pixels that aren't the border's.
        for index in picture.samples.indices {
          let grain = Int.random(in: -4 * scale...4 * scale, using: &generator)
          picture.samples[index] = min(
            max(picture.samples[index] + grain, 0), format.maximumSample)
        }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          let x = Int.random(in: 0..<13, using: &generator)
          let y = Int.random(in: 0..<11, using: &generator)
          for (channel, level) in pixel([120, 130, 140, 200], format).enumerated() {
            picture[x, y, channel] = level
          }
        }
        for tolerance in [0, 8, 255] {
          let result = try await trimmed(picture, tolerance: tolerance)
          #expect(result == expected(picture, tolerance: tolerance))
        }
      }
    }
  }

  @Test("noise without a tolerance", arguments: everyFormat)
  func noise(format: PixelFormat) async throws {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (6, 5)] {
      let picture = Picture.noise(width, height, format)
      #expect(
        try await trimmed(picture, tolerance: 0) == expected(picture, tolerance: 0))
    }
  }

  @Test("a picture that is all border stays as it is", arguments: everyFormat)
  func allBorder(format: PixelFormat) async throws {
    try await expectConstant(Trim(), format, sizes: [(1, 1), (1, 7), (7, 1), (5, 4)])
  }

  @Test("a transparent border is one whatever colours it hides")
  func hiddenColours() async throws {
    let picture = Picture(9, 8, PixelFormat(.rgba, .eight)) { x, y, channel in
      let isInside = (2...5).contains(x) && (3...4).contains(y)
      return channel < 3 ? x * 25 + y * 3 : isInside ? 255 : 0
    }
    let result = try await trimmed(picture, tolerance: 0)
    #expect(result == picture.rearranged(to: PixelSize(width: 4, height: 2)) { ($0 + 2, $1 + 3) })
  }

  @Test("the largest layout is promised, and all of the picture is held")
  func promise() throws {
    let layout = try Picture.noise(9, 8, PixelFormat(.rgb, .eight)).layout()
    #expect(Trim().dependsOnPixels)
    #expect(try Trim().outputLayout(for: layout) == layout)
    #expect(try Trim().workingByteCount(for: layout) == layout.byteCount)
    #expect(!Blur(sigma: 1).dependsOnPixels)
  }
}
