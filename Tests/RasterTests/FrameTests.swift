import Raster
import Testing

@Suite("Crop, Pad and ConvertFormat")
struct FrameTests {
  @Test("a cut holds the pixels of its place", arguments: everyFormat)
  func crop(format: PixelFormat) async throws {
    let picture = Picture.noise(7, 6, format)
    for rect in [
      PixelRect(x: 0, y: 0, width: 7, height: 6), PixelRect(x: 2, y: 1, width: 3, height: 4),
      PixelRect(x: 6, y: 5, width: 1, height: 1), PixelRect(x: 0, y: 2, width: 7, height: 2),
    ] {
      let expected = picture.rearranged(to: rect.size) { ($0 + rect.x, $1 + rect.y) }
      #expect(try await picture.applying(Crop(to: rect)) == expected)
    }
  }

  @Test("a cut reads no row below itself")
  func cropStreams() async throws {
    let source = try Picture.noise(5, 20, PixelFormat(.gray, .eight)).rows()
    let rows = try await Crop(to: PixelRect(x: 1, y: 3, width: 2, height: 4)).rows(from: source)
    _ = try Picture(reading: rows)
    #expect(source.pulledCount == 7)
  }

  @Test(
    "a cut outside of the picture is refused",
    arguments: [
      PixelRect(x: 5, y: 0, width: 3, height: 1), PixelRect(x: 0, y: 6, width: 1, height: 1),
      PixelRect(x: -1, y: 0, width: 1, height: 1), PixelRect(x: .max, y: 0, width: 2, height: 1),
      PixelRect(x: 0, y: 0, width: .max, height: 1),
    ])
  func cropOutside(rect: PixelRect) async throws {
    let picture = Picture.noise(7, 6, PixelFormat(.gray, .eight))
    let error = try await #require(throws: TransformError.self) {
      try await picture.applying(Crop(to: rect))
    }
    #expect(error.code == .outside)
    #expect(error.message == "\(rect) is not within a picture of 7x6")
  }

  @Test("a frame is the background around the picture", arguments: everyFormat)
  func pad(format: PixelFormat) async throws {
    let picture = Picture.noise(3, 2, format)
    let canvas = PixelSize(width: 6, height: 5)
    let scale = format.maximumSample / 255
    for background in [Colour.black, .white, .transparent, Colour(red: 9, green: 80, blue: 200)] {
      let pad = Pad(canvas: canvas, offset: PixelPoint(x: 2, y: 1), background: background)
      let result = try await picture.applying(pad)
      let hasColour = format.hasColour || !background.isGray
      let hasAlpha = format.hasAlpha || !background.isOpaque
      #expect(result.format.hasColour == hasColour && result.format.hasAlpha == hasAlpha)
      #expect(result.format.depth == format.depth)
      let inside = try await picture.applying(ConvertFormat(to: result.format))
      let colour = [background.red, background.green, background.blue].map { Int($0) * scale }
      let around =
        (hasColour ? colour : [colour[0]]) + (hasAlpha ? [Int(background.alpha) * scale] : [])
      for y in 0..<5 {
        for x in 0..<6 {
          let isInside = (2..<5).contains(x) && (1..<3).contains(y)
          #expect(result.pixel(x, y) == (isInside ? inside.pixel(x - 2, y - 1) : around))
        }
      }
    }
  }

  @Test("a frame of the picture's own size changes nothing, not even the format")
  func padNothing() async throws {
    let picture = Picture.noise(3, 2, PixelFormat(.gray, .eight))
    let pad = Pad(canvas: picture.size, offset: .zero, background: .transparent)
    #expect(try await picture.applying(pad) == picture)
  }

  @Test("a frame that does not hold the picture is refused")
  func padOutside() async throws {
    let picture = Picture.noise(3, 2, PixelFormat(.gray, .eight))
    for (canvas, offset) in [
      (PixelSize(width: 2, height: 9), PixelPoint.zero),
      (PixelSize(width: 9, height: 9), PixelPoint(x: 7, y: 0)),
      (PixelSize(width: 9, height: 9), PixelPoint(x: 0, y: -1)),
    ] {
      let error = try await #require(throws: TransformError.self) {
        try await picture.applying(Pad(canvas: canvas, offset: offset, background: .black))
      }
      #expect(error.code == .outside)
    }
  }

  @Test("widening is exact, and narrowing takes it back", arguments: everyFormat, everyFormat)
  func convert(from: PixelFormat, to: PixelFormat) async throws {
    let isWider =
      to.depth.rawValue >= from.depth.rawValue && (to.hasColour || !from.hasColour)
      && (to.hasAlpha || !from.hasAlpha)
    guard isWider else { return }
    let picture = Picture.noise(5, 4, from)
    let result = try await picture.applying(ConvertFormat(to: to))
    let scale = to.maximumSample / from.maximumSample
    for y in 0..<4 {
      for x in 0..<5 {
        let pixel = picture.pixel(x, y).map { $0 * scale }
        let colour = from.hasColour ? Array(pixel.prefix(3)) : [pixel[0], pixel[0], pixel[0]]
        let alpha = from.hasAlpha ? pixel[pixel.count - 1] : to.maximumSample
        let expected = (to.hasColour ? colour : [colour[0]]) + (to.hasAlpha ? [alpha] : [])
        #expect(result.pixel(x, y) == expected)
      }
    }
    #expect(try await result.applying(ConvertFormat(to: from)) == picture)
  }

  @Test("narrowing names the first pixel that it can't do without loss")
  func refusals() async throws {
    func message(_ format: PixelFormat, _ pixel: [Int], to narrow: PixelFormat) async throws
      -> String
    {
      let full = format.maximumSample
      let picture = Picture(6, 9, format) { x, y, channel in
        let isOffending = (x >= 3 && y == 7) || y == 8
        return isOffending ? pixel[channel] : full
      }
      let error = try await #require(throws: TransformError.self) {
        try await picture.applying(ConvertFormat(to: narrow))
      }
      #expect(error.code == .inexact)
      return error.description
    }
    let gray = PixelFormat(.gray, .eight)
    let rgb = PixelFormat(.rgb, .eight)
    let rgba = PixelFormat(.rgba, .eight)
    #expect(
      try await message(rgba, [1, 1, 1, 254], to: rgb)
        == "pixel (3,7) is translucent, and there is no alpha to hold it")
    #expect(
      try await message(rgb, [1, 1, 2], to: gray)
        == "pixel (3,7) has a hue, and there is only gray to hold it")
    #expect(
      try await message(PixelFormat(.gray, .sixteen), [256], to: gray)
        == "pixel (3,7) has a sample of 16 bits that 8 bits do not hold")
  }
}
