import ConcurrencyPrimitives
import FoundationEssentials
import ImageBatch
import ImageCodecs
import Raster
import SystemPackage

/// One job as an object of the report.
struct JobRecord: Encodable {
  struct Seconds: Encodable {
    let read: Double
    let decode: Double
    let transform: Double
    let encode: Double
    let write: Double
  }

  var input: String?
  var inputBase64: String?
  var output: String?
  var outputBase64: String?
  /// All of them, where there are several.
  var outputs: [Output]?
  let status: String
  var stage: String?
  var code: String?
  var message: String?
  var width: Int?
  var height: Int?
  var inputBytes: Int?
  var outputBytes: Int?
  var comparison: ComparisonRecord?
  let seconds: Seconds
  var warnings: [String]?

  /// One of several outputs.
  struct Output: Encodable {
    var output: String?
    var outputBase64: String?
    let width: Int?
    let height: Int?
    let outputBytes: Int?

    init(_ output: Outcome.Output) {
      (self.output, outputBase64) = JobRecord.lossless(output.path)
      width = output.size?.width
      height = output.size?.height
      outputBytes = output.byteCount
    }
  }

  init(_ outcome: Outcome) {
    (input, inputBase64) = Self.lossless(outcome.input)
    if let path = outcome.output { (output, outputBase64) = Self.lossless(path) }
    if outcome.outputs.count > 1 { outputs = outcome.outputs.map(Output.init) }
    status = outcome.status.name
    switch outcome.status {
    case .failed(let failure):
      stage = failure.stage.rawValue
      code = failure.code
      message = failure.message
    case .skipped(let rule):
      message = rule
    case .cancelled(let interruption):
      message = interruption.description
    case .compared(let verdict):
      comparison = ComparisonRecord(outcome, verdict)
    case .written, .verified, .inspected, .planned, .upToDate:
      break
    }
    let size = outcome.outputSize ?? outcome.header?.size
    width = size?.width
    height = size?.height
    inputBytes = outcome.inputByteCount
    outputBytes = outcome.outputByteCount
    let times = outcome.times
    seconds = Seconds(
      read: times.read.seconds, decode: times.decode.seconds, transform: times.transform.seconds,
      encode: times.encode.seconds, write: times.write.seconds)
    warnings = outcome.warnings.isEmpty ? nil : outcome.warnings
  }

  /// A path as text, or, where its bytes are no text, as base64.
  static func lossless(_ path: FilePath) -> (String?, base64: String?) {
    if let text = path.validText { return (text, nil) }
    return (nil, Data(path.bytes).base64EncodedString())
  }
}

/// What became of the jobs that ended well, as the summary says it.
enum DoneVerb: String {
  case written, verified, inspected, compared, planned
}

/// The last object of the report.
struct SummaryRecord: Encodable {
  struct Counts: Encodable {
    let found: Int
    let written: Int
    var verified: Int?
    var inspected: Int?
    var planned: Int?
    var equal: Int?
    var different: Int?
    let upToDate: Int
    let skipped: Int
    let failed: Int
    let cancelled: Int
    let seconds: Double
  }

  let summary: Counts

  init(_ report: BatchReport, _ verb: DoneVerb) {
    func count(of verb: DoneVerb, _ own: DoneVerb) -> Int? { verb == own ? report.done : nil }
    summary = Counts(
      found: report.found, written: count(of: .written, verb) ?? 0,
      verified: count(of: .verified, verb), inspected: count(of: .inspected, verb),
      planned: count(of: .planned, verb),
      equal: count(of: .compared, verb).map { $0 - report.different },
      different: count(of: .compared, verb).map { _ in report.different },
      upToDate: report.upToDate, skipped: report.skipped,
      failed: report.failed, cancelled: report.cancelled, seconds: report.duration.seconds)
  }
}

extension Outcome.Status {
  /// The word that reports have for it.
  var name: String {
    switch self {
    case .written: "written"
    case .verified: "verified"
    case .inspected: "inspected"
    case .compared(let verdict): verdict.isDifferent ? "different" : "equal"
    case .planned: "planned"
    case .upToDate: "upToDate"
    case .skipped: "skipped"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}

/// JSON on one line, the keys in their order, so that equal values give equal bytes.
func jsonLine(_ value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch {
    ExitStatus.bug.exit(saying: "a record of the report is no JSON: \(error)")
  }
}
