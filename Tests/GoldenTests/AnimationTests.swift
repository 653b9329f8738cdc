import ImageCodecs
import Raster
import SampleImages
import Testing

/// A line of `testdata/ANIMATIONS.tsv`, read apart from the code that wrote it.
struct AnimationRow: Sendable, CustomTestStringConvertible {
  let file: String
  let header: [String]
  let verdict: ManifestRow.Verdict

  var testDescription: String { file }

  init(_ line: Substring) throws {
    let fields = line.split(separator: "\t").map(String.init)
    guard fields.count == 6 else { throw ManifestRow.Malformed(line: String(line)) }
    file = fields[0]
    header = Array(fields[1...3])
    verdict =
      fields[4] == "rgba16be-sha256"
      ? .pixels(sha256: fields[5]) : .failure(code: fields[4], message: fields[5])
  }

  static func all() throws -> [AnimationRow] {
    let text = String(decoding: try Testdata.bytes(of: "ANIMATIONS.tsv"), as: UTF8.self)
    return try text.split(separator: "\n").dropFirst().map(AnimationRow.init)
  }
}

@Suite("Golden animations")
struct AnimationTests {
  struct NoAnimation: Error {}

  @Test("show the frames that were drawn, or fail as stated", arguments: try AnimationRow.all())
  func decodes(row: AnimationRow) throws {
    let source = try ByteSource(Testdata.bytes(of: row.file))
    let codec = try #require(CodecRegistry.codec(for: .png) as? any AnimationCodec)
    let header = try codec.probe(source, limits: DecodeLimits())
    let animation = try #require(header.animation)
    do {
      let reader = try codec.makeReader(of: animation, in: source, header: header)
      var pixels: [UInt8] = []
      var delays: [String] = []
      while let picture = try reader.next() {
        let rgba = try Decoding.rgba16(picture.rows)
        // A still apart is none of the frames.
        guard let delay = picture.delay else { continue }
        pixels += rgba
        delays.append("\(delay.numerator)/\(delay.denominator)")
      }
      #expect(row.verdict == .pixels(sha256: SHA256.hexDigest(pixels)))
      #expect(
        row.header == [
          "\(animation.frameCount)", "\(animation.playCount)", delays.joined(separator: " "),
        ])
    } catch let error as CodecError {
      #expect(row.verdict == .failure(code: error.code.name, message: error.message))
    }
  }

  @Test("are all listed")
  func areListed() throws {
    let listed = try AnimationRow.all().map(\.file)
    let files = try Testdata.files(in: Testdata.folder)
    #expect(Set(listed).count == listed.count)
    #expect(Set(listed) == files.filter { $0.contains("/animation-") })
  }
}
