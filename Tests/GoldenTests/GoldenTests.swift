import ImageCodecs
import SampleImages
import Testing

@Suite("Golden files")
struct GoldenTests {
  @Test(
    "decode to the pixels that were drawn, or fail as stated", arguments: try Testdata.manifest())
  func decodes(row: ManifestRow) throws {
    let decoding = try Decoding(Testdata.bytes(of: row.file), hash: SHA256.hexDigest)
    #expect(decoding.header == row.header)
    #expect(decoding.verdict == row.verdict)
  }

  @Test("are all in the manifest, once, and few bytes")
  func areListed() throws {
    let listed = try Testdata.manifest().map(\.file)
    #expect(Set(listed).count == listed.count)
    let present = try Testdata.files(in: Testdata.folder)
    let expected = Testdata.handWritten.union(listed).union(["MANIFEST.tsv", "ANIMATIONS.tsv"])
    #expect(present.symmetricDifference(expected).isEmpty)
    let byteCount = try listed.reduce(0) { $0 + (try Testdata.bytes(of: $1).count) }
    #expect(byteCount < 200_000)
  }

  @Test(
    "that break a harmless rule decode with a warning",
    arguments: [
      "png/bytes-after-the-end.png", "png/index-beyond-the-palette.png",
      "png/too-much-image-data.png", "png/text-with-wrong-checksum.png",
      "pnm/p5-two-in-a-row.pgm", "qoi/bytes-after-the-end.qoi",
    ])
  func warn(file: String) throws {
    let decoding = try Decoding(Testdata.bytes(of: file), hash: SHA256.hexDigest)
    #expect(!decoding.warnings.isEmpty)
  }

  @Test("use each of the six codes of QOI")
  func useEveryCode() throws {
    let files = try Testdata.manifest().map(\.file).filter { $0.hasPrefix("qoi/") }
    let codes = try files.reduce(into: Set<String>()) { codes, file in
      codes.formUnion(Self.codes(inQOI: try Testdata.bytes(of: file)))
    }
    #expect(codes == ["rgb", "rgba", "index", "difference", "luma", "run"])
    let everyCode = Self.codes(inQOI: try Testdata.bytes(of: "qoi/every-code-alpha.qoi"))
    #expect(everyCode == codes)
  }

  /// The codes of a good QOI file, by name.
  private static func codes(inQOI file: [UInt8]) -> Set<String> {
    let (headerByteCount, endMarkerByteCount) = (14, 8)
    var codes: Set<String> = []
    var position = headerByteCount
    while position < file.count - endMarkerByteCount {
      let (name, byteCount) =
        switch file[position] {
        case 0xFE: ("rgb", 4)
        case 0xFF: ("rgba", 5)
        case 0x00...0x3F: ("index", 1)
        case 0x40...0x7F: ("difference", 1)
        case 0x80...0xBF: ("luma", 2)
        default: ("run", 1)
        }
      codes.insert(name)
      position += byteCount
    }
    return codes
  }
}
