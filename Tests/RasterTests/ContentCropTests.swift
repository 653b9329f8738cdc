import Foundation
import Raster
import Testing

@Suite("Crops by content")
struct ContentCropTests {
  // Red, green and blue of a pixel over black, in whole levels of 255.
  private func levels(_ picture: Picture, _ x: Int, _ y: Int) -> [Int] {
    let pixel = picture.pixel(x, y)
    let full = picture.format.maximumSample
    let alpha = picture.format.hasAlpha ? pixel[pixel.count - 1] : full
    let colour = picture.format.hasColour ? Array(pixel.prefix(3)) : [pixel[0], pixel[0], pixel[0]]
    return colour.map { $0 * alpha * 255 / (full * full) }
  }

  private func luma(_ picture: Picture, _ x: Int, _ y: Int) -> Int {
    let level = levels(
      picture, min(max(x, 0), picture.width - 1), min(max(y, 0), picture.height - 1))
    return (77 * level[0] + 150 * level[1] + 29 * level[2]) / 256
  }

  // Every window's score by its definition; the best, and whether another one is as good.
  private func attentive(_ picture: Picture, _ size: PixelSize) -> (PixelPoint, isSole: Bool) {
    func score(_ x: Int, _ y: Int) -> Int {
      let sum = [(-1, 0), (1, 0), (0, -1), (0, 1)].reduce(0) {
        $0 + luma(picture, x + $1.0, y + $1.1)
      }
      let (red, green, blue) = (
        levels(picture, x, y)[0], levels(picture, x, y)[1], levels(picture, x, y)[2]
      )
      let range = [red, green, blue].reduce(0, max) - [red, green, blue].reduce(255, min)
      let isSkin =
        red > 95 && green > 40 && blue > 20 && range > 15 && red - green > 15 && red > blue
      return 2 * min(255, abs(4 * luma(picture, x, y) - sum)) + range + (isSkin ? 256 : 0)
    }
    func tent(_ place: Int, _ count: Int, _ whole: Int) -> Int {
      count == whole ? 1 : min(place + 1, count - place)
    }
    let scores = (0..<picture.height).map { y in (0..<picture.width).map { score($0, y) } }
    var totals: [(Int, PixelPoint)] = []
    for top in 0...picture.height - size.height {
      for left in 0...picture.width - size.width {
        var total = 0
        for y in 0..<size.height {
          for x in 0..<size.width {
            total +=
              scores[top + y][left + x] * tent(x, size.width, picture.width)
              * tent(y, size.height, picture.height)
          }
        }
        totals.append((total, PixelPoint(x: left, y: top)))
      }
    }
    totals.sort { $0.0 > $1.0 }
    return (totals[0].1, totals.count == 1 || totals[1].0 < totals[0].0)
  }

  private func entropy(_ picture: Picture, _ columns: Range<Int>, _ rows: Range<Int>) -> Double {
    var counts: [Int: Double] = [:]
    for y in rows { for x in columns { counts[luma(picture, x, y) / 4, default: 0] += 1 } }
    let total = Double(columns.count * rows.count)
    return -counts.values.reduce(0) { $0 + $1 / total * log2($1 / total) }
  }

  private func richest(_ picture: Picture, _ size: PixelSize) -> PixelPoint {
    func trim(_ whole: Int, _ part: Int, _ entropy: (Range<Int>) -> Double) -> Range<Int> {
      var kept = 0..<whole
      var isEven = true
      while kept.count > part {
        let strip = min(8, kept.count - part)
        let left = entropy(kept.prefix(strip))
        let right = entropy(kept.suffix(strip))
        let isEqual = abs(left - right) < 1e-6
        isEven = isEven && isEqual
        let cutsRight = isEqual ? kept.lowerBound >= whole - kept.upperBound : right < left
        kept = cutsRight ? kept.dropLast(strip) : kept.dropFirst(strip)
      }
      return isEven ? (whole - part) / 2..<(whole - part) / 2 + part : kept
    }
    let columns = trim(picture.width, size.width) { entropy(picture, $0, 0..<picture.height) }
    let rows = trim(picture.height, size.height) { entropy(picture, columns, $0) }
    return PixelPoint(x: columns.lowerBound, y: rows.lowerBound)
  }

  private static let sizes = [
    PixelSize(width: 9, height: 7), PixelSize(width: 31, height: 8),
    PixelSize(width: 6, height: 22), PixelSize(width: 1, height: 1),
    PixelSize(width: 30, height: 21),
  ]

  @Test("both find what their definitions find", arguments: everyFormat)
  func definitions(format: PixelFormat) async throws {
    let whole = PixelSize(width: 31, height: 22)
    for picture in [Picture.natural(31, 22, format), .noise(31, 22, format, seed: 9)] {
      for size in Self.sizes {
        func part(_ origin: PixelPoint) -> Picture {
          picture.rearranged(to: size) { ($0 + origin.x, $1 + origin.y) }
        }
        let (origin, isSole) = attentive(picture, size)
        if isSole {
          let result = try await picture.applying(ContentCrop(to: size, by: .attention))
          #expect(result == part(origin), "attention, \(size) of \(whole)")
        }
        let result = try await picture.applying(ContentCrop(to: size, by: .entropy))
        #expect(result == part(richest(picture, size)), "entropy, \(size) of \(whole)")
      }
    }
  }

