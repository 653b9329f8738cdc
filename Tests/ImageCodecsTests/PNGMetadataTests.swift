import ImageCodecs
import Raster
import Testing

@Suite("The metadata of PNG")
struct PNGMetadataTests {
  /// eXIf contents with an orientation, and another tag before it.
  private static func exif(_ orientation: UInt8, isBigEndian: Bool = true) -> [UInt8] {
    isBigEndian
      ? [
        0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 2, 1, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 9, 1, 0x12, 0, 3, 0,
        0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
      ]
      : [
        0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0,
        0, 0,
      ]
  }

  private static func text(_ type: String, _ keyword: String) -> TestPNG.Chunk {
    .init(type, Array(keyword.utf8) + [0, 0, 0, 0, 0, 0])
  }

  private enum Kept { case always, all, never }

  /// Each chunk, and what becomes of it when pixels change and when they are copied.
  private static let table: [(chunk: TestPNG.Chunk, change: Kept, copy: Kept)] = [
    (.init("gAMA", bigEndian(45455)), .always, .always),
    (.init("cHRM", [UInt8](repeating: 1, count: 32)), .always, .always),
    (.init("sRGB", [0]), .always, .always),
    (.init("iCCP", [0x78, 0, 0, 1, 2]), .always, .always),
    (.init("cICP", [1, 13, 0, 1]), .always, .always),
    (.init("mDCV", [UInt8](repeating: 1, count: 24)), .always, .always),
    (.init("cLLI", [UInt8](repeating: 1, count: 8)), .always, .always),
    (.init("sBIT", [8, 8, 8]), .never, .always),
    (.init("pHYs", [UInt8](repeating: 1, count: 9)), .always, .always),
    (text("tEXt", "Copyright"), .always, .always),
    (text("zTXt", "Author"), .always, .always),
    (text("iTXt", "Copyright"), .always, .always),
    (text("tEXt", "AUTHOR"), .always, .always),
    (text("iTXt", "copyright"), .always, .always),
    (text("tEXt", "Comment"), .all, .all),
    (text("tEXt", "Copyright2"), .all, .all),
    (text("iTXt", "XML:com.adobe.xmp"), .all, .all),
    (.init("tIME", [7, 230, 1, 1, 0, 0, 0]), .never, .all),
    (.init("eXIf", exif(1)), .all, .all),
    (.init("bKGD", [0, 0, 0, 0, 0, 0]), .never, .always),
    (.init("hIST", [0, 0]), .never, .always),
    (.init("sPLT", [65, 0, 8]), .never, .always),
    (.init("fcTL", [UInt8](repeating: 0, count: 26)), .never, .never),
    (.init("vpAg", [1, 2, 3]), .all, .all),
    (.init("caBX", [1, 2, 3]), .never, .all),
  ]

  private static func allows(_ kept: Kept, _ policy: MetadataPolicy) -> Bool {
    switch kept {
    case .always: policy != .none
    case .all: policy == .all
    case .never: false
    }
  }

