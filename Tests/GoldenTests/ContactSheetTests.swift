import FoundationEssentials
import ImageCodecs
import Raster
import Testing

@Suite("The contact sheet")
struct ContactSheetTests {
  private static let recipe = """
    outputs:
      - folder: first
      - folder: second
        steps: ["tint #704214 amount=0.5", "(a_b): 'c+d', 100%/", Ω]
      - {folder: third, steps: [flip]}
    """

  @Test("has room for every picture of a recipe, and for what is said of it")
  func sheet() throws {
    try withTemporaryFolder { folder in
      let picture = try Testdata.bytes(of: "png/gray+alpha-8.png")
      for name in ["first", "second", "third"] {
        try write(picture, to: folder.appending(path: "out/\(name)/picture.png"))
      }
      let recipe = folder.appending(path: "recipe.yaml")
      try write(Array(Self.recipe.utf8), to: recipe)
      let sheet = folder.appending(path: "sheet.png")
      let out = folder.appending(path: "out").path()
      try #require(sampleImages("contact-sheet", recipe.path(), out, sheet.path()) == 0)
      let bytes = [UInt8](try Data(contentsOf: sheet))
      let codec = try #require(CodecRegistry.codec(recognizing: bytes))
      let header = try codec.probe(try ByteSource(bytes), limits: DecodeLimits())
      // Two columns and two rows of boxes; the longest label has three lines of 24 pixels.
      #expect(header.size.width == 2 * (336 + 16) + 16)
      #expect(header.size.height == 2 * (272 + 3 * 24 + 32) + 16)

      try write(picture, to: folder.appending(path: "out/third/another.png"))
      #expect(try sampleImages("contact-sheet", recipe.path(), out, sheet.path()) == 1)
    }
  }

  private func write(_ bytes: [UInt8], to file: URL) throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
