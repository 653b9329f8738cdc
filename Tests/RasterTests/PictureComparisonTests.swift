import Raster
import Testing

@Suite("PictureComparison and DifferencePicture")
struct PictureComparisonTests {
  private static let sizes = [
    (1, 1), (1, 13), (13, 1), (3, 5), (10, 10), (11, 11), (12, 11), (11, 12), (15, 23), (30, 14),
  ]

  private func expectReference(_ first: Picture, _ second: Picture) throws {
    let ours = try first.difference(from: second)
    let reference = ReferenceComparison(first, second)
    let full = Double(ours.fullScale)
    #expect(abs(ours.maximum - reference.maximum) <= 1e-12 * full)
    #expect(ours.differingPixelCount == reference.differingPixelCount)
    #expect(abs(ours.meanSquaredError - reference.meanSquaredError) <= 1e-12 * full * full)
    #expect(abs(ours.similarity - reference.similarity) <= 1e-9, "\(first.size) \(first.format)")
    #expect(ours.isEqual == (reference.differingPixelCount == 0))
  }

  @Test("all numbers are the definition's, for every format and size", arguments: everyFormat)
  func reference(format: PixelFormat) throws {
    for (width, height) in Self.sizes {
      let picture = Picture.natural(width, height, format)
      try expectReference(picture, Picture.natural(width, height, format, seed: 2))
      try expectReference(picture, Picture.noise(width, height, format))
    }
  }

  @Test("a picture is equal to itself, to the last bit", arguments: everyFormat)
  func equal(format: PixelFormat) throws {
    for (width, height) in Self.sizes {
      let picture = Picture.noise(width, height, format)
      let difference = try picture.difference(from: picture)
      #expect(difference.isEqual && difference.isWithin(0))
      #expect(difference.maximum == 0 && difference.differingPixelCount == 0)
      #expect(difference.similarity == 1)
      #expect(difference.peakSignalToNoiseRatio == .infinity)
      #expect(difference.depth == format.depth)
    }
  }

  @Test("one sample among equal rows counts in all windows that it is in, and in no other")
  func oneSample() throws {
    let picture = Picture.noise(17, 30, PixelFormat(.rgb, .eight))
    for y in [0, 4, 10, 11, 15, 29] {
      try expectReference(picture, picture.changing((8, y, 1, 255 - picture[8, y, 1])))
    }
  }

