import ImageCodecs
import Raster
import Testing

@Suite("Copying PNG without decoding")
struct PNGCopyTests {
  private static let exif: [UInt8] = [
    0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
  ]

  @Test("where nothing is dropped the copy equals the file")
  func identical() throws {
    for png in TestPNG.kinds(5, 5) + TestPNG.kinds(5, 5, isInterlaced: true) {
      for policy in MetadataPolicy.allCases {
        #expect(try copy(png.bytes, keeping: policy) == png.bytes)
      }
    }
    var png = TestPNG(width: 5, height: 5, dataChunkCount: 4)
    png.early = [.init("gAMA", bigEndian(45455)), .init("sBIT", [8, 8, 8])]
    png.middle = [.init("bKGD", [0, 0, 0, 0, 0, 0])]
    #expect(try copy(png.bytes, keeping: .safe) == png.bytes)
    png.middle += [.init("eXIf", Self.exif), .init("caBX", [1]), .init("tEXt", [65, 0])]
    png.late = [.init("tIME", [7, 230, 1, 1, 0, 0, 0])]
    #expect(try copy(png.bytes, keeping: .all) == png.bytes)
  }

  @Test("what follows the end of the picture stays behind")
  func trailing() throws {
    let png = TestPNG(width: 5, height: 5)
    #expect(try copy(png.bytes + [1, 2, 3], keeping: .all) == png.bytes)
  }

  @Test("a damaged ancillary chunk stays behind, and a damaged critical one is an error")
  func damaged() throws {
    var png = TestPNG(width: 5, height: 5)
    let plain = png.bytes
    png.early = [.init("gAMA", bigEndian(45455))]
    var bytes = png.bytes
    bytes[8 + 25 + 9] ^= 1
    #expect(try copy(bytes, keeping: .all) == plain)
    bytes = plain
    bytes[8 + 25 + 9] ^= 1
    #expect(throws: CodecError(.corrupt, "IDAT: CRC mismatch", place: "chunk at byte 33")) {
      try copy(bytes, keeping: .all)
    }
  }

  @Test("every truncation is an error")
  func truncated() {
    let bytes = TestPNG(width: 5, height: 5, colourType: 6).bytes
    for count in 0..<bytes.count {
      #expect(throws: CodecError.self) { try copy(Array(bytes.prefix(count)), keeping: .safe) }
    }
  }

  @Test("the orientation outlives the rest of eXIf under safe, and not under none")
  func orientation() throws {
    for isLate in [false, true] {
      var png = TestPNG(width: 5, height: 5)
      let chunk = TestPNG.Chunk("eXIf", Self.exif + [1, 2, 3])
      if isLate { png.late = [chunk] } else { png.early = [chunk] }
      let safe = try copy(png.bytes, keeping: .safe)
      #expect(try probe(safe).metadata.orientation == .rotated90Clockwise)
      let kept = try #require(chunks(of: safe)?.first { $0.type == "eXIf" })
      #expect(kept.bytes == Self.exif)
      #expect(try decode(safe) == decode(png.bytes))
      let none = try copy(png.bytes, keeping: .none)
      #expect(none == TestPNG(width: 5, height: 5).bytes)
    }
  }
}
