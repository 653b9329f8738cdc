import ImageBatch
import ImageCodecs
import Raster

/// What a command lists on standard output, a line for each job in the order of the input.
protocol Listing: Sendable {
  /// The line before all others.
  var heading: String? { get }

  /// The line for a job; nil where there is nothing to list.
  func line(for outcome: Outcome) -> String?
}

extension Listing {
  var heading: String? { nil }
}

/// `imgbatch inspect` for people.
struct InspectionTable: Listing {
  var heading: String? {
    Self.row("format", "size", "depth", "colour", "orientation", "bytes", "path")
  }

  func line(for outcome: Outcome) -> String? {
    guard case .inspected = outcome.status, let header = outcome.header else { return nil }
    return Self.row(
      header.format.name, "\(header.size)", "\(header.storedBitDepth)",
      header.storedColour.rawValue + (header.isInterlaced ? " interlaced" : "")
        + (header.animation.map { " \($0.frameCount) frames" } ?? ""),
      "\(header.metadata.orientation.rawValue)", "\(outcome.inputByteCount ?? 0)",
      outcome.input.escaped)
  }

  private static func row(
    _ format: String, _ size: String, _ depth: String, _ colour: String, _ orientation: String,
    _ bytes: String, _ path: String
  ) -> String {
    let columns = [(format, 6), (size, 12), (depth, 5), (colour, 21), (orientation, 11)]
    let left = columns.map { text, width in
      text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
    let padding = String(repeating: " ", count: max(0, 10 - bytes.utf8.count))
    return left.joined(separator: " ") + " " + padding + bytes + "  " + path
  }
}

/// `imgbatch inspect --json`.
struct JSONInspection: Listing {
  private struct Record: Encodable {
    var input: String?
    var inputBase64: String?
    let format: String
    let width: Int
    let height: Int
    let bitDepth: Int
    let colour: String
    let interlaced: Bool
    let frames: Int
    let orientation: Int
    let metadata: [String]
    let bytes: Int
  }

  func line(for outcome: Outcome) -> String? {
    guard case .inspected = outcome.status, let header = outcome.header else { return nil }
    let path = JobRecord(outcome)
    return jsonLine(
      Record(
        input: path.input, inputBase64: path.inputBase64, format: header.format.name,
        width: header.size.width, height: header.size.height, bitDepth: header.storedBitDepth,
        colour: header.storedColour.rawValue, interlaced: header.isInterlaced,
        frames: header.frameCount, orientation: header.metadata.orientation.rawValue,
        metadata: header.metadata.chunks.map(\.type), bytes: outcome.inputByteCount ?? 0))
  }
}

/// `imgbatch plan`, and `--dry-run`: a line for each output, with the memory of its job.
struct PlanListing: Listing {
  func line(for outcome: Outcome) -> String? {
    guard case .planned = outcome.status, let header = outcome.header else { return nil }
    let memory = (Double(outcome.memoryByteCount ?? 0) / 1e6).rounded(toPlaces: 1)
    return outcome.outputs.map { output in
      "\(outcome.input.escaped) -> \(output.path.escaped): \(header.size) -> "
        + "\(output.size.map { "\($0)" } ?? "?"), \(memory) MB of memory"
    }.joined(separator: "\n")
  }
}
