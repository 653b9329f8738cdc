import Foundation
import Raster
import Testing

@Suite("Rotate")
struct RotateTests {
  static let angles = [0.5, 7, 30, 45, 89.9, 123.4, 200, 315]

  // The definition: centres turned back, 4 x 4 cubic weights, edge pixels going on, and the
  // background over one pixel at the edge. Samples are straight, neither clamped nor rounded.
  private func reference(
    _ picture: Picture, degrees: Double, background: [Int], size: PixelSize, format: PixelFormat
  ) -> [Double] {
    let full = Double(format.maximumSample)
    let angle = degrees * .pi / 180
    func weight(_ distance: Double) -> Double {
      let x = abs(distance)
      if x < 1 { return 1.5 * x * x * x - 2.5 * x * x + 1 }
      return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0
    }
    func premultiplied(_ x: Int, _ y: Int) -> [Double] {
      let (column, row) = (min(max(x, 0), picture.width - 1), min(max(y, 0), picture.height - 1))
      let pixel = picture.pixel(column, row).map { Double($0) / full }
      let alpha = picture.format.hasAlpha ? pixel[pixel.count - 1] : 1
      let colour = picture.format.hasColour ? pixel.prefix(3) : [pixel[0], pixel[0], pixel[0]]
      return colour.map { $0 * alpha } + [alpha]
    }
    func cover(_ x: Double, _ count: Int) -> Double {
      min(1, max(0, x + 1)) * min(1, max(0, Double(count) - x))
    }
    let alpha = Double(background[3]) / 255
    let around = background.prefix(3).map { Double($0) / 255 * alpha } + [alpha]
    var result: [Double] = []
    for y in 0..<size.height {
      for x in 0..<size.width {
        let dx = Double(x) + 0.5 - Double(size.width) / 2
        let dy = Double(y) + 0.5 - Double(size.height) / 2
        let sx = cos(angle) * dx + sin(angle) * dy + Double(picture.width) / 2 - 0.5
        let sy = -sin(angle) * dx + cos(angle) * dy + Double(picture.height) / 2 - 0.5
        let share = cover(sx, picture.width) * cover(sy, picture.height)
        var sum = [0.0, 0, 0, 0]
        let (left, top) = (Int(sx.rounded(.down)), Int(sy.rounded(.down)))
        for row in top - 1...top + 2 where share > 0 {
          for column in left - 1...left + 2 {
            let factor = weight(sx - Double(column)) * weight(sy - Double(row))
            for (index, value) in premultiplied(column, row).enumerated() {
              sum[index] += factor * value
            }
          }
        }
        sum[3] = min(max(sum[3], 0), 1)
        for index in 0..<3 { sum[index] = min(max(sum[index], 0), sum[3]) }
        var mixed = (0..<4).map { sum[$0] * share + around[$0] * (1 - share) }
        for index in 0..<3 { mixed[index] = mixed[3] > 0 ? mixed[index] / mixed[3] : 0 }
        result += (format.hasColour ? Array(mixed.prefix(3)) : [mixed[0]]).map { $0 * full }
        if format.hasAlpha { result.append(mixed[3] * full) }
      }
    }
    return result
  }

  @Test("every format is within one level of the definition", arguments: everyFormat)
  func accuracy(format: PixelFormat) async throws {
    for background in [[0, 0, 0, 0], [20, 200, 90, 255], [50, 50, 50, 128]] {
      let colour = Colour(
        red: UInt8(background[0]), green: UInt8(background[1]), blue: UInt8(background[2]),
        alpha: UInt8(background[3]))
      for degrees in Self.angles {
        let picture = Picture.natural(13, 9, format)
        let rotate = Rotate(degrees: degrees, background: colour)
        let result = try await picture.applying(rotate)
        #expect(result.format.hasColour == (format.hasColour || background[1] == 200))
        #expect(result.format.hasAlpha == (format.hasAlpha || background[3] < 255))
        var comparison = Comparison()
        comparison.add(
          result,
          reference(
            picture, degrees: degrees, background: background, size: result.size,
            format: result.format))
        #expect(comparison.maximum <= 1, "\(degrees)")
      }
    }
  }

