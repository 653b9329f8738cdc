import Raster
import Testing

@Suite("Alpha composited, dropped and alone")
struct AlphaTests {
  static let sizes = [(1, 1), (1, 9), (9, 1), (7, 5)]
  static let backgrounds = [Colour.black, .white, Colour(red: 9, green: 80, blue: 200)]

  @Test("flattening is compositing, rounded once", arguments: everyFormat)
  func flatten(format: PixelFormat) async throws {
    let full = format.maximumSample
    for background in Self.backgrounds {
      let behind = [background.red, background.green, background.blue].map {
        Int($0) * (full / 255)
      }
      for (width, height) in Self.sizes {
        let picture = Picture.noise(width, height, format)
        let flatten = Flatten(onto: background)
        guard format.hasAlpha else {
          #expect(try await flatten.returnsSource(of: picture))
          continue
        }
        let hasColour = format.hasColour || !background.isGray
        let expected = picture.mapped(to: format.with(colour: hasColour, alpha: false)) { pixel in
          let alpha = pixel[pixel.count - 1]
          return (0..<(hasColour ? 3 : 1)).map { channel in
            let own = pixel[format.hasColour ? channel : 0]
            return Fraction(own * alpha + behind[channel] * (full - alpha), full)
              .rounded(upTo: full)
          }
        }
        #expect(try await picture.applying(flatten) == expected)
      }
    }
  }

  @Test("every sample of 8 bits under every alpha")
  func everySample() async throws {
    for background in Self.backgrounds {
      let picture = Picture(256, 256, PixelFormat(.grayAlpha, .eight)) { x, y, channel in
        channel == 0 ? x : y
      }
      let gray = Colour(red: background.blue, green: background.blue, blue: background.blue)
      let result = try await picture.applying(Flatten(onto: gray))
      var differenceCount = 0
      for alpha in 0..<256 {
        for sample in 0..<256 {
          let exact = Double(sample * alpha + Int(gray.red) * (255 - alpha)) / 255
          if result[sample, alpha, 0] != Int((exact + 0.5).rounded(.down)) { differenceCount += 1 }
        }
      }
      #expect(differenceCount == 0)
    }
  }

  @Test("opaque pixels stay, and those without opacity are the background", arguments: everyFormat)
  func ends(format: PixelFormat) async throws {
    guard format.hasAlpha else { return }
    let full = format.maximumSample
    let opaque = Picture.levels(format).mapped(to: format) { $0.dropLast() + [full] }
    let plain = try await opaque.applying(RemoveAlpha())
    #expect(try await opaque.applying(Flatten(onto: .white)) == plain)
    let clear = opaque.mapped(to: format) { $0.dropLast() + [0] }
    let white = try await clear.applying(Flatten(onto: .white))
    #expect(white.samples.allSatisfy { $0 == full })
  }

  @Test("dropping leaves the colours, and the alpha alone is gray", arguments: everyFormat)
  func dropAndExtract(format: PixelFormat) async throws {
    for (width, height) in Self.sizes {
      let picture = Picture.noise(width, height, format)
      let colours = picture.mapped(to: format.with(alpha: false)) {
        Array($0.prefix(format.colourCount))
      }
      #expect(try await picture.applying(RemoveAlpha()) == colours)
      #expect(try await RemoveAlpha().returnsSource(of: picture) == !format.hasAlpha)
      let gray = picture.mapped(to: format.with(colour: false, alpha: false)) {
        format.hasAlpha ? [$0[$0.count - 1]] : [format.maximumSample]
      }
      #expect(try await picture.applying(ExtractAlpha()) == gray)
    }
  }

  @Test("steps that work on rows hold at most one that goes in", arguments: everyFormat)
  func streaming(format: PixelFormat) async throws {
    let steps: [any Transform] = [
      Flatten(onto: .white), RemoveAlpha(), ExtractAlpha(), Grayscale(), Saturation(factor: 2),
      Tint(Colour(red: 200, green: 90, blue: 10)), Invert(),
    ]
    for step in steps {
      let source = try Picture.noise(5, 4, format).rows()
      let rows = try await step.rows(from: source)
      #expect(source.pulledCount == 0)
      let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
      for count in 1...4 {
        var row = buffer.bytes.mutableBytes
        try rows.readRow(into: &row)
        #expect(source.pulledCount == count)
      }
      let bound = step is Invert ? 131_072 : source.layout.bytesPerRow
      #expect(try step.workingByteCount(for: source.layout) <= bound)
    }
  }
}
