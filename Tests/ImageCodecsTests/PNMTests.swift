import ImageCodecs
import Raster
import Testing

@Suite("PNM and PAM")
struct PNMTests {
  /// Plain files, which no writer here makes.
  static let plainFiles = [
    "P1\n# ink\n3 2\n010\n1 0 1\n", "P2 2 2 15 0 5\n10 15\n", "P3\n1 2\n255\n1 2 3 4 5 6\n",
    "P2 1 1 65535 1000\n",
  ].map { Array($0.utf8) }

  private func decodeText(_ text: String, _ raster: [UInt8] = []) throws -> Decoded {
    try decode(Array(text.utf8) + raster)
  }

  private func error(_ text: String, _ raster: [UInt8] = []) -> CodecError? {
    #expect(throws: CodecError.self) { try decodeText(text, raster) }
  }

  @Test(
    "what is written is read again", arguments: [ImageFormat.pbm, .pgm, .ppm, .pam],
    PixelFormat.all)
  func roundTrip(format: ImageFormat, pixelFormat: PixelFormat) throws {
    let codec = try #require(CodecRegistry.codec(for: format))
    let stored = codec.storage(of: pixelFormat, in: format)
    #expect(stored.depth == pixelFormat.depth)
    for (width, height) in [(1, 1), (7, 5), (33, 2)] {
      let picture = try randomPicture(width, height, stored, seed: 4)
      let bytes = try encode(picture, as: format)
      let read = try decode(bytes)
      #expect(read == picture)
      #expect(read.warnings.isEmpty)
      let promised = try codec.writerByteCount(
        for: picture.layout, in: format, metadata: Metadata(), options: EncodeOptions())
      #expect(bytes.count <= promised)
      // A file named .pbm is a PGM inside.
      #expect(try probe(bytes).format == (format == .pbm ? .pgm : format))
    }
  }

  @Test("storage keeps what the format can hold")
  func storage() throws {
    let codec = try #require(CodecRegistry.codec(for: .pam))
    let rgba = PixelFormat(.rgba, .sixteen)
    #expect(codec.storage(of: rgba, in: .pam) == rgba)
    #expect(codec.storage(of: rgba, in: .ppm) == PixelFormat(.rgb, .sixteen))
    #expect(codec.storage(of: rgba, in: .pgm) == PixelFormat(.gray, .sixteen))
    #expect(codec.storage(of: rgba, in: .pbm) == PixelFormat(.gray, .sixteen))
  }

  @Test("bitmaps, plain and raw: 1 is black")
  func bitmaps() throws {
    let expected: [UInt8] = [255, 0, 255, 0, 255, 0]
    #expect(try decodeText("P1\n# ink\n3 2\n010\n1 0 1\n").bytes == expected)
    #expect(try decodeText("P1 3 2 010101").bytes == expected)
    #expect(try decodeText("P4 3 2\n", [0b0101_1111, 0b1010_0000]).bytes == expected)
    let wide = try decodeText("P4 9 1\n", [0xFF, 0x80])
    #expect(wide.bytes == [UInt8](repeating: 0, count: 9))
  }

  @Test("black and white PAM: 1 is white")
  func blackAndWhite() throws {
    let header = "P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n"
    #expect(try decodeText(header, [0, 1]).bytes == [0, 255])
    let alpha =
      "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE_ALPHA\nENDHDR\n"
    let picture = try decodeText(alpha, [1, 0])
    #expect(picture.bytes == [255, 0])
    #expect(picture.layout.format == PixelFormat(.grayAlpha, .eight))
  }

  @Test("every largest sample up to 255, and some beyond, is scaled to the nearest")
  func scaling() throws {
    for maximum in 1...255 {
      let raster = (0...maximum).map { UInt8($0) }
      let picture = try decodeText("P5 \(maximum + 1) 1 \(maximum)\n", raster)
      let expected = (0...maximum).map { UInt8((Double($0 * 255) / Double(maximum)).rounded()) }
      #expect(picture.bytes == expected)
      let plain = (0...maximum).map { "\($0) " }.joined()
      #expect(try decodeText("P2 \(maximum + 1) 1 \(maximum) \(plain)").bytes == expected)
    }
    for maximum in [256, 1000, 4095, 65534, 65535] {
      let samples = [0, 1, maximum / 2, maximum - 1, maximum]
      let raster = samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      let picture = try decodeText("P5 5 1 \(maximum)\n", raster)
      let expected = samples.map {
        UInt16((Double($0 * 65535) / Double(maximum)).rounded())
      }
      #expect(picture.samples == expected)
    }
  }

  @Test("comments stand where they may")
  func comments() throws {
    let header = "P6 # one\n# two\n1 # three\n1\n#four\n255\n"
    #expect(try decodeText(header, [1, 2, 3]).bytes == [1, 2, 3])
    #expect(try decodeText("P2 2 1 9 # a 7\n 9 # b\n0\n").bytes == [255, 0])
    let pam = "P7\n# c\nHEIGHT 1\nWIDTH 1\n\nMAXVAL 255\nDEPTH 3\nTUPLTYPE RGB\nENDHDR\n"
    #expect(try decodeText(pam, [1, 2, 3]).bytes == [1, 2, 3])
  }

