import Raster

/// Netpbm files: P1 to P7, with comments and largest samples of all sizes.
enum PNMSamples {
  static var all: [Sample] { bitmaps + maps + arbitraryMaps + damaged }

  private static var bitmaps: [Sample] {
    let picture = TestPattern.picture(.gray, bitDepth: 1)
    let dense = picture.samples.map { "\($0)" }.joined()
    return [
      bitmap("p1", PNMEncoder.file(header: "P1\n# made by imgbatch\n11 9\n", picture), picture),
      bitmap("p1-without-spaces", [UInt8]("P1 11 9\n" + dense), picture),
      bitmap("p4", PNMEncoder.file(header: "P4\n11 9\n", picture), picture),
    ]
  }

  private static var maps: [Sample] {
    let gray = [1, 15, 100, 255, 256, 1000, 65535]
    let colour = [63, 255, 4095, 65535]
    let counted =
      gray.flatMap { maximum in
        ["P2", "P5"].map { map($0, .gray, maximum) }
      }
      + colour.flatMap { maximum in
        ["P3", "P6"].map { map($0, .rgb, maximum) }
      }
    let comments = "P5 # one\n# two\n11 # three\n\n 9\t#four\n255# five\n"
    let picture = TestPattern.picture(.gray)
    let first = PNMEncoder.file(header: "P5 11 9 255\n", picture)
    return counted + [
      map("p5-with-comments", PNMEncoder.file(header: comments, picture), picture, 255),
      map("p5-two-in-a-row", first + first, picture, 255),
    ]
  }

  private static var arbitraryMaps: [Sample] {
    let cases: [(type: String, channels: PixelFormat.Channels, maximum: Int)] = [
      ("BLACKANDWHITE", .gray, 1), ("BLACKANDWHITE_ALPHA", .grayAlpha, 1),
      ("GRAYSCALE", .gray, 255), ("GRAYSCALE_ALPHA", .grayAlpha, 100),
      ("RGB", .rgb, 255), ("RGB", .rgb, 1023), ("RGB_ALPHA", .rgba, 255),
      ("RGB_ALPHA", .rgba, 65535),
    ]
    return cases.map { type, channels, maximum in
      let picture = picture(channels, maximum)
      let bytes = PNMEncoder.arbitraryMap(picture, maximum: maximum, tupleType: type)
      let name = "p7-\(type.lowercased())-\(maximum)"
      var sample = map(name, bytes, picture, maximum)
      sample.path = "pnm/\(name).pam"
      sample.header?.format = "pam"
      return sample
    }
  }

  private static var damaged: [Sample] {
    func header(_ name: String, _ text: String, code: String = "corrupt", _ message: String)
      -> Sample
    {
      let bytes = [UInt8](text) + [UInt8](repeating: 7, count: 99)
      return Sample(broken: "damaged/\(name)", bytes, code: code, message: message)
    }
    func pixels(_ name: String, _ bytes: [UInt8], code: String = "corrupt", _ message: String)
      -> Sample
    {
      let header = Sample.Header(format: "pgm", TestPattern.picture(.gray))
      return Sample(broken: "damaged/\(name)", bytes, header: header, code: code, message: message)
    }
    let picture = TestPattern.picture(.gray)
    let (plain, raw) = (
      PNMEncoder.file(header: "P2 11 9 255\n", picture),
      PNMEncoder.file(header: "P5 11 9 255\n", picture)
    )
    let tooLarge = PNMEncoder.file(header: "P5 11 9 200\n", picture)
    let cutField = [UInt8]("P7\nWIDTH 11\nHEIGHT 9\nDEPTH 1\n")
    return [
      header("maximum-0.pgm", "P5 11 9 0\n", "the largest sample is 0, not 1 to 65535"),
      header("maximum-65536.pgm", "P5 11 9 65536\n", "the largest sample is 65536, not 1 to 65535"),
      header("width-0.pgm", "P5 0 9 255\n", "the header claims 0x9 pixels"),
      header("width-negative.pgm", "P5 -11 9 255\n", "the header's width is no number"),
      header("height-missing.pgm", "P5 11 # 9\n maximum\n", "the header's height is no number"),
      header(
        "width-2-to-the-64.ppm", "P6 18446744073709551616 9 255\n",
        "the header's width is too large"),
      header(
        "bomb-50000x50000.pbm", "P4 50000 50000\n", code: "limitExceeded",
        "50000x50000 = 2500 Mpx > limit 268 Mpx"),
      header(
        "no-depth.pam", "P7\nWIDTH 11\nHEIGHT 9\nMAXVAL 255\nENDHDR\n",
        "the header has no DEPTH"),
      header(
        "depth-2-of-rgb.pam",
        "P7\nWIDTH 3\nHEIGHT 9\nDEPTH 2\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n",
        "depth 2 does not go with RGB"),
      header(
        "tuples-of-cmyk.pam",
        "P7\nWIDTH 3\nHEIGHT 9\nDEPTH 4\nMAXVAL 255\nTUPLTYPE CMYK\nENDHDR\n",
        code: "unsupported", "a PAM of another tuple type than gray or RGB, depth 4"),
      Sample(
        broken: "damaged/cut-in-the-header.pam", cutField, code: "truncated",
        message: "the file ends early, in the header"),
      pixels(
        "cut-in-row-6.pgm", Array(raw.prefix(12 + 60)), code: "truncated",
        "row 6 of 9: the file ends early"),
      pixels(
        "cut-in-the-last-row-plain.pgm", Array(plain.dropLast(3)), code: "truncated",
        "row 9 of 9: the file ends early"),
      pixels(
        "sample-above-the-maximum.pgm", tooLarge,
        "row 1 of 9: a sample is 255, above the largest, 200"),
      pixels(
        "sample-that-is-no-number.pgm", [UInt8]("P2 11 9 255\n0 1 two 3\n"),
        "row 1 of 9: a sample is no number"),
    ]
  }

  /// A picture whose samples go to `maximum`.
  private static func picture(_ channels: PixelFormat.Channels, _ maximum: Int) -> Picture {
    let bitDepth = maximum == 1 ? 1 : maximum < 256 ? 8 : 16
    let pattern = TestPattern.picture(channels, bitDepth: bitDepth)
    return Picture(pattern.width, pattern.height, channels, bitDepth: bitDepth) { x, y, channel in
      pattern[x, y, channel] * maximum / pattern.maximumSample
    }
  }

  private static func bitmap(_ name: String, _ bytes: [UInt8], _ picture: Picture) -> Sample {
    // 1 is black.
    let inverse = Picture(picture.width, picture.height, .gray, bitDepth: 1) { x, y, _ in
      1 - picture[x, y, 0]
    }
    var sample = map(name, bytes, inverse, 1)
    sample.path = "pnm/\(name).pbm"
    sample.header?.format = "pbm"
    return sample
  }

  private static func map(
    _ magic: String, _ channels: PixelFormat.Channels, _ maximum: Int
  ) -> Sample {
    let picture = picture(channels, maximum)
    let bytes = PNMEncoder.file(header: "\(magic)\n11 9\n\(maximum)\n", picture)
    return map("\(magic.lowercased())-\(maximum)", bytes, picture, maximum)
  }

  private static func map(
    _ name: String, _ bytes: [UInt8], _ picture: Picture, _ maximum: Int
  ) -> Sample {
    let format = picture.channels == .rgb ? "ppm" : "pgm"
    return Sample(
      path: "pnm/\(name).\(format)", bytes: bytes,
      header: Sample.Header(format: format, picture),
      verdict: .pixels(sha256: ExpectedPixels.hash(of: picture, maximum: maximum)))
  }
}