  // A patch of stripes on an even ground.
  private func patch(_ place: PixelRect, in size: PixelSize, _ format: PixelFormat) -> Picture {
    let full = format.maximumSample
    return Picture(size.width, size.height, format) { x, y, channel in
      if format.hasAlpha && channel == format.channelCount - 1 { return full }
      let isInside =
        (place.x..<place.x + place.width).contains(x)
        && (place.y..<place.y + place.height).contains(y)
      return isInside ? (x + 2 * y) % 7 * (full / 7) : full / 2
    }
  }

  @Test("both find the only detail there is", arguments: CropStrategy.allCases)
  func patch(strategy: CropStrategy) async throws {
    let format = PixelFormat(.rgb, .eight)
    let size = PixelSize(width: 60, height: 40)
    for (x, y) in [(2, 3), (40, 25), (25, 2), (48, 30)] {
      let place = PixelRect(x: x, y: y, width: 8, height: 7)
      let picture = patch(place, in: size, format)
      let crop = ContentCrop(to: PixelSize(width: 24, height: 20), by: strategy)
      let result = try await picture.applying(crop)
      // Every pixel of the patch is there.
      let count = picture.samples.count { $0 != 127 }
      #expect(result.samples.count { $0 != 127 } == count, "\(x), \(y)")
    }
  }

  @Test("skin draws the eye more than what is as bright and as colourful", arguments: [8, 16])
  func skin(depth: Int) async throws {
    let format = PixelFormat(.rgb, depth == 8 ? .eight : .sixteen)
    let picture = Picture(60, 20, format) { x, y, channel in
      let levels =
        switch (x, y) {
        case (8..<14, 7..<13): [200, 140, 110]
        case (46..<52, 7..<13): [110, 140, 200]
        default: [146, 146, 146]
        }
      return pixel(levels, format)[channel]
    }
    let crop = ContentCrop(to: PixelSize(width: 20, height: 20), by: .attention)
    let face = try await picture.applying(crop)
    #expect(face == picture.rearranged(to: face.size) { ($0 + 1, $1) })
    #expect(try await picture.mirrored.applying(crop) == face.mirrored)
  }

  @Test("a large picture is looked at in blocks, and cut where its half would be")
  func blocks() async throws {
    let small = Picture.natural(100, 9, PixelFormat(.rgb, .sixteen))
    let large = small.rearranged(to: PixelSize(width: 200, height: 18)) { ($0 / 2, $1 / 2) }
    for strategy in CropStrategy.allCases {
      let crop = ContentCrop(to: PixelSize(width: 37, height: 9), by: strategy)
      let expected = try await small.applying(crop)
      let result = try await large.applying(
        ContentCrop(to: PixelSize(width: 74, height: 18), by: strategy))
      #expect(result == expected.rearranged(to: result.size) { ($0 / 2, $1 / 2) })
    }
  }

  @Test("an even picture is cut at its centre", arguments: everyFormat)
  func even(format: PixelFormat) async throws {
    for (width, height) in [(21, 14), (300, 3), (1, 150)] {
      let picture = Picture.constant(width, height, format, pixel([10, 200, 30, 255], format))
      let size = PixelSize(width: min(7, width), height: min(3, height))
      for strategy in CropStrategy.allCases {
        let result = try await picture.applying(ContentCrop(to: size, by: strategy))
        #expect(result == picture.rearranged(to: size) { ($0, $1) })
      }
    }
    // One hidden pixel in the very centre shows where the cut was made.
    var picture = Picture.constant(21, 15, PixelFormat(.rgba, .eight), [0, 0, 0, 0])
    picture[10, 7, 0] = 200
    for strategy in CropStrategy.allCases {
      let crop = ContentCrop(to: PixelSize(width: 3, height: 5), by: strategy)
      let result = try await picture.applying(crop)
      #expect(result[1, 2, 0] == 200)
    }
  }

  @Test("samples of 16 bits are cut where those of 8 are, gray where its colours are")
  func formats() async throws {
    let picture = Picture.natural(40, 23, PixelFormat(.gray, .eight))
    for strategy in CropStrategy.allCases {
      let crop = ContentCrop(to: PixelSize(width: 11, height: 10), by: strategy)
      let expected = try await picture.applying(crop)
      for format in everyFormat {
        let result = try await picture.applying(ConvertFormat(to: format), crop)
        #expect(try await result.applying(ConvertFormat(to: picture.format)) == expected)
      }
    }
  }

  @Test("all of a picture is no step, more of it is refused")
  func edges() async throws {
    let whole = PixelSize(width: 5, height: 4)
    for strategy in CropStrategy.allCases {
      try await expectNeutral(ContentCrop(to: whole, by: strategy))
      let error = try await #require(throws: TransformError.self) {
        try await Picture.noise(4, 4, PixelFormat(.gray, .eight)).applying(
          ContentCrop(to: whole, by: strategy))
      }
      #expect(error.code == .outside)
    }
  }

  @Test("a resize that covers its box cuts by content where it is asked to")
  func cover() async throws {
    let place = PixelRect(x: 44, y: 5, width: 12, height: 10)
    let picture = patch(place, in: PixelSize(width: 60, height: 20), PixelFormat(.gray, .eight))
    var request = ResizeRequest(size: .box(width: 20, height: 20), fit: .cover)
    #expect(try request.steps(for: picture.layout()).map { $0 is Crop } == [true])
    for strategy in CropStrategy.allCases {
      request.strategy = strategy
      let result = try await picture.applying(request.steps(for: picture.layout()))
      #expect(result.size == PixelSize(width: 20, height: 20))
      #expect(result.samples.count { $0 != 127 } == picture.samples.count { $0 != 127 })
    }
  }
}
