import ConcurrencyPrimitives
import Dispatch
import Glibc
import ImageBatch
import ImageCodecs
import Raster
import Synchronization

/// One run of the program: the batch, what it says, and the exit status.
struct Session {
  private let batch: Batch
  private let verb: DoneVerb
  private let talking: TalkingOptions
  private let listing: (any Listing)?
  private let listedLines = OrderedLines()

  /// What running jobs get to finish in after the first signal.
  private static let grace = Duration.seconds(5)

  /// What stopped jobs get to answer in: a row takes microseconds, a block of a slow disk more.
  private static let answerTime = Duration.milliseconds(500)

  /// - Parameters:
  ///   - verb: what the summary says became of the jobs.
  ///   - listing: what goes to standard output.
  init(_ plan: Plan, verb: DoneVerb, talking: TalkingOptions, listing: (any Listing)?) {
    var plan = plan
    plan.countsAhead = ProgressDisplay.isWanted(talking)
    batch = Batch(plan)
    self.verb = verb
    self.talking = talking
    self.listing = listing
  }

  /// Runs the batch and ends the process.
  ///
  /// - Parameter notice: what is said before anything else.
  func run(notice: String? = nil) -> Never {
    do {
      try batch.checkSystem()
    } catch {
      ExitStatus(error).exit(saying: error.message)
    }
    TerminationSignals.watch(for: batch)
    let report = openReport()
    if let notice, !talking.quiet { Console.shared.say(notice) }
    if let heading = listing?.heading { ResultStream.standardOutput.write(line: heading) }
    let display = batch.plan.countsAhead ? ProgressDisplay(of: batch) : nil
    let result = runToEnd(report)
    display?.end()
    switch result {
    case .success(let batchReport):
      conclude(batchReport, report)
    case .failure(let error):
      ExitStatus(error).exit(saying: error.message)
    }
  }

  private func openReport() -> ResultStream? {
    guard let target = talking.report else { return nil }
    if target.isStandardStream { return .standardOutput }
    do throws(ResultStream.OpenError) {
      return try ResultStream(reportAt: target.path)
    } catch {
      ExitStatus.noOutput.exit(saying: "\(target.path.escaped): \(error)")
    }
  }

  /// Runs the batch in a task, while this thread watches that it ends in time: work that does not
  /// answer, such as a read that never returns, must not keep the process.
  private func runToEnd(_ report: ResultStream?) -> Result<BatchReport, BatchError> {
    let ending = Ending()
    Task.detached {
      do throws(BatchError) {
        ending.set(.success(try await batch.run { outcome in settle(outcome, report) }))
      } catch {
        ending.set(.failure(error))
      }
    }
    var patience = Self.grace
    while true {
      if let result = ending.wait(milliseconds: 100) { return result }
      guard let cause = batch.interruption else { continue }
      // A deadline has stopped the work already; only a signal leaves it time.
      if case .signal = cause {} else { patience = min(patience, .zero) }
      patience -= .milliseconds(100)
      if patience <= .zero { batch.stop(cause) }
      if patience + Self.answerTime <= .zero { abandon(cause, report) }
    }
  }

  /// Ends the process although jobs still run. They leave nothing behind but memory.
  private func abandon(_ cause: Interruption, _ report: ResultStream?) -> Never {
    let batchReport = batch.abandon(cause) { outcome in
      report?.writeIfFree(line: jsonLine(JobRecord(outcome)))
    }
    report?.writeIfFree(line: jsonLine(SummaryRecord(batchReport, verb)))
    Console.shared.sayIfFree("\(cause): jobs that did not answer were left alone")
    Console.shared.sayIfFree(summary(of: batchReport))
    LiveTemporaries.shared.removeAll()
    switch cause {
    case .signal(let number): TerminationSignals.end(by: number)
    case .deadline: _exit(ExitStatus.timedOut.code)
    case .cancelled, .failure: _exit(ExitStatus.someFailed.code)
    }
  }

  // MARK: What is said

  private func settle(_ outcome: Outcome, _ report: ResultStream?) {
    report?.write(line: jsonLine(JobRecord(outcome)))
    if let listing { list(outcome, in: listing) }
    let input = outcome.input.escaped
    if let failure = outcome.failure {
      let path = failure.stage == .write ? outcome.output?.escaped ?? input : input
      return Console.shared.say("\(path): \(failure)")
    }
    guard !talking.quiet else { return }
    for warning in outcome.warnings { Console.shared.say("\(input): warning: \(warning)") }
    if talking.verbose, let line = verboseLine(outcome) { Console.shared.say(line) }
  }

  private func verboseLine(_ outcome: Outcome) -> String? {
    let input = outcome.input.escaped
    switch outcome.status {
    case .written:
      let sizes = [outcome.header?.size, outcome.outputSize].map { $0.map { "\($0)" } ?? "?" }
      return "\(input) -> \(outcome.output?.escaped ?? "-"): \(sizes[0]) -> \(sizes[1]), "
        + "\(outcome.outputByteCount ?? 0) bytes"
    case .skipped(let rule): return "\(input): skipped: \(rule)"
    case .cancelled(let cause): return "\(input): cancelled: \(cause)"
    case .verified, .upToDate: return "\(input): \(outcome.status.name)"
    case .failed, .inspected, .planned: return nil
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

  private func conclude(_ batchReport: BatchReport, _ report: ResultStream?) -> Never {
    report?.write(line: jsonLine(SummaryRecord(batchReport, verb)))
    if case .broken(let error) = batchReport.ending, error.code != .outputDeviceFailed {
      Console.shared.say(error.message)
    }
    if !talking.quiet {
      switch batchReport.ending {
      case .interrupted(.signal(SIGPIPE)): break  // as quiet as any filter whose reader has gone
      case .interrupted(let cause):
        // A failed file was told when it settled.
        if case .failure = cause {} else { Console.shared.say("\(cause)") }
        Console.shared.say(summary(of: batchReport))
      case .completed, .broken:
        Console.shared.say(summary(of: batchReport))
      }
    }
    let lostResults = report?.hasFailed == true || ResultStream.standardOutput.hasFailed
    if lostResults { ExitStatus.outputFailed.exit() }
    ExitStatus.exit(for: batchReport)
  }

  /// The last line of a run.
  private func summary(of report: BatchReport) -> String {
    let seconds = report.duration.seconds
    let rate = Double(report.done) / max(seconds, 1e-3)
    return
      "\(report.done) \(verb.rawValue), \(report.upToDate) up to date, \(report.skipped) skipped, "
      + "\(report.failed) failed, \(report.cancelled) cancelled "
      + "in \(seconds.rounded(toPlaces: 1)) s (\(rate.rounded(toPlaces: 1)) images/s)"
  }
}

/// How a run ended, from the task that ran it to the thread that waits for it.
private final class Ending: Sendable {
  private let result = Mutex<Result<BatchReport, BatchError>?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  func set(_ value: Result<BatchReport, BatchError>) {
    result.withLock { $0 = value }
    isSet.signal()
  }

  /// - Returns: the end, or nil where it did not come in time.
  func wait(milliseconds: Int) -> Result<BatchReport, BatchError>? {
    guard isSet.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
    return result.withLock { $0 }
  }
}
