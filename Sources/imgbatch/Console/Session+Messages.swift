import ConcurrencyPrimitives
import Configuration
import Glibc
import ImageBatch
import ImageCodecs
import Raster

// What a run says.

extension Session {
  func settle(_ outcome: Outcome, _ report: ResultStream?) {
    report?.write(line: jsonLine(JobRecord(outcome)))
    if let listing { list(outcome, in: listing) }
    if let failure = outcome.failure {
      let output = failure.stage == .write ? outcome.failedOutput ?? outcome.output : nil
      return Console.shared.say("\((output ?? outcome.input).escaped): \(failure)")
    }
    for warning in outcome.warnings {
      Console.shared.say("\(outcome.input.escaped): warning: \(warning)", at: .info)
    }
    if Console.shared.level >= .debug { verboseLines(outcome).forEach(Console.shared.say) }
  }

  private func verboseLines(_ outcome: Outcome) -> [String] {
    let input = outcome.input.escaped
    switch outcome.status {
    case .written:
      return outcome.outputs.map { output in
        let sizes = [outcome.header?.size, output.size].map { $0.map { "\($0)" } ?? "?" }
        return "\(input) -> \(output.path.escaped): \(sizes[0]) -> \(sizes[1]), "
          + "\(output.byteCount ?? 0) bytes"
      }
    case .skipped(let rule): return ["\(input): skipped: \(rule)"]
    case .cancelled(let cause): return ["\(input): cancelled: \(cause)"]
    case .verified, .upToDate: return ["\(input): \(outcome.status.name)"]
    case .failed, .inspected, .compared, .planned: return []
    }
  }

  private func list(_ outcome: Outcome, in listing: any Listing) {
    let line = listing.line(for: outcome)
    for line in listedLines.take(line, at: outcome.index)
    where ResultStream.standardOutput.write(line: line) != nil {
      // Nobody reads the one thing that this run is for.
      batch.stop(.signal(SIGPIPE))
    }
  }

  func conclude(_ batchReport: BatchReport, _ report: ResultStream?) -> ExitStatus {
    report?.write(line: jsonLine(SummaryRecord(batchReport, verb)))
    if case .broken(let error) = batchReport.ending, error.code != .outputDeviceFailed {
      Console.shared.say(error.message)
    }
    if Console.shared.level >= .info {
      switch batchReport.ending {
      case .interrupted(.signal(SIGPIPE)): break  // as quiet as any filter whose reader has gone
      case .interrupted(let cause):
        // A failed file was told when it settled.
        if case .failure = cause {} else { Console.shared.say("\(cause)") }
        Console.shared.sayLast(summary(of: batchReport))
      case .completed, .broken:
        Console.shared.sayLast(summary(of: batchReport))
      }
    }
    let lostResults = report?.hasFailed == true || ResultStream.standardOutput.hasFailed
    return lostResults ? .outputFailed : ExitStatus(batchReport)
  }

  /// The last line of a run.
  func summary(of report: BatchReport) -> String {
    let seconds = report.duration.seconds
    let rate = Double(report.done) / max(seconds, 1e-3)
    let done =
      verb == .compared
      ? "\(report.done - report.different) equal, \(report.different) different"
      : "\(report.done) \(verb.rawValue), \(report.upToDate) up to date"
    return "\(done), \(report.skipped) skipped, "
      + "\(report.failed) failed, \(report.cancelled) cancelled "
      + "in \(seconds.rounded(toPlaces: 1)) s (\(rate.rounded(toPlaces: 1)) images/s)"
  }

  /// About a job that works suspiciously long.
  func stallMessage(_ job: JobStatus) -> String {
    let stage = job.stage.map { "\($0.rawValue): " } ?? ""
    return "\(job.input.escaped): \(stage)still at work after \(job.age.rounded)"
  }

  /// About a watched tree in which more happened than can be told.
  static let rescanMessage =
    "more happened than the kernel could tell: everything newer than its output is taken up"
}
