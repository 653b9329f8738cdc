import ImageCodecs
import Raster
import Testing

@Suite("What is kept of eXIf")
struct ExifExcerptTests {
  /// A tag of the first directory: a text, or one SHORT.
  private enum Value {
    case text(String)
    case short(UInt8)
  }

  /// The contents of an eXIf chunk with those tags, and behind them what nobody should see.
  private static func exif(
    _ tags: [(UInt16, Value)], isBigEndian: Bool = true, secret: String = ""
  ) -> [UInt8] {
    func bytes(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = Array(bigEndian(value).suffix(count))
      return isBigEndian ? bytes : bytes.reversed()
    }
    var directory = bytes(tags.count, 2)
    var values: [UInt8] = []
    let start = 8 + 2 + 12 * tags.count + 4
    for (tag, value) in tags {
      directory += bytes(Int(tag), 2)
      switch value {
      case .short(let number):
        directory += bytes(3, 2) + bytes(1, 4) + bytes(Int(number), 2) + [0, 0]
      case .text(let text):
        let text = Array(text.utf8) + [0]
        directory += bytes(2, 2) + bytes(text.count, 4)
        if text.count <= 4 {
          directory += text + [UInt8](repeating: 0, count: 4 - text.count)
        } else {
          directory += bytes(start + values.count, 4)
          // Values start at even offsets.
          values += text + (text.count.isMultiple(of: 2) ? [] : [0])
        }
      }
    }
    let order: [UInt8] = isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
    return order + bytes(42, 2) + bytes(8, 4) + directory + bytes(0, 4) + values
      + Array(secret.utf8)
  }

  private static let camera: [(UInt16, Value)] = [
    (271, .text("Camera maker")), (274, .short(6)), (315, .text("Ada")),
    (33432, .text("(c) Ada Lovelace")),
  ]

  private static let kept: [(UInt16, Value)] = [
    (274, .short(6)), (315, .text("Ada")), (33432, .text("(c) Ada Lovelace")),
  ]

  private func keptExif(_ exif: [UInt8], _ policy: MetadataPolicy) throws -> [UInt8]? {
    let bytes = TestPNG(width: 2, height: 2, early: [.init("eXIf", exif)]).bytes
    let metadata = try codec(for: bytes).metadata(of: probe(bytes), keeping: policy)
    return metadata.chunks.first { $0.type == "eXIf" }?.bytes
  }

  @Test("the owner's name is safe, where it was taken is not")
  func owner() throws {
    for isBigEndian in [false, true] {
      let exif = Self.exif(Self.camera, isBigEndian: isBigEndian, secret: "47.07 N 15.44 E")
      // The excerpt is big-endian, and in the order of the tags.
      #expect(try keptExif(exif, .safe) == Self.exif(Self.kept))
      #expect(try keptExif(exif, .all) == exif)
      #expect(try keptExif(exif, .none) == nil)
    }
  }

  @Test("a copy keeps as much, in the place of the file's own")
  func copied() throws {
    let text = TestPNG.Chunk("tEXt", Array("Author\0Ada".utf8))
    let early = [TestPNG.Chunk("eXIf", Self.exif(Self.camera, secret: "47.07 N")), text]
    let bytes = TestPNG(width: 2, height: 2, early: early).bytes
    let safe = try copy(bytes, keeping: .safe)
    let expected = [TestPNG.Chunk("eXIf", Self.exif(Self.kept)), text]
    #expect(safe == TestPNG(width: 2, height: 2, early: expected).bytes)
    // And of what is no more than that, nothing changes.
    #expect(try copy(safe, keeping: .safe) == safe)
  }

  @Test("the owner and the orientation as it is written stand in one chunk")
  func written() throws {
    let exif = try #require(try keptExif(Self.exif(Self.camera), .safe))
    for orientation in Orientation.allCases {
      let metadata = Metadata(
        orientation: orientation, chunks: [.init(type: "eXIf", bytes: exif)])
      let bytes = try encode(
        randomPicture(2, 2, PixelFormat(.rgb, .eight), seed: 1), as: .png, metadata: metadata)
      var tags = Self.kept
      tags[0].1 = .short(UInt8(orientation.rawValue))
      #expect(chunks(of: bytes)?.filter { $0.type == "eXIf" } == [.init("eXIf", Self.exif(tags))])
    }
  }

  @Test("texts that are none are left out")
  func noTexts() throws {
    let blank: [(UInt16, Value)] = [(315, .text("    ")), (33432, .text(""))]
    #expect(try keptExif(Self.exif(blank), .safe) == nil)
    #expect(try keptExif(Self.exif([(315, .short(1))]), .safe) == nil)
  }

  @Test("every cut and every changed byte is survived, and nothing grows")
  func hostile() throws {
    let exif = Self.exif(Self.camera)
    for count in 0..<exif.count { _ = try keptExif(Array(exif.prefix(count)), .safe) }
    for place in exif.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var changed = exif
        changed[place] = value
        let kept = try keptExif(changed, .safe) ?? []
        #expect(kept.count <= exif.count)
      }
    }
    // Two texts, each of which is the whole of the bytes.
    var doubled = Self.exif([(315, .text("longer")), (33432, .text("longer"))])
    for entry in [10, 22] {
      doubled.replaceSubrange(entry + 4..<entry + 12, with: bigEndian(doubled.count) + bigEndian(0))
    }
    #expect(try keptExif(doubled, .safe) == nil)
  }
}
