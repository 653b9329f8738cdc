import Raster
import Testing

@Suite("Quantising")
struct QuantiseTests {
  @Test("no more colours than asked for, in the format that came in", arguments: everyFormat)
  func count(format: PixelFormat) async throws {
    for picture in [Picture.natural(19, 17, format), .noise(1, 23, format), .noise(23, 1, format)] {
      for colourCount in [2, 3, 16, 255, 256] {
        for dithering in Dithering.allCases {
          let quantise = Quantise(to: colourCount, dithering: dithering)
          let result = try await picture.applying(quantise)
          #expect(result.size == picture.size && result.format == format)
          #expect(result.distinctPixels.count <= colourCount)
          #expect(try await picture.applying(quantise) == result)
          if format.depth == .sixteen { #expect(result.samples.allSatisfy { $0 % 257 == 0 }) }
        }
      }
    }
  }

  @Test("few colours stay as they are", arguments: everyFormat)
  func fewColours(format: PixelFormat) async throws {
    for colourCount in [2, 7, 64, 256] {
      let colours = Picture.noise(colourCount, 1, format, seed: 5)
      let unit = format.maximumSample / 255
      let picture = Picture(31, 13, format) { x, y, channel in
        let sample = colours[(x + 31 * y) % colourCount, 0, channel] / unit * unit
        return channel == format.colourCount ? max(sample, unit) : sample
      }
      for dithering in Dithering.allCases {
        let quantise = Quantise(to: colourCount, dithering: dithering)
        #expect(try await picture.applying(quantise) == picture)
      }
    }
  }

  @Test("one pixel stays", arguments: everyFormat)
  func onePixel(format: PixelFormat) async throws {
    let full = format.maximumSample
    let picture = Picture(1, 1, format) { _, _, channel in
      format.hasColour && channel == 1 ? 0 : full
    }
    #expect(try await picture.applying(Quantise(to: 2)) == picture)
  }

  @Test("256 grays of 8 bits are all there are")
  func allGrays() async throws {
    let picture = Picture.levels(PixelFormat(.gray, .eight))
    #expect(try await Quantise(to: 256).returnsSource(of: picture))
    #expect(try Quantise(to: 256).workingByteCount(for: picture.layout()) == 0)
    #expect(try await !Quantise(to: 255).returnsSource(of: picture))
  }

  @Test("no opacity is one colour, and what is opaque stays so", arguments: [3, 4, 20, 256])
  func opacity(colourCount: Int) async throws {
    for format in everyFormat where format.hasAlpha {
      let picture = Picture.natural(23, 17, format)
      let full = format.maximumSample
      for dithering in Dithering.allCases {
        let result = try await picture.applying(Quantise(to: colourCount, dithering: dithering))
        for y in 0..<17 {
          for x in 0..<23 {
            let alpha = picture[x, y, format.channelCount - 1]
            let pixel = result.pixel(x, y)
            if alpha == 0 { #expect(pixel.allSatisfy { $0 == 0 }) }
            if alpha == full { #expect(pixel[pixel.count - 1] == full) }
            if alpha >= full / 2 && alpha < full { #expect(pixel[pixel.count - 1] > 0) }
          }
        }
      }
    }
  }

  @Test("two colours for three kinds of opacity")
  func twoColours() async throws {
    let picture = Picture(9, 3, PixelFormat(.rgba, .eight)) { x, _, channel in
      channel == 3 ? [0, 100, 255][x / 3] : 30 * x
    }
    for dithering in Dithering.allCases {
      let result = try await picture.applying(Quantise(to: 2, dithering: dithering))
      #expect(result.distinctPixels.count == 2)
      #expect(result.pixel(0, 0) == [0, 0, 0, 0])
    }
  }

  @Test("without dithering every pixel has the nearest colour of its kind", arguments: [2, 9, 60])
  func nearest(colourCount: Int) async throws {
    for format in everyFormat where format.depth == .eight {
      let picture = Picture.natural(21, 18, format, seed: 4)
      let result = try await picture.applying(Quantise(to: colourCount, dithering: .none))
      let palette = result.distinctPixels.map { Point($0, format) }
      for y in 0..<18 {
        for x in 0..<21 {
          let wanted = Point(picture.pixel(x, y), format)
          let got = Point(result.pixel(x, y), format)
          let distances = palette.filter { $0.kind == got.kind }.map { $0.distance(to: wanted) }
          #expect(got.distance(to: wanted) == distances.min())
        }
      }
    }
  }

  @Test("16 bits are quantised as the 8 bits nearest to them are")
  func depths() async throws {
    for channels in PixelFormat.Channels.allCases {
      let deep = Picture.natural(17, 9, PixelFormat(channels, .sixteen))
      let shallow = Picture(17, 9, PixelFormat(channels, .eight)) { x, y, channel in
        (deep[x, y, channel] * 2 + 257) / 514
      }
      let quantise = Quantise(to: 12)
      let expected = try await shallow.applying(quantise, ConvertFormat(to: deep.format))
      #expect(try await deep.applying(quantise) == expected)
    }
  }

  @Test("grays stay gray, as colours too")
  func grays() async throws {
    let gray = Picture.natural(21, 18, PixelFormat(.grayAlpha, .eight))
    let coloured = try await gray.applying(ConvertFormat(to: PixelFormat(.rgba, .eight)))
    for dithering in Dithering.allCases {
      let quantise = Quantise(to: 9, dithering: dithering)
      let result = try await coloured.applying(quantise)
      for y in 0..<18 {
        for x in 0..<21 { #expect(Set(result.pixel(x, y).prefix(3)).count == 1) }
      }
    }
  }

  @Test("clouds of colours become their means")
  func clouds() async throws {
    let centres = [
      [30, 40, 200], [200, 30, 30], [30, 200, 60], [220, 220, 210], [100, 90, 110],
    ]
    var generator = SeededGenerator(seed: 8)
    let picture = Picture(30, 10, PixelFormat(.rgb, .eight)) { x, _, channel in
      centres[x / 6][channel] + Int.random(in: -6...6, using: &generator)
    }
    let result = try await picture.applying(Quantise(to: 5, dithering: .none))
    for cloud in 0..<5 {
      for channel in 0..<3 {
        var sum = 0
        for y in 0..<10 {
          for x in 0..<6 { sum += picture[cloud * 6 + x, y, channel] }
        }
        let mean = Fraction(sum, 60).rounded(upTo: 255)
        for x in 0..<6 { #expect(result[cloud * 6 + x, 5, channel] == mean) }
      }
    }
  }

  @Test("dithering is Floyd and Steinberg's, to and fro", arguments: [2, 5, 24])
  func diffusion(colourCount: Int) async throws {
    for format in everyFormat where format.depth == .eight {
      for (width, height) in [(21, 16), (1, 40), (300, 1)] {
        let picture = Picture.natural(width, height, format, seed: 6)
        let result = try await picture.applying(Quantise(to: colourCount))
        let palette = result.distinctPixels.map { Point($0, format) }
        var errors = [[Int]](repeating: [0, 0, 0, 0], count: (width + 2) * (height + 1))
        for y in 0..<height {
          let step = y % 2 == 0 ? 1 : -1
          for column in 0..<width {
            let x = step > 0 ? column : width - 1 - column
            let own = Point(picture.pixel(x, y), format)
            let got = Point(result.pixel(x, y), format)
            if own.alpha == 0 { continue }
            let place = y * (width + 2) + x + 1
            let kin = palette.filter { $0.kind == got.kind }
            let wanted = (0..<4).map { axis in
              let levels = kin.map { 16 * $0.samples[axis] }
              let isFixed = own.alpha == 255 && axis == 3
              let sum = isFixed ? 16 * 255 : own.samples[axis] * 16 + errors[place][axis]
              return min(max(sum, levels.min() ?? 0), levels.max() ?? 0)
            }
            let rounded = Point(samples: wanted.map { ($0 + 8) / 16 })
            #expect(got.distance(to: rounded) == kin.map { $0.distance(to: rounded) }.min())
            for axis in 0..<4 {
              let error = wanted[axis] - 16 * got.samples[axis]
              let shares = [7, 3, 5].map { (error * $0) >> 4 }
              errors[place + step][axis] += shares[0]
              errors[place + width + 2 - step][axis] += shares[1]
              errors[place + width + 2][axis] += shares[2]
              errors[place + width + 2 + step][axis] += error - shares.reduce(0, +)
            }
          }
        }
      }
    }
  }

  @Test("dithering keeps the means of areas, which otherwise become steps")
  func means() async throws {
    let picture = Picture(64, 32, PixelFormat(.gray, .eight)) { x, _, _ in 4 * x }
    func largestDifference(_ dithering: Dithering) async throws -> Int {
      let result = try await picture.applying(Quantise(to: 4, dithering: dithering))
      // What is darker or lighter than all of the palette can't be mixed from it.
      let differences = stride(from: 16, to: 48, by: 8).map { left in
        var sum = 0
        for y in 0..<32 {
          for x in left..<left + 8 { sum += result[x, y, 0] - picture[x, y, 0] }
        }
        return abs(sum) / 256
      }
      return differences.reduce(0, max)
    }
    #expect(try await largestDifference(.floydSteinberg) <= 3)
    #expect(try await largestDifference(.none) > 10)
  }

  @Test("what is lighter than the palette does not spill over what is below it")
  func spilling() async throws {
    // White is too rare for a colour of its own, and above what is a mixture of both colours.
    let picture = Picture(32, 64, PixelFormat(.gray, .eight)) { x, y, _ in
      x < 16 ? 40 : y < 4 ? 255 : 110
    }
    let result = try await picture.applying(Quantise(to: 2))
    #expect(result.distinctPixels == [[40], [119]])
    for top in stride(from: 4, to: 64, by: 12) {
      var sum = 0
      for y in top..<top + 12 {
        for x in 18..<30 { sum += result[x, y, 0] }
      }
      #expect(abs(sum - 144 * 110) <= 144 * 4, "from row \(top)")
    }
  }

  @Test("more colours than can be told apart in the room there is")
  func manyColours() async throws {
    let picture = Picture(270, 270, PixelFormat(.rgb, .eight)) { x, y, channel in
      [x * 255 / 269, y * 255 / 269, (x * 7 + y * 13) % 256][channel]
    }
    #expect(picture.distinctPixels.count > 65_536)
    let result = try await picture.applying(Quantise(to: 256, dithering: .none))
    #expect((200...256).contains(result.distinctPixels.count))
    let error = zip(picture.samples, result.samples).reduce(0) { sum, pair in
      sum + (pair.0 - pair.1) * (pair.0 - pair.1)
    }
    // A cube of 256 levels a side in 256 even boxes of 256³ / 256 has 12 levels off on average.
    #expect(Double(error) / Double(picture.samples.count) < 144)
  }

  @Test("the whole picture is read for the first row, and held as promised")
  func memory() async throws {
    let source = try Picture.noise(9, 8, PixelFormat(.rgb, .eight)).rows()
    let rows = try await Quantise(to: 9).rows(from: source)
    #expect(source.pulledCount == 0)
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    var row = buffer.bytes.mutableBytes
    try rows.readRow(into: &row)
    #expect(source.pulledCount == 8)
    let promised = try Quantise(to: 9).workingByteCount(for: rows.layout)
    #expect(promised > 9 * 8 * 4 && promised < 1 << 18)
    let large = try RowLayout(
      size: PixelSize(width: 4000, height: 3000), format: PixelFormat(.rgb, .eight))
    #expect(try Quantise(to: 9).workingByteCount(for: large) < 4 * 12_000_000 + 6_000_000)
    let endless = try RowLayout(
      size: PixelSize(width: 1 << 31, height: 1 << 31), format: PixelFormat(.gray, .eight))
    #expect(throws: SizeOverflow.self) { try Quantise(to: 9).workingByteCount(for: endless) }
  }
}

/// A colour of 8 bits by its premultiplied samples.
private struct Point {
  let samples: [Int]

  var alpha: Int { samples[3] }

  /// Opaque, translucent or neither.
  var kind: Int { alpha == 255 ? 2 : alpha == 0 ? 0 : 1 }

  init(samples: [Int]) { self.samples = samples }

  init(_ pixel: [Int], _ format: PixelFormat) {
    let alpha = format.hasAlpha ? pixel[pixel.count - 1] : 255
    let colour = format.hasColour ? Array(pixel.prefix(3)) : [Int](repeating: pixel[0], count: 3)
    samples = colour.map { Fraction($0 * alpha, 255).rounded(upTo: 255) } + [alpha]
  }

  func distance(to other: Point) -> Int {
    zip(samples, other.samples).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

extension Picture {
  fileprivate var distinctPixels: Set<[Int]> {
    Set((0..<width * height).map { pixel($0 % width, $0 / width) })
  }
}
