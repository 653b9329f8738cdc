import Raster

/// QOI files of each of the six codes, and damaged ones.
enum QOISamples {
  static var all: [Sample] { codes + odd + damaged }

  /// Pictures to which an encoder answers with one code above all.
  private static var codes: [Sample] {
    var noise = SplitMix64(seed: 2)
    let pairs = [[10, 200, 90], [250, 3, 77], [10, 200, 90], [128, 128, 128]]
    let pictures: [(name: String, picture: Picture)] = [
      ("rgb", Picture(13, 7, .rgb) { _, _, _ in noise.next(below: 256) }),
      ("rgba", Picture(13, 7, .rgba) { _, _, _ in noise.next(below: 256) }),
      ("index", Picture(13, 7, .rgb) { x, y, channel in pairs[(x * 3 + y) % 4][channel] }),
      // From 254 over 255 to 0: a difference wraps around.
      ("difference", Picture(13, 7, .rgb) { x, y, channel in (250 + x + y + channel) % 256 }),
      (
        "luma",
        Picture(13, 7, .rgb) { x, y, channel in
          (x * 23 + y * 11 + (x * (channel - 1)) % 7) & 255
        }
      ),
      // Runs of 62, which is the longest, of more, and over the ends of rows.
      ("run", Picture(32, 9, .rgba) { x, y, _ in (y * 32 + x) / 71 * 50 }),
      // Before the first pixel stands opaque black; transparent black is in all of the 64 places.
      ("start", Picture(8, 2, .rgba) { _, y, channel in channel == 3 && y == 0 ? 255 : 0 }),
    ]
    return pictures.map { good($0.name, $0.picture) } + [
      good("every-code", everyCode), good("every-code-alpha", everyCodeWithAlpha),
    ]
  }

  private static let everyCode = TestPattern.picture(.rgb, 32, 24)

  private static var everyCodeWithAlpha: Picture {
    Picture(24, 24, .rgba) { x, y, channel in
      switch channel {
      case 3: x < 8 ? 0 : x < 16 ? 255 : x * 9
      case _ where y < 6: 200
      case _ where y < 12: (x + y * channel) % 256
      case _ where y < 18: (x * 20 + channel * 3) % 256
      default: (x * 97 + y * 31 + channel * 57) % 256
      }
    }
  }

  private static var odd: [Sample] {
    let picture = TestPattern.picture(.rgba)
    var linear = good("linear", picture)
    linear.bytes = QOIEncoder.file(of: picture, isLinear: true)
    var trailing = good("bytes-after-the-end", picture)
    trailing.bytes += [1, 2, 3]
    return [linear, trailing, good("size-1x1", TestPattern.picture(.rgb, 1, 1))]
  }

  private static var damaged: [Sample] {
    let picture = TestPattern.picture(.rgb)
    let bytes = QOIEncoder.file(of: picture)
    let header = Sample.Header(format: "qoi", picture)
    let endMarkerByteCount = QOIEncoder.endMarker.count
    let sides = [0, 0, 0, 11, 0, 0, 0, 9] as [UInt8]
    let bombSide = [UInt8](bigEndian: UInt32(50000))
    func sample(
      _ name: String, _ bytes: [UInt8], header: Sample.Header? = header,
      code: String = "corrupt", _ message: String
    ) -> Sample {
      Sample(
        broken: "damaged/\(name).qoi", bytes, header: header, code: code, message: message)
    }
    func badHeader(
      _ name: String, _ fields: [UInt8], code: String = "corrupt", _ message: String
    ) -> Sample {
      sample(
        name, [UInt8]("qoif") + fields + bytes[14...], header: nil, code: code, message)
    }
    // Three pixels and a run of 62, for a picture of 11 by 1.
    let longRun = [0xFE, 1, 2, 3, 0xFE, 4, 5, 6, 0xFE, 7, 8, 9, 0xFD] as [UInt8]
    var strip = header
    strip.height = 1
    return [
      sample(
        "no-end-marker", bytes.dropLast(endMarkerByteCount), code: "truncated",
        "the file ends early, in the end marker"),
      sample(
        "half-an-end-marker", bytes.dropLast(4), code: "truncated",
        "the file ends early, in the end marker"),
      sample("wrong-end-marker", bytes.dropLast() + [2], "the end marker is wrong"),
      sample(
        "cut-in-row-1", Array(bytes.prefix(14 + 5)), code: "truncated",
        "row 1 of 9: the file ends early"),
      sample(
        "run-beyond-the-end",
        [UInt8]("qoif") + [0, 0, 0, 11, 0, 0, 0, 1, 3, 0] + longRun + QOIEncoder.endMarker,
        header: strip, "a run goes beyond the last pixel"),
      sample(
        "cut-in-the-header", Array(bytes.prefix(12)), header: nil, code: "truncated",
        "the file ends early, in the header"),
      badHeader("channels-5", sides + [5, 0], "the header claims 5 channels, not 3 or 4"),
      badHeader("colour-space-2", sides + [3, 2], "the header claims colour space 2, not 0 or 1"),
      badHeader("width-0", [0, 0, 0, 0, 0, 0, 0, 9, 3, 0], "the header claims 0x9 pixels"),
      badHeader(
        "bomb-50000x50000", bombSide + bombSide + [3, 0], code: "limitExceeded",
        "50000x50000 = 2500 Mpx > limit 268 Mpx"),
    ]
  }

  private static func good(_ name: String, _ picture: Picture) -> Sample {
    Sample(
      path: "qoi/\(name).qoi", bytes: QOIEncoder.file(of: picture),
      header: Sample.Header(format: "qoi", picture),
      verdict: .pixels(sha256: ExpectedPixels.hash(of: picture, maximum: 255)))
  }
}