  @Test("a header that makes no sense is an error that says why")
  func badHeaders() {
    #expect(error("P5 0 1 255\n")?.message == "the header claims 0x1 pixels")
    #expect(error("P5 x 1 255\n")?.message == "the header's width is no number")
    #expect(error("P5 1 -1 255\n")?.message == "the header's height is no number")
    #expect(error("P5 99999999999999999999 1 255\n")?.message == "the header's width is too large")
    #expect(error("P5 1 1 0\n")?.message == "the largest sample is 0, not 1 to 65535")
    #expect(error("P5 1 1 65536\n")?.message == "the largest sample is 65536, not 1 to 65535")
    #expect(error("P5 50000 50000 255\n")?.message == "50000x50000 = 2500 Mpx > limit 268 Mpx")
    #expect(error("P5 1 1")?.code == .truncated)
    let comment = String(repeating: "a", count: 70000)
    #expect(error("P5 #\(comment)")?.message == "the header has no end")
    let pam = "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\n"
    #expect(error(pam + "TUPLTYPE RGB\nENDHDR\n")?.code == .corrupt)
    #expect(error(pam + "TUPLTYPE CMYK\nENDHDR\n")?.code == .unsupported)
    let noDepth = error("P7\nWIDTH 1\nHEIGHT 1\nMAXVAL 255\nENDHDR\n")
    #expect(noDepth?.message == "the header has no DEPTH")
    let twoWidths = error("P7\nWIDTH 1\nWIDTH 1\nENDHDR\n")
    #expect(twoWidths?.message == "the header's WIDTH makes no sense")
  }

  @Test("a largest sample that does not divide the written one is told: samples are rounded")
  func roundedSamples() throws {
    let sentence = "samples up to 100 do not fit 8 bits exactly: converting rounds them"
    #expect(try decodeText("P5 1 1 100\n", [50]).warnings == [sentence])
    for maximum in [1, 3, 5, 15, 17, 51, 85, 255, 257, 65535] {
      let samples: [UInt8] = maximum < 256 ? [1] : [0, 1]
      #expect(try decodeText("P5 1 1 \(maximum)\n", samples).warnings.isEmpty)
    }
  }

  @Test("a PAM without a tuple type is read by its depth, with a warning")
  func noTupleType() throws {
    let picture = try decodeText(
      "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\nENDHDR\n", [1, 2, 3, 4])
    #expect(picture.bytes == [1, 2, 3, 4])
    #expect(picture.warnings.count == 1)
  }

  @Test("samples above the largest, and what is no number, are errors with the row's number")
  func badSamples() {
    let message = "row 2 of 2: a sample is 10, above the largest, 9"
    #expect(error("P5 1 2 9\n", [9, 10])?.message == message)
    #expect(error("P5 1 2 999\n", [0, 9, 4, 0])?.code == .corrupt)
    #expect(error("P2 1 2 9 9 10 ")?.message == message)
    #expect(error("P2 1 1 9 x ")?.message == "row 1 of 1: a sample is no number")
    #expect(error("P1 1 1 2")?.message == "row 1 of 1: a pixel is neither 0 nor 1")
    #expect(error("P2 1 1 9 99999999999999999999 ")?.code == .corrupt)
  }

  @Test("every truncation of a plain file is an error, down to the end of the last number")
  func truncations() {
    for file in Self.plainFiles {
      let end = file.count - 1
      for count in 0..<end {
        #expect(throws: CodecError.self) { try decode(Array(file.prefix(count))) }
      }
    }
    #expect(error("P5 1 2 255\n", [9])?.message == "row 2 of 2: the file ends early")
    #expect(error("P5 1 2 255\n", [9])?.code == .truncated)
    #expect(error("P2 1 1 255 12")?.code == .truncated)
  }

  @Test("what follows the picture is told and does no harm")
  func trailing() throws {
    #expect(
      try decodeText("P5 1 1 255\n", [9, 8]).warnings == ["1 bytes follow the end of the picture"])
    #expect(try decodeText("P2 1 1 255 9 8").warnings == ["more follows the end of the picture"])
    #expect(try decodeText("P2 1 1 255 9 \n\n").warnings.isEmpty)
  }

  @Test("the size of a read makes no difference", arguments: [1, 2, 7, 4096])
  func readSizes(readSize: Int) throws {
    for file in Self.plainFiles {
      #expect(try decode(file, readSize: readSize) == decode(file))
    }
  }

  @Test("a copy is the picture without what follows it, and has comments under all only")
  func copies() throws {
    let header = "P6 # who made it\n1 1\n255\n"
    let raw = Array(header.utf8) + [35, 2, 10]
    #expect(try copy(raw + [7], keeping: .all) == raw)
    #expect(try copy(raw, keeping: .safe) == Array("P6\n1 1\n255\n".utf8) + [35, 2, 10])
    let plain = Array("P2\n1 2 9\n1 # x\n2\n".utf8)
    #expect(try copy(plain, keeping: .all) == plain)
    #expect(try copy(plain, keeping: .none) == Array("P2\n1 2 9\n1 \n2\n".utf8))
    for file in Self.plainFiles {
      for policy in MetadataPolicy.allCases {
        #expect(try decode(copy(file, keeping: policy)) == decode(file))
      }
    }
  }
}
