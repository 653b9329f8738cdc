import Raster
import Testing

@Suite("Grayscale, saturation and tint")
struct LumaTests {
  static let sizes = [(1, 1), (1, 9), (9, 1), (7, 5)]

  @Test("gray is the luma, rounded once", arguments: everyFormat)
  func grayscale(format: PixelFormat) async throws {
    for (width, height) in Self.sizes {
      let picture = Picture.noise(width, height, format)
      let expected = picture.mapped(to: format.with(colour: false)) { pixel in
        [luma(pixel).rounded(upTo: format.maximumSample)] + pixel.dropFirst(format.colourCount)
      }
      #expect(try await picture.applying(Grayscale()) == expected)
      #expect(try await Grayscale().returnsSource(of: picture) == !format.hasColour)
    }
  }

  @Test("grays are what they were", arguments: everyFormat)
  func grays(format: PixelFormat) async throws {
    let gray = Picture.levels(format.with(colour: false))
    let coloured = try await gray.applying(ConvertFormat(to: format))
    #expect(try await coloured.applying(Grayscale()) == gray)
    for factor in [0, 0.4, 3, 100] {
      #expect(try await coloured.applying(Saturation(factor: factor)) == coloured)
    }
  }

  @Test("saturation is exact to the tie", arguments: everyFormat)
  func saturation(format: PixelFormat) async throws {
    let full = format.maximumSample
    for parts in [0, 1, 33_333, 50_000, 125_000, 300_000, 10_000_000] {
      let factor = Fraction(parts, 100_000)
      for (width, height) in Self.sizes {
        let picture = Picture.noise(width, height, format)
        let expected = picture.mapped(to: format) { pixel in
          let luma = luma(pixel)
          return pixel.enumerated().map { index, sample in
            index < format.colourCount
              ? (luma + (Fraction(sample) - luma) * factor).rounded(upTo: full) : sample
          }
        }
        let saturation = Saturation(factor: Double(parts) / 100_000)
        #expect(try await picture.applying(saturation) == expected)
        #expect(saturation.factor == Double(parts) / 100_000)
      }
    }
  }

  @Test("no saturation is the grayscale, and a factor of 1 is not there", arguments: everyFormat)
  func saturationEnds(format: PixelFormat) async throws {
    let picture = Picture.noise(6, 5, format)
    let gray = try await picture.applying(Grayscale(), ConvertFormat(to: format))
    #expect(try await picture.applying(Saturation(factor: 0)) == gray)
    #expect(try await Saturation(factor: 1).returnsSource(of: picture))
    #expect(try await Saturation(factor: 2).returnsSource(of: picture) == !format.hasColour)
  }

  static let inks = [
    Colour(red: 195, green: 19, blue: 6), Colour(red: 0, green: 0, blue: 255), .black, .white,
    Colour(red: 90, green: 90, blue: 90), Colour(red: 255, green: 255, blue: 254),
    Colour(red: 1, green: 0, blue: 0),
  ]

  @Test("a tint is the way over the colour, rounded once", arguments: everyFormat)
  func tint(format: PixelFormat) async throws {
    let full = format.maximumSample
    for ink in Self.inks {
      let colour = [ink.red, ink.green, ink.blue].map { Int($0) * (full / 255) }
      let middle = luma(colour)
      for parts in [1, 25_000, 33_333, 100_000] {
        let amount = Fraction(parts, 100_000)
        for (width, height) in Self.sizes {
          let picture = Picture.noise(width, height, format)
          let hasColour = format.hasColour || !ink.isGray
          let expected = picture.mapped(to: format.with(colour: hasColour)) { pixel in
            let luma = luma(pixel)
            let own =
              format.hasColour ? Array(pixel.prefix(3)) : [Int](repeating: pixel[0], count: 3)
            let tinted = (0..<3).map { channel in
              let shade =
                luma < middle
                ? Fraction(colour[channel]) * luma / middle
                : middle < Fraction(full)
                  ? Fraction(colour[channel]) + Fraction(full - colour[channel]) * (luma - middle)
                    / (Fraction(full) - middle) : luma
              return (Fraction(own[channel]) + (shade - Fraction(own[channel])) * amount)
                .rounded(upTo: full)
            }
            return (hasColour ? tinted : [tinted[0]]) + pixel.dropFirst(format.colourCount)
          }
          let tint = Tint(ink, amount: Double(parts) / 100_000)
          #expect(try await picture.applying(tint) == expected)
        }
      }
    }
  }

  @Test(
    "black stays, white stays, and the luma stays to within the rounding", arguments: everyFormat)
  func tintKeepsLuma(format: PixelFormat) async throws {
    let full = format.maximumSample
    for ink in Self.inks {
      let picture = Picture.noise(8, 8, format)
      let tinted = try await picture.applying(Tint(ink))
      for y in 0..<8 {
        for x in 0..<8 {
          let before = luma(Array(picture.pixel(x, y).prefix(format.colourCount)))
          let after = luma(Array(tinted.pixel(x, y).prefix(tinted.format.colourCount)))
          let difference = after - before
          #expect(difference < Fraction(1) && Fraction(-1) < difference)
        }
      }
      for end in [0, full] {
        let plain = Picture(2, 1, format) { _, _, _ in end }
        #expect(try await plain.applying(Tint(ink)).samples.allSatisfy { $0 == end })
      }
    }
  }

  @Test("a tint that changes nothing is not there", arguments: everyFormat)
  func tintNeutral(format: PixelFormat) async throws {
    let picture = Picture.noise(3, 3, format)
    #expect(try await Tint(Self.inks[0], amount: 0).returnsSource(of: picture))
    #expect(try await Tint(.white).returnsSource(of: picture) == !format.hasColour)
  }
}
