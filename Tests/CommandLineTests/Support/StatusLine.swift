import Glibc
import Testing

/// What a run does at one moment, as it says on SIGUSR1.
struct StatusLine: Equatable {
  /// A job that a worker has taken up.
  struct Job: Equatable {
    let path: String
    let stage: String
    let age: Double
  }

  let done: Int
  let failed: Int
  let inFlight: Int

  /// Those in flight that are named: the eight oldest at most.
  let jobs: [Job]
  let workers: Int
  let memory: String
  let rate: String
  let ioRate: String

  /// Which settings stand, from 1.
  let settings: Int

  /// Since the start.
  let seconds: Double
}

extension StatusLine {
  /// Nil for another line.
  init?(_ line: String) {
    // There may be very many others.
    guard line.hasPrefix("imgbatch: status: ") else { return nil }
    let pattern =
      /imgbatch: status: (\d+)(?: of \d+)? done, (\d+) failed, \d+ queued, (\d+) in flight(.*), (\d+) workers, (.*)/
    let end =
      /memory (.+), rate (.+), io-rate (.+), settings (\d+), (\d+\.\d) s since the start/
    guard let match = line.wholeMatch(of: pattern)?.output, let last = match.6.wholeMatch(of: end),
      let done = Int(match.1), let failed = Int(match.2), let inFlight = Int(match.3),
      let workers = Int(match.5), let settings = Int(last.4), let seconds = Double(last.5)
    else { return nil }
    self.init(
      done: done, failed: failed, inFlight: inFlight, jobs: Self.jobs(in: match.4),
      workers: workers, memory: String(last.1), rate: String(last.2), ioRate: String(last.3),
      settings: settings, seconds: seconds)
  }

  /// ` (in/a.ppm decode 0.3 s; in/b.ppm waiting 0.1 s), slowest in/c.ppm (0.5 s)`
  private static func jobs(in text: Substring) -> [Job] {
    guard let list = text.prefixMatch(of: #/ \((.*?)\)/#)?.1 else { return [] }
    return list.matches(of: /(\S+) (\S+) (\d+\.\d) s/).compactMap { job in
      Double(job.3).map { Job(path: String(job.1), stage: String(job.2), age: $0) }
    }
  }
}

extension Child {
  /// The whole lines that it has said so far.
  var messages: [String] {
    let text = standardError
    let lines = text.split(separator: "\n").map(String.init)
    return text.hasSuffix("\n") ? lines : lines.dropLast()
  }

  private var statusLines: [String] { messages.filter { $0.hasPrefix("imgbatch: status: ") } }

  /// Asks what it does at the moment; not before it has begun, when SIGUSR1 would end it.
  func status(_ location: SourceLocation = #_sourceLocation) async throws -> StatusLine? {
    let count = statusLines.count
    send(SIGUSR1)
    try await until(location) { statusLines.count > count }
    return statusLines.last.flatMap(StatusLine.init)
  }
}
