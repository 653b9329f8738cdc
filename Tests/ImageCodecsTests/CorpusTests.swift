import ImageCodecs
import Raster
import Testing

/// Skipped where `IMGBATCH_CORPUS` names no folder: the pictures are too large for the repository.
@Suite(
  "The corpus",
  .enabled(if: Corpus.isPresent, "IMGBATCH_CORPUS names no folder: the corpus is not tested"))
struct CorpusTests {
  private static let manifest = Corpus.entries("manifest.tsv", in: "png")

  private static func entries(_ verdict: String) -> [Corpus.Entry] {
    manifest.filter { $0.fields["class"] == verdict }
  }

  /// In a debug build, which is 40 times slower, the 71 files of more than 10,000 pixels are left
  /// to the tests of the release build.
  private static func isInReach(_ entry: Corpus.Entry) -> Bool {
    #if DEBUG
      let sides = ["width", "height"].compactMap { entry.fields[$0].flatMap { Int($0) } }
      return sides.reduce(1, *) <= 10_000
    #else
      return true
    #endif
  }

  @Test("is there in full")
  func isComplete() {
    #expect(Self.entries("good").count == 407)
    #expect(Self.entries("corrupt").count == 75)
    #expect(Self.entries("contested").count == 6)
  }

  @Test(
    "good files decode to the pixels of the manifest", arguments: entries("good").filter(isInReach))
  func good(_ entry: Corpus.Entry) throws {
    let picture = try decode(entry.bytes())
    #expect(sha256(picture.rgba16BigEndian) == entry.fields["rgba16be_sha256"])
  }

  @Test("corrupt files fail, and chunk, byte and reason are told", arguments: entries("corrupt"))
  func corrupt(_ entry: Corpus.Entry) throws {
    let bytes = try entry.bytes()
    let error = try #require(throws: CodecError.self) { try decode(bytes) }
    guard bytes.starts(with: TestPNG.signature) else {
      #expect(error.code == .notAnImage)
      return
    }
    let fault =
      /(?<chunk>[^ :]{4,16})(: .+| stands where .+) \((chunk|it ends) at byte (?<byte>\d+)\)/
    let cut = /the file ends early, .+, at byte (?<byte>\d+)/
    if error.message == "no IHDR chunk follows the signature, at byte 8" { return }
    if let match = try fault.wholeMatch(in: error.message) {
      // What the message says of the chunk is so.
      let offset = try #require(Int(match.byte))
      let type = bytes[(offset + 4)...].prefix(4)
      let isNamed = match.chunk.contains("[") || type.elementsEqual(match.chunk.utf8)
      #expect(isNamed || error.message.contains("not enough image data"))
    } else {
      let match = try #require(try cut.wholeMatch(in: error.message), "\(error.message)")
      #expect(Int(match.byte) == bytes.count)
    }
  }

  /// Twenty small files, from all over the suite.
  private static let flipped = entries("good").filter { $0.path.contains("/pngsuite/") }
    .enumerated().filter { $0.offset.isMultiple(of: 8) && isInReach($0.element) }.prefix(20)
    .map(\.element)

  @Test("no flipped bit in what makes the pixels goes unnoticed", arguments: flipped)
  func flippedBits(_ entry: Corpus.Entry) throws {
    let intact = try entry.bytes()
    let picture = try decode(intact)
    // In a debug build, a bit of each byte.
    #if DEBUG
      let bits = 1
    #else
      let bits = 8
    #endif
    var offset = TestPNG.signature.count
    var flipCount = 0
    for chunk in try #require(chunks(of: intact)) {
      let end = offset + chunk.framed.count
      if ["IHDR", "PLTE", "tRNS", "IDAT"].contains(chunk.type) {
        let last = chunk.type == "IDAT" ? min(end, offset + 8 + 64) : end
        for place in offset..<last {
          for bit in 0..<bits {
            var damaged = intact
            damaged[place] ^= 1 << UInt8((place + bit) % 8)
            flipCount += 1
            let limits = DecodeLimits(maximumPixelCount: 100_000)
            if let other = try? decode(damaged, limits: limits), other != picture {
              Issue.record("byte \(place), bit \((place + bit) % 8)")
            }
          }
        }
      }
      offset = end
    }
    #expect(flipCount > 50 * bits)
  }

  @Test("contested files decode, with a warning", arguments: entries("contested"))
  func contested(_ entry: Corpus.Entry) throws {
    let picture = try decode(entry.bytes())
    // What is wrong in a colour profile shows to those only who inflate it, and it is passed on
    // without that.
    guard entry.fields["libpng_message"] != "iCCP: known incorrect sRGB profile" else { return }
    #expect(!picture.warnings.isEmpty)
  }

  @Test(
    "turned pictures stand upright as their eXIf says, and malformed eXIf says nothing",
    arguments: Corpus.entries("expect.tsv", in: "orientation"))
  func orientation(_ entry: Corpus.Entry) throws {
    let bytes = try entry.bytes()
    let orientation = try probe(bytes).metadata.orientation
    let picture = try decode(bytes)
    guard let digest = entry.fields["rgb8_sha256"], !digest.isEmpty else {
      // Of two chunks the first counts, and a second directory does not matter, not even one that
      // is the first again; in the others the tag is not well formed.
      let wellFormed = ["two_eXIf_6_then_3.png", "ifd_offset_self_loop.png"]
      let isWellFormed = wellFormed.contains { entry.path.hasSuffix($0) }
      #expect(orientation == (isWellFormed ? .rotated90Clockwise : .upright))
      return
    }
    #expect(sha256(upright(picture, orientation)) == digest)
  }

  /// A plain mapping of 8-bit RGB pixels, the meaning of the tag spelled out.
  private func upright(_ picture: Decoded, _ orientation: Orientation) -> [UInt8] {
    let stored = picture.layout.size
    let (right, bottom) = (stored.width - 1, stored.height - 1)
    let size = orientation.applied(to: stored)
    var result = [UInt8](repeating: 0, count: picture.bytes.count)
    var target = 0
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (column, row) =
          switch orientation {
          case .upright: (x, y)
          case .mirrored: (right - x, y)
          case .rotated180: (right - x, bottom - y)
          case .flipped: (x, bottom - y)
          case .transposed: (y, x)
          case .rotated90Clockwise: (y, bottom - x)
          case .transversed: (right - y, bottom - x)
          case .rotated90Counterclockwise: (right - y, x)
          }
        let start = 3 * (row * stored.width + column)
        result[target] = picture.bytes[start]
        result[target + 1] = picture.bytes[start + 1]
        result[target + 2] = picture.bytes[start + 2]
        target += 3
      }
    }
    return result
  }
}
