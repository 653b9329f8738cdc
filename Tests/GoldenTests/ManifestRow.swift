import ImageCodecs
import Raster
import Testing

/// A line of `testdata/MANIFEST.tsv`, read apart from the code that wrote it.
struct ManifestRow: Sendable, CustomTestStringConvertible {
  /// What the header says; nil where not even that can be read.
  struct Header: Equatable, Sendable {
    var format: String
    var width: Int
    var height: Int
    var colour: String
    var bitDepth: Int
    var orientation: Int
  }

  enum Verdict: Equatable, Sendable {
    case pixels(sha256: String)
    case failure(code: String, message: String)
  }

  let file: String
  let header: Header?
  let verdict: Verdict

  var testDescription: String { file }

  struct Malformed: Error {
    let line: String
  }

  init(_ line: Substring) throws {
    let fields = line.split(separator: "\t").map(String.init)
    guard fields.count == 9 else { throw Malformed(line: String(line)) }
    file = fields[0]
    if fields[1...6].allSatisfy({ $0 == "-" }) {
      header = nil
    } else {
      guard let width = Int(fields[2]), let height = Int(fields[3]), let bitDepth = Int(fields[5]),
        let orientation = Int(fields[6])
      else { throw Malformed(line: String(line)) }
      header = Header(
        format: fields[1], width: width, height: height, colour: fields[4], bitDepth: bitDepth,
        orientation: orientation)
    }
    verdict =
      fields[7] == "rgba16be-sha256"
      ? .pixels(sha256: fields[8]) : .failure(code: fields[7], message: fields[8])
  }
}

extension ManifestRow.Header {
  init(_ header: ImageHeader) {
    self.init(
      format: header.format.name, width: header.size.width, height: header.size.height,
      colour: header.storedColour.rawValue, bitDepth: header.storedBitDepth,
      orientation: header.metadata.orientation.rawValue)
  }
}