  @Test("quarter turns are exact", arguments: everyFormat)
  func quarters(format: PixelFormat) async throws {
    let picture = Picture.noise(7, 4, format)
    let turns: [(Double, Orientation)] = [
      (0, .upright), (90, .rotated90Clockwise), (180, .rotated180),
      (270, .rotated90Counterclockwise), (-90, .rotated90Counterclockwise), (360, .upright),
      (-720, .upright), (450, .rotated90Clockwise), (-1e-300, .upright),
    ]
    for (degrees, orientation) in turns {
      let result = try await picture.applying(Rotate(degrees: degrees, background: .transparent))
      #expect(result == (try await picture.applying(Orient(orientation))), "\(degrees)")
    }
    // Clockwise: what was on the left is on top.
    let turned = try await picture.applying(Rotate(degrees: 90, background: .black))
    #expect(turned.pixel(0, 0) == picture.pixel(0, 3))
    try await expectNeutral(Rotate(degrees: 0, background: .black))
  }

  @Test("nearly a quarter turn is nearly exact")
  func nearlyQuarter() async throws {
    let picture = Picture.natural(12, 7, PixelFormat(.rgb, .eight))
    let exact = try await picture.applying(Rotate(degrees: 90, background: .black))
    let near = try await picture.applying(Rotate(degrees: 90.001, background: .black))
    #expect(near.size == exact.size)
    #expect(zip(near.samples, exact.samples).allSatisfy { abs($0 - $1) <= 1 })
  }

  @Test("an even picture on its own colour stays even", arguments: everyFormat)
  func constant(format: PixelFormat) async throws {
    let colour = Colour(red: 77, green: 200, blue: 5)
    let gray = Colour(red: 77, green: 77, blue: 77)
    for degrees in Self.angles {
      for (width, height) in [(1, 1), (1, 9), (9, 1), (8, 5)] {
        let samples = pixel([77, 200, 5, 255], format)
        let picture = Picture.constant(width, height, format, samples)
        let result = try await picture.applying(
          Rotate(degrees: degrees, background: format.hasColour ? colour : gray))
        #expect(result == .constant(result.width, result.height, format, samples))
      }
    }
  }

  @Test("hidden colour never bleeds, nor does the colour of a transparent background")
  func hiddenColour() async throws {
    let format = PixelFormat(.rgba, .eight)
    let picture = Picture(14, 10, format) { x, y, channel in
      (x / 3 + y / 4).isMultiple(of: 2) ? [0, 255, 0, 0][channel] : [255, 0, 0, 255][channel]
    }
    let background = Colour(red: 0, green: 255, blue: 0, alpha: 0)
    for degrees in Self.angles {
      let result = try await picture.applying(Rotate(degrees: degrees, background: background))
      for y in 0..<result.height {
        for x in 0..<result.width {
          let pixel = result.pixel(x, y)
          #expect(pixel[1] == 0 && pixel[2] == 0)
          #expect(pixel[0] == (pixel[3] == 0 ? 0 : 255))
        }
      }
    }
  }

  @Test("the canvas is the smallest that holds all of it")
  func canvas() throws {
    func size(_ width: Int, _ height: Int, _ degrees: Double) throws -> PixelSize {
      let layout = try RowLayout(
        size: PixelSize(width: width, height: height), format: PixelFormat(.gray, .eight))
      return try Rotate(degrees: degrees, background: .black).outputLayout(for: layout).size
    }
    // 100 · cos 30° + 50 · sin 30° = 111.6, 100 · sin 30° + 50 · cos 30° = 93.3.
    #expect(try size(100, 50, 30) == PixelSize(width: 112, height: 94))
    #expect(try size(100, 50, 210) == PixelSize(width: 112, height: 94))
    #expect(try size(100, 50, 150) == PixelSize(width: 112, height: 94))
    #expect(try size(100, 50, -30) == PixelSize(width: 112, height: 94))
    // 3-4-5: whole sides but for the last digits.
    let angle = atan2(3.0, 4.0) * 180 / .pi
    #expect(try size(200, 100, angle) == PixelSize(width: 220, height: 200))
    #expect(try size(1, 1, 45) == PixelSize(width: 2, height: 2))
    #expect(throws: SizeOverflow.self) { try size(1 << 60, 1, 45) }
  }

  @Test("all of the picture is held, and collected when the first row is asked for")
  func memory() async throws {
    let source = try Picture.noise(6, 5, PixelFormat(.rgb, .eight)).rows()
    let rotate = Rotate(degrees: 10, background: .black)
    let rows = try await rotate.rows(from: source)
    #expect(source.pulledCount == 0)
    _ = try Picture(reading: rows)
    #expect(source.pulledCount == 5)
    #expect(try rotate.workingByteCount(for: source.layout) == source.layout.byteCount)
  }
}
