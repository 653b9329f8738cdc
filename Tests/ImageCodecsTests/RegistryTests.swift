import ImageCodecs
import Testing

@Suite("The registry of codecs")
struct RegistryTests {
  @Test("formats are found by the endings of names")
  func endings() {
    let expected: [(String, ImageFormat)] = [
      ("png", .png), ("apng", .png), ("pbm", .pbm), ("pgm", .pgm), ("ppm", .ppm), ("pnm", .ppm),
      ("pam", .pam), ("qoi", .qoi),
    ]
    for (ending, format) in expected {
      #expect(CodecRegistry.format(withFileExtension: ending) == format)
      #expect(CodecRegistry.codec(for: format) != nil)
    }
    #expect(CodecRegistry.format(withFileExtension: "jpg") == nil)
  }

  @Test("no prefix of anything makes two codecs claim a file, and short ones none")
  func prefixes() {
    #expect(CodecRegistry.codec(recognizing: []) == nil)
    #expect(CodecRegistry.codec(recognizing: Array("P".utf8)) == nil)
    #expect(CodecRegistry.codec(recognizing: Array("P8\n".utf8)) == nil)
    #expect(CodecRegistry.codec(recognizing: Array("Pixels".utf8)) == nil)
    #expect(CodecRegistry.codec(recognizing: Array(TestPNG.signature.prefix(7))) == nil)
    #expect(CodecRegistry.codec(recognizing: TestPNG.signature) != nil)
    #expect(CodecRegistry.codec(recognizing: Array("P6 1".utf8)) != nil)
    #expect(CodecRegistry.codec(recognizing: Array("qoif".utf8)) != nil)
  }

  @Test("the libraries tell their versions")
  func versions() {
    #expect(CodecLibraries.versions.map(\.name) == ["libpng", "zlib"])
    #expect(CodecLibraries.versions.allSatisfy { $0.version.hasPrefix("1.") })
  }
}
