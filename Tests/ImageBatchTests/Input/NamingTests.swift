import ImageCodecs
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Names") struct NamingTests {
  @Test("the name at the end of a path, byte for byte")
  func lastName() {
    let names: [(FilePath, String?)] = [
      ("a.png", "a.png"), ("in/b c.png", "b c.png"), ("/in", "in"), ("in/deep/", "deep"),
      ("in//d", "d"), ("..", ".."), ("/", nil), ("", nil),
    ]
    for (path, name) in names { #expect(path.lastName == name.map { FileName($0) }) }
    let latin: [CChar] = [105, 110, 47, -61, 46, 112, 0]
    #expect(FilePath(platformString: latin).lastName?.bytes == [-61, 46, 112, 0])
  }

  @Test(
    "the ending is what follows the last dot, in lower case",
    arguments: [
      ("a.png", "png"), ("a.PNG", "png"), ("a.b.Png", "png"), ("a", nil), ("a.", nil),
      (".png", nil), (".a.png", "png"), ("..png", "png"), ("a.b c", "b c"), ("a.é", nil),
      ("a.12345678", "12345678"), ("a.123456789", nil), ("", nil), (".", nil),
    ] as [(String, String?)])
  func fileExtension(name: String, ending: String?) {
    #expect(FileName(name).fileExtension == ending)
  }

  @Test("bytes that are no text are kept")
  func rawBytes() {
    let raw: [CChar] = [-1, -2, CChar(UInt8(ascii: ".")), 112, 110, 103, 0]
    let name = FileName(zeroTerminated: raw)
    #expect(name.fileExtension == "png")
    #expect(name.droppingExtension.bytes == [-1, -2, 0])
    #expect(name.inserting("-s").bytes == [-1, -2, 45, 115, 46, 112, 110, 103, 0])
    #expect(name.appendingExtension("a").bytes == raw.dropLast() + [46, 97, 0])
    #expect(FileName(zeroTerminated: [97, 46, -61, -87, 0]).fileExtension == nil)
  }

  @Test("what a name promises")
  func claimedFormats() {
    func claim(_ name: String) -> String? {
      switch ClaimedFormat(FileName(name)) {
      case .known(let format): format.name
      case .foreign: "foreign"
      case nil: nil
      }
    }
    for format in CodecRegistry.formats {
      for ending in format.fileExtensions {
        #expect(claim("a.\(ending)") == format.name)
        #expect(claim("A.\(ending.uppercased())") == format.name)
      }
    }
    #expect(claim("a.JPG") == "foreign")
    #expect(claim("a.webp") == "foreign")
    #expect(claim("a.txt") == nil)
    #expect(claim("png") == nil)
    #expect(claim(".png") == nil)
  }

  @Test(
    "kept names change only for a bitmap, which gets shades",
    arguments: [
      ("a.png", "a.png"), ("a.PNG", "a.PNG"), ("a.pbm", "a.pgm"), ("A.PBM", "A.pgm"),
      ("a.pgm", "a.pgm"), ("pbm", "pbm"), (".pbm", ".pbm"), ("a.pbm.txt", "a.pbm.txt"),
    ])
  func keptNames(input: String, output: String) {
    #expect(OutputNaming.kept.name(for: FileName(input)) == FileName(output))
  }

  @Test(
    "an ending is given in place of a picture's, and behind any other",
    arguments: [
      ("a.ppm", "a.png"), ("a.PNG", "a.png"), ("a.png", "a.png"), ("a.jpeg", "a.png"),
      ("map.v2", "map.v2.png"), ("a", "a.png"), (".png", ".png.png"), (".a.qoi", ".a.png"),
      ("a.apng", "a.png"), ("a.tar.gz", "a.tar.gz.png"), ("a.", "a..png"),
    ])
  func givenEnding(input: String, output: String) {
    #expect(OutputNaming.ending(.png).name(for: FileName(input)) == FileName(output))
  }
}
