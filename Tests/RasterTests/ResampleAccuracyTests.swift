import Raster
import Testing

@Suite("Resample against the reference in Double")
struct ResampleAccuracyTests {
  static let filters = ResamplingFilter.allCases.filter { $0 != .nearest }
  static let sizes = [
    PixelSize(width: 13, height: 9), PixelSize(width: 37, height: 11),
    PixelSize(width: 20, height: 29), PixelSize(width: 53, height: 47),
    PixelSize(width: 3, height: 61), PixelSize(width: 1, height: 1),
  ]

  @Test("every filter and format is within one level of it", arguments: filters, everyFormat)
  func accuracy(filter: ResamplingFilter, format: PixelFormat) async throws {
    let comparison = try await compare(
      .natural(37, 29, format), to: Self.sizes, filter: filter)
    #expect(comparison.maximum <= 1)
    #expect(comparison.psnr >= 65)
    #expect(abs(comparison.bias) <= 0.005)
  }

  @Test("white noise is no harder than a picture", arguments: everyFormat)
  func noise(format: PixelFormat) async throws {
    for (width, height, newWidth, newHeight) in [(96, 90, 24, 22), (160, 150, 16, 5)] {
      let comparison = try await compare(
        .noise(width, height, format), to: PixelSize(width: newWidth, height: newHeight))
      #expect(comparison.maximum <= 1)
      #expect(comparison.psnr >= 65)
    }
  }

  @Test("every percentage from 1 to 200 is within one level of it")
  func percentages() async throws {
    let rgb = PixelFormat(.rgb, .eight)
    let rgba = PixelFormat(.rgba, .eight)
    for percent in 1...200 {
      let request = ResizeRequest(size: .percent(thousandths: percent * 1000), enlarges: true)
      let picture = Picture.natural(31, 23, percent.isMultiple(of: 2) ? rgb : rgba)
      let size = try request.geometry(for: picture.size).scaled
      let comparison = try await compare(picture, to: size)
      #expect(comparison.maximum <= 1, "\(percent) %")
    }
  }

  @Test("pictures of one row, one column, one pixel", arguments: everyFormat)
  func thinPictures(format: PixelFormat) async throws {
    let cases = [
      (1, 40, 1, 7), (40, 1, 7, 1), (1, 7, 1, 40), (7, 1, 40, 1), (1, 1, 5, 4), (1, 9, 6, 2),
      (9, 1, 2, 6), (2, 2, 1, 1), (2, 2, 9, 9),
    ]
    for (width, height, newWidth, newHeight) in cases {
      let comparison = try await compare(
        .natural(width, height, format), to: PixelSize(width: newWidth, height: newHeight))
      #expect(comparison.maximum <= 1, "\(width)x\(height) to \(newWidth)x\(newHeight)")
    }
  }

  @Test("ten thousand pixels become one", arguments: everyFormat)
  func extremeReduction(format: PixelFormat) async throws {
    let row = Picture.noise(10_000, 1, format)
    let one = PixelSize(width: 1, height: 1)
    #expect(try await compare(row, to: one).maximum <= 1)
    let column = Picture(1, 10_000, format) { _, y, channel in row[y, 0, channel] }
    #expect(try await compare(column, to: one).maximum <= 1)
  }

  @Test("a constant colour stays what it is", arguments: filters, everyFormat)
  func constants(filter: ResamplingFilter, format: PixelFormat) async throws {
    // Between the passes 8-bit colours have 7 bits under an alpha of 1.
    let leastAlpha = format.depth == .eight ? 2 : 1
    for level in [0, 1, 37, 127, 128, 254, 255] {
      let sample = level * format.maximumSample / 255
      let picture = Picture(19, 14, format) { _, _, channel in
        format.hasAlpha && channel == format.channelCount - 1 ? max(sample, leastAlpha) : sample
      }
      for size in Self.sizes.prefix(3) {
        let result = try await picture.applying(Resample(to: size, filter: filter))
        let colour = picture.pixel(0, 0)
        let isConstant = (0..<size.height).allSatisfy { y in
          (0..<size.width).allSatisfy { result.pixel($0, y) == colour }
        }
        #expect(isConstant, "\(level) at \(size)")
      }
    }
  }

  @Test("what overshoots most is cut at the end only, not between the passes", arguments: filters)
  func overshoot(filter: ResamplingFilter) async throws {
    for (format, count) in [(PixelFormat(.gray, .eight), 24), (PixelFormat(.rgba, .eight), 37)] {
      for newCount in [7, 17, count + 1, 3 * count] {
        let table = try CoefficientTable(
          inputCount: count, outputCount: newCount, filter: filter, narrowFractionBits: nil)
        let size = PixelSize(width: newCount, height: newCount)
        for row in [0, 1, newCount / 2] {
          // Full where a weight of this row and column is positive, and empty where it isn't; and
          // the other way round.
          let signs = (0..<count).map { input in
            let tap = input - Int(table.firstTaps[row])
            let isTap = tap >= 0 && tap < Int(table.tapCounts[row])
            return isTap && table.allWeights[row * table.tapStride + tap] > 0
          }
          for full in [true, false] {
            let picture = Picture(count, count, format) { x, y, _ in
              (signs[x] == signs[y]) == full ? 255 : 0
            }
            let result = try await picture.applying(Resample(to: size, filter: filter))
            #expect(result[row, row, 0] == (full ? 255 : 0), "\(count) to \(newCount), \(row)")
            let comparison = try await compare(picture, to: size, filter: filter)
            #expect(comparison.maximum <= 1)
          }
        }
      }
    }
  }

  @Test("a picture that has the size already is not touched", arguments: everyFormat)
  func identity(format: PixelFormat) async throws {
    let picture = Picture.noise(9, 7, format)
    for filter in ResamplingFilter.allCases {
      #expect(try await picture.applying(Resample(to: picture.size, filter: filter)) == picture)
    }
  }

  @Test("a zone plate: what is too fine for the new size becomes flat gray")
  func zonePlate() async throws {
    // 256 to 64: rings beyond 1.35 times what 64 pixels can show.
    let count = 256
    let plate = Picture(count, count, PixelFormat(.gray, .eight)) { x, y, _ in
      let across = Double(x) - 127.5
      let down = Double(y) - 127.5
      let phase = (across * across + down * down) * Double.pi / Double(2 * count)
      return Int((127.5 + 127.5 * cosine(phase)).rounded())
    }
    let result = try await plate.applying(Resample(to: PixelSize(width: 64, height: 64)))
    var squares = 0.0
    var samples = 0.0
    for y in 4..<60 {
      for x in 4..<60 {
        // Radius in source pixels; the local frequency is r / 2n, the limit 1/8.
        let across = (Double(x) + 0.5) * 4 - 128
        let down = (Double(y) + 0.5) * 4 - 128
        guard max(abs(across), abs(down)) / Double(2 * count) > 1.35 / 8 else { continue }
        let difference = Double(result[x, y, 0]) - 127.5
        squares += difference * difference
        samples += 1
      }
    }
    #expect(samples > 100)
    #expect((squares / samples).squareRoot() < 4)
  }
}

import func Foundation.cos

private func cosine(_ angle: Double) -> Double { cos(angle) }
