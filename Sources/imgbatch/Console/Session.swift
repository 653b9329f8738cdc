import ConcurrencyPrimitives
import Configuration
import Glibc
import ImageBatch
import ImageCodecs
import Raster
import Synchronization

/// One run of the program: the batch, what it says, and the exit status.
struct Session {
  let batch: Batch
  let verb: DoneVerb
  let listing: (any Listing)?
  let listedLines = OrderedLines()
  private let talking: TalkingOptions
  private let settings: LiveSettings
  private let serviceManager = ServiceManager()
  private let course = Course()

  /// What running jobs get to finish in after the first signal.
  private static let grace = Duration.seconds(5)

  /// What stopped jobs get to answer in: a row takes microseconds, a block of a slow disk more.
  private static let answerTime = Duration.milliseconds(500)

  /// - Parameters:
  ///   - verb: what the summary says became of the jobs.
  ///   - listing: what goes to standard output.
  init(
    _ plan: Plan, verb: DoneVerb, talking: TalkingOptions, listing: (any Listing)?,
    settings: LiveSettings
  ) {
    Console.shared.level = settings.current.logLevel
    var plan = plan
    plan.countsAhead = ProgressDisplay.isWanted(talking)
    batch = Batch(plan)
    self.verb = verb
    self.talking = talking
    self.listing = listing
    self.settings = settings
  }

  /// Runs the batch and ends the process.
  ///
  /// - Parameter notice: what is said once it is sure that the run can begin.
  func run(notice: String? = nil) -> Never {
    do {
      // A thread of the run's own that is missing is told by itself, one of the shared pool's is
      // not; and where memory is limited, nothing is begun that stands no chance to end.
      try batch.checkSystem(
        triesThreads: usesSharedPool || ProcessSetup.isMemoryLimited)
    } catch {
      ExitStatus(error).exit(saying: error.message)
    }
    if batch.plan.isNamedLikeOnePicture { ProcessSetup.shareHeap() }
    ProcessSetup.keepFreeMemory(workerCount: batch.plan.settings.workerCount)
    let control = RunControl(batch, settings, serviceManager)
    // A thread for it, in place of Swift's shared pool: one, whose start costs a third.
    Task.detached(executorPreference: WorkerPool.processThread(named: "run")) {
      control.followConfiguration()
      course.status = await perform(notice: notice)
      Signals.endWait()
    }
    watch(control).exit()
  }

  /// What is shown or told while the run goes on is a task of the shared pool's.
  private var usesSharedPool: Bool {
    batch.plan.countsAhead || serviceManager?.watchdogPeriod != nil
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
    if let heading = listing?.heading { ResultStream.standardOutput.write(line: heading) }
    let display = batch.plan.countsAhead ? ProgressDisplay(of: batch) : nil
    let watchdog = serviceManager?.startWatchdog(over: batch)
    defer { watchdog?.cancel() }
    let rescans = RescanMessages()
    do throws(BatchError) {
      let batchReport = try await batch.run(endsThreads: false) { outcome in
        settle(outcome, report)
      } onNotice: { event in
        if case .ready = event, let notice { Console.shared.say(notice, at: .info) }
        take(event, rescans)
      }
      display?.end()
      return course.claimLastWord() ? conclude(batchReport, report) : ExitStatus(batchReport)
    } catch {
      display?.end()
      Console.shared.say(error.message)
      return ExitStatus(error)
    }
  }

  private func take(_ notice: Batch.Notice, _ rescans: RescanMessages) {
    switch notice {
    case .ready:
      serviceManager?.tell("READY=1", "STATUS=\(batch.plan.isWatching ? "Watching" : "Working")")
    case .stalled(let job):
      if Console.shared.level >= .info { Console.shared.sayIfFree(stallMessage(job)) }
    case .rescanning:
      if rescans.isDue { Console.shared.say(Self.rescanMessage, at: .info) }
    }
  }

  private func openReport() throws(ResultStream.OpenError) -> ResultStream? {
    guard let target = talking.report else { return nil }
    return target.isStandardStream ? .standardOutput : try ResultStream(reportAt: target.path)
  }

  /// Takes signals on the main thread, and watches that all ends in time: what does not answer, such
  /// as a read that never returns or a report that nobody reads, must not keep the process.
  private func watch(_ control: RunControl) -> ExitStatus {
    var patience: Duration?
    var look = Deadline.Instant.now
    while true {
      if let signal = Signals.next(before: look + .milliseconds(100)) { control.take(signal) }
      if let status = course.status { return status }
      let now = Deadline.Instant.now
      // While the process is stopped, as by SIGSTOP, its jobs are as well.
      let passed = min(look.duration(to: now), .milliseconds(200))
      look = now
      guard let cause = batch.interruption else { continue }
      // A deadline has stopped the work already; only a signal leaves it time.
      let rest = patience.map { $0 - passed } ?? (cause.isSignal ? Self.grace : .zero)
      patience = rest
      if rest <= .zero { batch.stop(cause) }
      if rest + Self.answerTime <= .zero { abandon(cause, control) }
    }
  }

  /// Ends the process although jobs still run. They leave nothing behind but memory.
  private func abandon(_ cause: Interruption, _ control: RunControl) -> Never {
    control.takeSignalsApart()
    let report = course.report
    let batchReport = batch.abandon(cause) { outcome in
      report?.writeIfFree(line: jsonLine(JobRecord(outcome)))
    }
    if course.claimLastWord() {
      report?.writeIfFree(line: jsonLine(SummaryRecord(batchReport, verb)))
      Console.shared.sayIfFree("\(cause): jobs that did not answer were left alone")
      if Console.shared.level >= .info { Console.shared.sayIfFree(summary(of: batchReport)) }
    } else {
      // It came to its end meanwhile, and says so itself.
      for _ in 0..<100 {
        course.status?.exit()
        usleep(1000)
      }
    }
    LiveTemporaries.shared.removeAll()
    ExitStatus(batchReport).exitAtOnce()
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

  /// Where the report goes, once that is open.
  var report: ResultStream? {
    get { state.withLock { $0.report } }
    set { state.withLock { $0.report = newValue } }
  }

  /// How it ended, once it has.
  var status: ExitStatus? {
    get { state.withLock { $0.status } }
    set { state.withLock { $0.status = newValue } }
  }

  /// Whether the caller is the one to say how it ended: there is one summary.
  func claimLastWord() -> Bool {
    state.withLock { state in
      defer { state.isLastWordTaken = true }
      return !state.isLastWordTaken
    }
  }
}