  @Test("windows of opaque rows, of translucent rows and across both", arguments: [8, 16])
  func partlyOpaque(bits: Int) throws {
    let depth = try #require(PixelFormat.SampleDepth(rawValue: bits))
    for channels in [PixelFormat.Channels.grayAlpha, .rgba] {
      let format = PixelFormat(channels, depth)
      let (first, second) = try #require(
        { () -> (Picture, Picture)? in
          var pictures = [1, 2].map { Picture.noise(13, 34, format, seed: $0) }
          for index in pictures.indices {
            for y in 0..<34 where (3..<18).contains(y) || y == 20 || y > 31 {
              for x in 0..<13 {
                pictures[index][x, y, channels.rawValue - 1] = format.maximumSample
              }
            }
          }
          return (pictures[0], pictures[1])
        }())
      try expectReference(first, second)
      // Opaque only in one of them.
      try expectReference(first, Picture.noise(13, 34, format, seed: 3))
    }
  }

  @Test("colours that alpha 0 hides do not count; the least that is seen does")
  func hiddenColours() throws {
    let format = PixelFormat(.rgba, .eight)
    let clear = Picture(4, 3, format) { _, _, channel in channel == 3 ? 0 : 10 }
    #expect(try clear.difference(from: clear.changing((1, 1, 0, 255), (2, 0, 2, 0))).isEqual)
    let faint = clear.changing((1, 1, 3, 1))
    let difference = try faint.difference(from: faint.changing((1, 1, 0, 11)))
    #expect(difference.maximum == 1 / 255.0 && difference.differingPixelCount == 1)
    #expect(!difference.isEqual && !difference.isWithin(0) && difference.isWithin(0.004))
  }

  @Test("alpha counts over the backdrop that shows it")
  func alphaOverBackdrops() throws {
    let format = PixelFormat(.grayAlpha, .eight)
    for (gray, level) in [(0, 55.0), (255, 55.0)] {
      let picture = Picture(3, 3, format) { _, _, channel in channel == 1 ? 200 : gray }
      let difference = try picture.difference(from: picture.changing((1, 1, 1, 255)))
      #expect(difference.maximum == level)
    }
  }

  @Test("the tolerance is in levels of 8 bits, and the very level is within it")
  func tolerance() throws {
    for (depth, scale) in [(PixelFormat.SampleDepth.eight, 1), (.sixteen, 257)] {
      for channels in PixelFormat.Channels.allCases {
        let format = PixelFormat(channels, depth)
        let picture = Picture(3, 2, format) { _, _, _ in format.maximumSample }
        let three = try picture.difference(
          from: picture.changing((1, 1, 0, format.maximumSample - 3 * scale)))
        #expect(three.maximum == Double(3 * scale))
        #expect(three.isWithin(3) && three.isWithin(200) && !three.isWithin(2.99))
      }
    }
  }

  @Test("the peak signal-to-noise ratio of one level is 48.13 dB in 8 bits, 96.33 in 16")
  func signalToNoise() throws {
    for (depth, expected) in [(PixelFormat.SampleDepth.eight, 48.1308), (.sixteen, 96.3295)] {
      let format = PixelFormat(.rgb, depth)
      let ratio = try Picture(4, 4, format) { _, _, _ in 7 }
        .difference(from: Picture(4, 4, format) { _, _, _ in 8 }).peakSignalToNoiseRatio
      #expect(abs(ratio - expected) < 1e-4)
    }
  }

  @Test("two formats have one that holds both, and no more")
  func commonFormats() {
    func common(_ first: PixelFormat, _ second: PixelFormat) -> PixelFormat {
      PixelFormat.common(to: first, and: second)
    }
    for first in everyFormat {
      #expect(common(first, first) == first)
      for second in everyFormat {
        let format = common(first, second)
        #expect(format == common(second, first))
        #expect(format.hasAlpha == (first.hasAlpha || second.hasAlpha))
        #expect(format.hasColour == (first.hasColour || second.hasColour))
        #expect(format.maximumSample == max(first.maximumSample, second.maximumSample))
      }
    }
  }

  @Test("a comparison holds some rows of numbers, whatever the height")
  func memory() throws {
    func byteCount(_ width: Int, _ height: Int, _ channels: PixelFormat.Channels) throws -> Int {
      try PictureComparison.workingByteCount(
        for: RowLayout(
          size: PixelSize(width: width, height: height), format: PixelFormat(channels, .eight)))
    }
    // Eleven rows of either picture and four planes, in eight bytes a number.
    let expected = 1000 * 8 * (2 * 11 + 4)
    #expect(try (expected...expected + 26 * 64).contains(byteCount(1000, 1_000_000, .rgb)))
    #expect(try byteCount(1000, 20, .rgba) == 2 * byteCount(1000, 20, .rgb))
    #expect(throws: SizeOverflow.self) { try byteCount(.max / 8, 1, .gray) }
  }

  /// The samples of the picture of the differences.
  private func drawn(_ first: Picture, _ second: Picture, tolerance: Double) throws -> [[Int]] {
    let picture = try DifferencePicture(of: first.layout(), tolerance: tolerance)
    var pixels: [[Int]] = []
    let row = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * first.width, alignment: 8)
    defer { row.deallocate() }
    try Picture.eachRow(first, second) {
      picture.drawRow($0, $1, into: row)
      for x in 0..<first.width { pixels.append(row[3 * x..<3 * x + 3].map { Int($0) }) }
    }
    return pixels
  }

  @Test("what differs is red, deeper the more it does, within the tolerance amber, the rest pale")
  func differencePicture() throws {
    for format in everyFormat {
      let full = format.maximumSample
      let scale = full / 255
      let picture = Picture(3, 2, format) { x, y, channel in
        let isAlpha = format.hasAlpha && channel == format.channelCount - 1
        return isAlpha || (x, y) == (2, 1) ? full : 0
      }
      let other = picture.changing(
        (0, 0, 0, 2 * scale), (1, 0, 0, 16 * scale), (2, 0, 0, full))
      let pixels = try drawn(picture, other, tolerance: 2)
      #expect(
        pixels == [
          [255, 224, 160], [255, 64, 64], [255, 0, 0],
          [191, 191, 191], [191, 191, 191], [255, 255, 255],
        ], "\(format)")
      #expect(try drawn(picture, other, tolerance: 1.99)[0] == [255, 120, 120])
    }
  }
}
