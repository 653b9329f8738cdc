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
  private let course = Course()

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
    Task.detached { course.end(with: await perform(notice: notice)) }
    watch().exit()
  }

  /// All that may wait: for the batch, for those who read what is said, for a pipe to be read.
  private func perform(notice: String?) async -> ExitStatus {
    let report: ResultStream?
    do throws(ResultStream.OpenError) {
      report = try openReport()
    } catch {
      Console.shared.say("\(talking.report?.path.escaped ?? ""): \(error)")
      return .noOutput
    }
    course.report = report
    if let notice, !talking.quiet { Console.shared.say(notice) }
    if let heading = listing?.heading { ResultStream.standardOutput.write(line: heading) }
    let display = batch.plan.countsAhead ? ProgressDisplay(of: batch) : nil
    do throws(BatchError) {
      let batchReport = try await batch.run { outcome in settle(outcome, report) }
      display?.end()
      return course.claimLastWord() ? conclude(batchReport, report) : ExitStatus(batchReport)
    } catch {
      display?.end()
      Console.shared.say(error.message)
      return ExitStatus(error)
    }
  }

  private func openReport() throws(ResultStream.OpenError) -> ResultStream? {
    guard let target = talking.report else { return nil }
    return target.isStandardStream ? .standardOutput : try ResultStream(reportAt: target.path)
  }

  /// Watches from the main thread that all ends in time: what does not answer, such as a read that
  /// never returns or a report that nobody reads, must not keep the process.
  private func watch() -> ExitStatus {
    var patience = Self.grace
    while true {
      if let status = course.wait(milliseconds: 100) { return status }
      guard let cause = batch.interruption else { continue }
      // A deadline has stopped the work already; only a signal leaves it time.
      if !cause.isSignal { patience = min(patience, .zero) }
      patience -= .milliseconds(100)
      if patience <= .zero { batch.stop(cause) }
      if patience + Self.answerTime <= .zero { abandon(cause) }
    }
  }

  /// Ends the process although jobs still run. They leave nothing behind but memory.
  private func abandon(_ cause: Interruption) -> Never {
    let report = course.report
    let batchReport = batch.abandon(cause) { outcome in
      report?.writeIfFree(line: jsonLine(JobRecord(outcome)))
    }
    if course.claimLastWord() {
      report?.writeIfFree(line: jsonLine(SummaryRecord(batchReport, verb)))
      Console.shared.sayIfFree("\(cause): jobs that did not answer were left alone")
      if !talking.quiet { Console.shared.sayIfFree(summary(of: batchReport)) }
    } else if let status = course.wait(milliseconds: 100) {
      // It came to its end meanwhile, and has said so itself.
      status.exit()
    }
    LiveTemporaries.shared.removeAll()
    ExitStatus(batchReport).exitAtOnce()
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

  private func conclude(_ batchReport: BatchReport, _ report: ResultStream?) -> ExitStatus {
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
    return lostResults ? .outputFailed : ExitStatus(batchReport)
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

/// What the task that runs the batch and the thread that watches it know of each other.
private final class Course: Sendable {
  private struct State {
    var report: ResultStream?
    var status: ExitStatus?
    var isLastWordTaken = false
  }

  private let state = Mutex(State())
  private let isOver = DispatchSemaphore(value: 0)

  /// Where the report goes, once that is open.
  var report: ResultStream? {
    get { state.withLock { $0.report } }
    set { state.withLock { $0.report = newValue } }
  }

  /// Whether the caller is the one to say how it ended: there is one summary.
  func claimLastWord() -> Bool {
    state.withLock { state in
      defer { state.isLastWordTaken = true }
      return !state.isLastWordTaken
    }
  }

  func end(with status: ExitStatus) {
    state.withLock { $0.status = status }
    isOver.signal()
  }

  /// - Returns: the end, or nil where it did not come in time.
  func wait(milliseconds: Int) -> ExitStatus? {
    guard isOver.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return nil }
    return state.withLock { $0.status }
  }
}
