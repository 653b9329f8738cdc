import Glibc

/// How a program ended, and all that it said.
struct Ending: Sendable {
  enum Status: Hashable, Sendable, CustomStringConvertible {
    case exited(CInt)
    case ended(bySignal: CInt)

    /// See wait(2).
    init(waitStatus: CInt) {
      let signal = waitStatus & 0x7F
      self = signal == 0 ? .exited(waitStatus >> 8 & 0xFF) : .ended(bySignal: signal)
    }

    var description: String {
      switch self {
      case .exited(let code): "exit status \(code)"
      case .ended(let signal): "signal \(signal)"
      }
    }
  }

  let status: Status
  let instant: ContinuousClock.Instant
  let duration: Duration

  /// The most memory that it had, in bytes.
  let peakByteCount: Int

  let output: [UInt8]
  let error: [UInt8]

  var outputText: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: error, as: UTF8.self) }

  /// Its output without the breaks and indents of help texts.
  var unwrappedText: String { outputText.split { $0.isWhitespace }.joined(separator: " ") }

  /// What it said on standard error, line by line.
  var messages: [String] { errorText.split(separator: "\n").map(String.init) }

  /// What it wrote to standard output, line by line.
  var outputLines: [String] { outputText.split(separator: "\n").map(String.init) }

  /// The last line, if it is a run's summary, word for word as the contract has it.
  var summary: Summary? { messages.last.flatMap(Summary.init) }

  /// The last line, if it is the summary of a comparison.
  var comparison: ComparisonSummary? { messages.last.flatMap(ComparisonSummary.init) }

  /// The lines that name a failed file.
  var failures: [FailureLine] { messages.compactMap(FailureLine.init) }
}

/// `imgbatch: 120 written, 3 up to date, 2 skipped, 1 failed, 0 cancelled in 4.2 s (28.6 images/s)`
struct Summary: Equatable {
  var verb = "written"
  var done = 0
  var upToDate = 0
  var skipped = 0
  var failed = 0
  var cancelled = 0

  var found: Int { done + upToDate + skipped + failed + cancelled }
}

extension Summary {
  init?(_ line: String) {
    let pattern =
      /imgbatch: (\d+) (written|verified|inspected|planned), (\d+) up to date, (\d+) skipped, (\d+) failed, (\d+) cancelled in \d+\.\d s \(\d+\.\d images\/s\)/
    guard let match = line.wholeMatch(of: pattern) else { return nil }
    let fields = match.output
    guard let done = Int(fields.1), let upToDate = Int(fields.3), let skipped = Int(fields.4),
      let failed = Int(fields.5), let cancelled = Int(fields.6)
    else { return nil }
    self.init(
      verb: String(fields.2), done: done, upToDate: upToDate, skipped: skipped, failed: failed,
      cancelled: cancelled)
  }
}

/// `imgbatch: 117 equal, 3 different, 2 skipped, 1 failed, 0 cancelled in 4.2 s (28.6 images/s)`
struct ComparisonSummary: Equatable {
  var equal = 0
  var different = 0
  var skipped = 0
  var failed = 0
  var cancelled = 0
}

extension ComparisonSummary {
  init?(_ line: String) {
    let pattern =
      /imgbatch: (\d+) equal, (\d+) different, (\d+) skipped, (\d+) failed, (\d+) cancelled in \d+\.\d s \(\d+\.\d images\/s\)/
    guard let match = line.wholeMatch(of: pattern) else { return nil }
    let fields = match.output
    guard let equal = Int(fields.1), let different = Int(fields.2), let skipped = Int(fields.3),
      let failed = Int(fields.4), let cancelled = Int(fields.5)
    else { return nil }
    self.init(
      equal: equal, different: different, skipped: skipped, failed: failed, cancelled: cancelled)
  }
}

/// `imgbatch: in/a.png: decode: IDAT: CRC mismatch`
struct FailureLine: Hashable {
  let path: String
  let stage: String
  let message: String

  init(path: String, stage: String, message: String) {
    self.path = path
    self.stage = stage
    self.message = message
  }

  init?(_ line: String) {
    let pattern = /imgbatch: (.+?): (walk|admit|read|decode|transform|encode|write): (.+)/
    guard let match = line.wholeMatch(of: pattern) else { return nil }
    self.init(
      path: String(match.1), stage: String(match.2), message: String(match.3))
  }
}
