import FoundationEssentials

/// What `--report` wrote: an object a line for each job, and one for the run.
struct Report {
  struct Job: Decodable {
    struct Seconds: Decodable, Equatable {
      let read: Double
      let decode: Double
      let transform: Double
      let encode: Double
      let write: Double
    }

    /// One of several.
    struct Output: Decodable {
      let output: String
      let width: Int?
      let outputBytes: Int?
    }

    var input: String?
    var inputBase64: String?
    var output: String?
    var outputBase64: String?
    var outputs: [Output]?
    var status: String
    var stage: String?
    var code: String?
    var message: String?
    var width: Int?
    var height: Int?
    var inputBytes: Int?
    var outputBytes: Int?
    var seconds: Seconds
    var warnings: [String]?
  }

  /// The counts of the last object.
  struct Counts: Decodable {
    let found: Int
    let written: Int
    let upToDate: Int
    let skipped: Int
    let failed: Int
    let cancelled: Int
    let seconds: Double

    var summary: Summary {
      Summary(
        done: written, upToDate: upToDate, skipped: skipped, failed: failed, cancelled: cancelled)
    }
  }

  private struct LastLine: Decodable {
    let summary: Counts
  }

  /// In the order in which they settled.
  let jobs: [Job]

  /// Nil where the run could not write its last line.
  let counts: Counts?

  /// - Parameter text: the report; only its last line may be incomplete.
  init(_ text: String) throws {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let isComplete = lines.popLast() == ""
    let decoder = JSONDecoder()
    func decode<Value: Decodable>(_ line: Substring, as type: Value.Type) throws -> Value {
      try decoder.decode(type, from: Data(line.utf8))
    }
    let last = isComplete ? lines.last : nil
    counts = last.flatMap { try? decode($0, as: LastLine.self).summary }
    jobs = try lines.dropLast(counts == nil ? 0 : 1).map { try decode($0, as: Job.self) }
  }
}

extension Report.Job {
  /// The input's path, byte by byte.
  var inputPath: ByteString? { Self.path(input, inputBase64) }

  /// The output's path, byte by byte.
  var outputPath: ByteString? { Self.path(output, outputBase64) }

  private static func path(_ text: String?, _ base64: String?) -> ByteString? {
    if let text { return ByteString(text) }
    return base64.flatMap { Data(base64Encoded: $0) }.map { ByteString($0) }
  }
}