  @Test("chunk by chunk: what an output keeps", arguments: MetadataPolicy.allCases)
  func policy(policy: MetadataPolicy) throws {
    for (chunk, change, copyRule) in Self.table {
      var png = TestPNG(width: 2, height: 2)
      png.early = [chunk]
      let header = try probe(png.bytes)
      let codec = try codec(for: png.bytes)
      let kept = codec.metadata(of: header, keeping: policy).chunks
      #expect(
        kept.map(\.type) == (Self.allows(change, policy) ? [chunk.type] : []),
        "\(chunk.type) under \(policy)")
      #expect(kept.allSatisfy { $0.bytes == chunk.bytes })
      let copied = try #require(chunks(of: copy(png.bytes, keeping: policy)))
      #expect(
        copied.contains(chunk) == Self.allows(copyRule, policy), "\(chunk.type) under \(policy)")
    }
  }

  @Test("a chunk that is damaged, too long, misplaced or there twice is left out, with a warning")
  func leftOut() throws {
    func warnings(_ change: (inout TestPNG) -> Void) throws -> [String] {
      var png = TestPNG(width: 2, height: 2)
      change(&png)
      let header = try probe(png.bytes, limits: DecodeLimits(maximumMetadataByteCount: 100))
      #expect(header.metadata.chunks.count <= 1)
      return header.warnings
    }
    let gamma = TestPNG.Chunk("gAMA", bigEndian(45455))
    #expect(try warnings { $0.late = [gamma] } == ["gAMA: out of place, left out"])
    #expect(try warnings { $0.early = [gamma, gamma] } == ["gAMA: there twice, left out"])
    #expect(try warnings { $0.early = [.init("gAMA", [1])] } == ["gAMA: 1 bytes long, left out"])
    let long = TestPNG.Chunk("tEXt", [UInt8](repeating: 65, count: 101))
    #expect(try warnings { $0.early = [long] } == ["tEXt: 101 bytes are too many, left out"])
    var bytes = TestPNG(width: 2, height: 2, early: [gamma]).bytes
    bytes[8 + 25 + 8] ^= 1
    let header = try probe(bytes)
    #expect(header.warnings == ["gAMA: CRC mismatch, left out"])
    #expect(header.metadata.chunks.isEmpty)
    #expect(try decode(bytes).warnings == ["gAMA: CRC mismatch, left out"])
  }

  @Test("the orientation is read in both byte orders, before and after the picture data")
  func orientation() throws {
    for value in UInt8(0)...9 {
      for isBigEndian in [false, true] {
        let chunk = TestPNG.Chunk("eXIf", Self.exif(value, isBigEndian: isBigEndian))
        let expected = Orientation(rawValue: Int(value)) ?? .upright
        let early = TestPNG(width: 2, height: 2, early: [chunk])
        #expect(try probe(early.bytes).metadata.orientation == expected)
        let late = TestPNG(width: 2, height: 2, late: [chunk])
        #expect(try probe(late.bytes).metadata.orientation == expected)
      }
    }
  }

  @Test("a probe reads as much as it may, and tells how much it left and what of it matters")
  func eagerMetadata() throws {
    let profile = TestPNG.Chunk("iCCP", [0x78, 0, 0] + [UInt8](repeating: 1, count: 97))
    let orientation = TestPNG.Chunk("eXIf", Self.exif(6))
    let text = Self.text("tEXt", "Copyright")
    let bytes = TestPNG(width: 2, height: 2, early: [profile, text, orientation]).bytes
    var limits = DecodeLimits()
    let whole = try probe(bytes, limits: limits)
    #expect(whole.unread == nil && whole.metadata.chunks.count == 3)
    limits.eagerMetadataByteCount = text.bytes.count
    let sparing = try probe(bytes, limits: limits)
    let unread = try #require(sparing.unread)
    #expect(unread.byteCount == profile.bytes.count + orientation.bytes.count)
    #expect(unread.hasOrientation && sparing.metadata.orientation == .upright)
    #expect(sparing.metadata.chunks.map(\.type) == ["tEXt"])
    // The profile decides on the rows, read or not.
    #expect(sparing.pixelFormat == whole.pixelFormat)
    limits.eagerMetadataByteCount = 99
    #expect(try probe(bytes, limits: limits).unread?.hasOrientation == false)
  }

  @Test("every cut and every changed byte of eXIf is survived, and a tag of another form ignored")
  func hostileExif() throws {
    let exif = Self.exif(6)
    for count in 0..<exif.count {
      let png = TestPNG(width: 2, height: 2, early: [.init("eXIf", Array(exif.prefix(count)))])
      // The entries end with byte 33; the offset of a next directory is not asked for.
      #expect(
        try probe(png.bytes).metadata.orientation == (count < 34 ? .upright : .rotated90Clockwise))
    }
    for place in exif.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] where exif[place] != value {
        var changed = exif
        changed[place] = value
        let png = TestPNG(width: 2, height: 2, early: [.init("eXIf", changed)])
        let orientation = try probe(png.bytes).metadata.orientation
        // Bytes 10 to 21 are another tag, 32 and beyond what follows the value.
        let isBeside = (10..<22).contains(place) || place >= 32
        let isValue = place == 31 && value == 1
        if isBeside { #expect(orientation == .rotated90Clockwise, "byte \(place)") }
        if !isBeside, !isValue { #expect(orientation == .upright, "byte \(place) = \(value)") }
      }
    }
  }

  @Test("eXIf that goes along tells the orientation of the pixels as they are written")
  func orientationWritten() throws {
    let picture = try randomPicture(2, 2, PixelFormat(.rgb, .eight), seed: 1)
    for isBigEndian in [false, true] {
      var metadata = Metadata(
        orientation: .upright,
        chunks: [.init(type: "eXIf", bytes: Self.exif(6, isBigEndian: isBigEndian))])
      var written = chunks(of: try encode(picture, as: .png, metadata: metadata))
      #expect(written?[1] == .init("eXIf", Self.exif(1, isBigEndian: isBigEndian)))
      metadata.orientation = .transposed
      written = chunks(of: try encode(picture, as: .png, metadata: metadata))
      #expect(written?[1] == .init("eXIf", Self.exif(5, isBigEndian: isBigEndian)))
    }
    for orientation in Orientation.allCases {
      let bytes = try encode(picture, as: .png, metadata: Metadata(orientation: orientation))
      #expect(try probe(bytes).metadata.orientation == orientation)
      let types = chunks(of: bytes)?.map(\.type)
      #expect(types?.contains("eXIf") == (orientation != .upright))
    }
  }

  @Test("what is said of palette and bit depth is not written to pixels of another form")
  func ofStorage() throws {
    let metadata = Metadata(chunks: [
      .init(type: "sBIT", bytes: [5, 6, 5]), .init(type: "bKGD", bytes: [0, 1, 0, 2, 0, 3]),
      .init(type: "hIST", bytes: [0, 0]), .init(type: "gAMA", bytes: [0, 0, 0, 1]),
      .init(type: "tRNS", bytes: [0, 0, 0, 0, 0, 0]), .init(type: "CrIt", bytes: []),
      .init(type: "IDAT", bytes: [], followsPixels: true),
    ])
    for reducesColours in [false, true] {
      let written = try encode(
        randomPicture(2, 2, PixelFormat(.rgb, .eight), seed: 1), as: .png,
        metadata: metadata, reducesColours: reducesColours)
      let types = try #require(chunks(of: written)).map(\.type)
      #expect(types.filter { $0 != "PLTE" } == ["IHDR", "gAMA", "IDAT", "IEND"])
    }
  }

  @Test("texts and profiles go along as they are: nothing inflates them")
  func neverInflated() throws {
    let garbage: [UInt8] = [0xA5, 0xA5, 0xA5, 0xA5, 0xA5]
    let early = [
      TestPNG.Chunk("iCCP", Array("x\0\0".utf8) + garbage),
      TestPNG.Chunk("zTXt", Array("Author\0\0".utf8) + garbage),
      TestPNG.Chunk("iTXt", Array("Author\0\u{1}\0\0\0".utf8) + garbage),
    ]
    let bytes = TestPNG(width: 2, height: 2, early: early).bytes
    #expect(try probe(bytes).warnings.isEmpty)
    #expect(try decode(bytes).warnings.isEmpty)
    #expect(try copy(bytes, keeping: .safe) == bytes)
  }

  @Test("a chunk of unknown meaning stays on its side of the pixels")
  func sides() throws {
    var png = TestPNG(width: 2, height: 2)
    png.early = [.init("vpAg", [1])]
    png.late = [.init("vpAg", [2]), Self.text("tEXt", "Comment")]
    let header = try probe(png.bytes)
    let metadata = try codec(for: png.bytes).metadata(of: header, keeping: .all)
    let written = try encode(decode(png.bytes), as: .png, metadata: metadata)
    let types = try #require(chunks(of: written)).map(\.type)
    #expect(types == ["IHDR", "tEXt", "vpAg", "IDAT", "vpAg", "IEND"])
    #expect(chunks(of: written)?[4].bytes == [2])
  }

  @Test("a colour profile is written to pictures of its own kind only")
  func profiles() throws {
    for (space, formats) in [
      ("RGB ", [PixelFormat.Channels.rgb, .rgba]), ("GRAY", [.gray, .grayAlpha]), ("CMYK", []),
    ] {
      let chunk = Metadata.Chunk(type: "iCCP", bytes: TestPNG.profile(for: space))
      for channels in PixelFormat.Channels.allCases {
        let picture = try randomPicture(2, 2, PixelFormat(channels, .eight), seed: 1)
        let bytes = try encode(picture, as: .png, metadata: Metadata(chunks: [chunk]))
        let isWritten = chunks(of: bytes)?.contains { $0.type == "iCCP" }
        #expect(isWritten == formats.contains(channels), "\(space) for \(channels)")
      }
    }
  }

  @Test("a profile that cannot be read is not written")
  func brokenProfiles() throws {
    let picture = try randomPicture(2, 2, PixelFormat(.rgb, .eight), seed: 1)
    for bytes in [[], [65], [65, 0], [65, 0, 0], [65, 0, 1, 2], [65, 0, 0, 0x78, 0x9C]] as [[UInt8]]
    {
      let metadata = Metadata(chunks: [.init(type: "iCCP", bytes: bytes)])
      let written = chunks(of: try encode(picture, as: .png, metadata: metadata))
      #expect(written?.map(\.type) == ["IHDR", "IDAT", "IEND"])
    }
  }
}
