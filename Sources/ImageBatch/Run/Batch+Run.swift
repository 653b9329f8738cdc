import ConcurrencyPrimitives
import Glibc
import Synchronization

extension Batch {
  /// Runs the plan to its end: walks, works on as many pictures at once as there are workers,
  /// writes, and settles every job that was found.
  ///
  /// A bad file is an outcome. Cancelling the task that runs it stops the batch. A batch is run
  /// once.
  ///
  /// - Parameters:
  ///   - endsThreads: whether the run's threads have ended when it returns. If not, they stay for as
  ///     long as the process does, which had better end next: it need not wait for them.
  ///   - onOutcome: told of each job as it settles, one at a time.
  ///   - onNotice: told of what there is to know about the run itself.
  /// - Throws: `BatchError` where the batch can't start; nothing was written then.
  public func run(
    endsThreads: Bool = true,
    onOutcome: @escaping @Sendable (Outcome) -> Void = { _ in },
    onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
  ) async throws(BatchError) -> BatchReport {
    let crew = try Crew(
      workerCount: settings.snapshot.value.workerCount,
      hasScout: plan.countsAhead || plan.isWatching,
      foremanBlocks: plan.isWatching)
    defer { if endsThreads { crew.dismiss() } }
    return try await run(with: crew, onOutcome: onOutcome, onNotice: onNotice)
  }

  /// What there is to know about a run while it goes on.
  public enum Notice: Sendable {
    /// IN and OUT are open, and the first job may come.
    case ready
    /// A job works suspiciously long; told once.
    case stalled(JobStatus)
    /// More happened in the watched tree than the kernel could tell; all of it is looked at anew.
    case rescanning
  }

  /// Runs the plan with threads that are there already.
  func run(
    with crew: Crew, onOutcome: @escaping @Sendable (Outcome) -> Void,
    onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
  ) async throws(BatchError) -> BatchReport {
    precondition(!hasBegun.exchange(true, ordering: .relaxed), "a batch was run twice")
    let inotify = try plan.isWatching ? makeInotify() : nil
    begin(with: crew)
    defer { end() }
    let result = await withTaskCancellationHandler {
      await withSiblings(
        of: { await self.pipeline(with: crew, inotify, onNotice, onOutcome) }, crew, inotify,
        onNotice)
    } onCancel: {
      stop(.cancelled)
    }
    return try result.get()
  }

  private func makeInotify() throws(BatchError) -> Inotify {
    do {
      return try Inotify()
    } catch {
      throw BatchError(.systemLacks, "IN cannot be watched: \(error)")
    }
  }

  /// Runs the pipeline beside all that may end it early; whoever ends first ends the others.
  private func withSiblings(
    of pipeline: @escaping @Sendable () async -> Result<BatchReport, BatchError>, _ crew: Crew,
    _ inotify: Inotify?, _ onNotice: @escaping @Sendable (Notice) -> Void
  ) async -> Result<BatchReport, BatchError> {
    await withTaskGroup(of: Result<BatchReport, BatchError>?.self) { siblings in
      siblings.addTask(executorPreference: crew.foreman) { await pipeline() }
      siblings.addTask {
        for await _ in self.stopping.stream {}
        return nil
      }
      siblings.addTask {
        for await _ in Ticker(every: Self.checkPeriod) {
          self.tellStalled(onNotice)
          self.hireRest()
        }
        return nil
      }
      if let scout = crew.scout {
        siblings.addTask(executorPreference: scout) {
          if let inotify { self.lookOut(with: inotify) } else { self.countAhead() }
          return await self.untilCancelled()
        }
      }
      var result = Result<BatchReport, BatchError>.success(BatchReport())
      for await ending in siblings {
        siblings.cancelAll()
        if let ending { result = ending }
      }
      return result
    }
  }

  /// Wakes the pipeline when something has happened in the watched tree, and now and then without
  /// that, so that it sees to files that nobody was seen to close.
  private func lookOut(with inotify: Inotify) {
    while !Task.isCancelled, intake.interruption == nil {
      if inotify.wait(atMost: .milliseconds(50)) {
        // What has happened can be waited for only until the pipeline has taken it.
        usleep(5_000)
      }
      wakeUps.continuation.yield()
    }
  }

  private static let checkPeriod = Duration.milliseconds(100)

  func tellStalled(_ onNotice: (Notice) -> Void) {
    guard let limit = settings.snapshot.value.stallTime else { return }
    for activity in ledger.withLock({ $0.activities }) where activity.turnsOut(olderThan: limit) {
      if let status = JobStatus(activity) { onNotice(.stalled(status)) }
    }
  }

  private func untilCancelled<Result>() async -> Result? {
    let never = AsyncStream<Never>.makeStream()
    for await _ in never.stream {}
    return nil
  }

  /// The walk, the workers and the writer.
  private func pipeline(
    with crew: Crew, _ inotify: Inotify?, _ onNotice: @escaping @Sendable (Notice) -> Void,
    _ onOutcome: @Sendable (Outcome) -> Void
  ) async -> Result<BatchReport, BatchError> {
    var site: Worksite
    do {
      let observer = WatchedTree.Observer(
        onRescan: { onNotice(.rescanning) },
        onUnfinishedTurn: { self.wakeUps.continuation.yield() })
      let watch = inotify.map { Worksite.Watch(inotify: $0, observer: observer) }
      site = try Worksite(plan, intake: intake, watch: watch)
      if !site.hasOneFinding { try hireWorkers() }
    } catch {
      return .failure(error)
    }
    onNotice(.ready)
    let runner = JobRunner(
      plan: site.plan, settings: settings, admission: admission, work: work, intake: intake,
      deadline: { self.deadline },
      onLateness: { cause in
        self.lateness.withLock { $0 = Lateness(cause: cause, first: $0.first ?? cause) }
      })
    var writer = OutputWriter(isDurable: plan.isDurable)
    var order = JobOrder()
    var isAtEnd = false
    do {
      try await fanOut(
        over: { () throws -> JobOrder.Entry? in
          guard intake.interruption == nil, lateness.withLock({ $0.cause }) == nil, !isAtEnd else {
            return nil
          }
          let entry: JobOrder.Entry?
          do throws(BatchError) {
            entry = try order.next(
              from: &site, restCount: restCount(workerCount: crew.workerCount), enter: enter)
          } catch {
            throw self.breaking(error)
          }
          if entry == nil, order.isAtEnd, !plan.isWatching {
            isAtEnd = true
            // Whoever counts ahead may have been overtaken.
            if plan.countsAhead { ledger.withLock { $0.total = $0.foundCount } }
            wakeUps.continuation.finish()
          }
          return entry
        },
        // Two more than there are workers: one result that is being written, one job to take up.
        width: crew.workerCount + 2, wakeUps: wakeUps.stream, on: crew.workers,
        process: { item in
          do throws(BatchError) {
            let product = try await runner.run(item.finding, item.activity)
            if case .settled(let outcome) = product { self.endIfFailed(outcome) }
            return (item, product)
          } catch {
            throw self.breaking(error)
          }
        },
        collect: { (item, product) in
          item.activity.enter(.working(.write))
          var outcome = writer.settle(product, interruption: intake.interruption)
          outcome.index = item.index
          do throws(BatchError) {
            try site.settle(outcome)
          } catch {
            writer.note(error)
          }
          telling.withLock { _ in
            if ledger.withLock({ $0.settle(outcome) }) { onOutcome(outcome) }
          }
          // Those in front of a job that would start too late have come to their end, too.
          if lateness.withLock({ $0.cause }) != nil,
            ledger.withLock({ $0.unsettledCount }) == order.waitingCount
          {
            wakeUps.continuation.finish()
          }
          if let breakdown = writer.breakdown { throw breaking(breakdown) }
          endIfFailed(outcome)
        })
    } catch {
      // What broke the run was noted; the wait that was cancelled knows no cause, the scope does.
    }
    let cause = intake.interruption ?? lateness.withLock { $0.first }
    telling.withLock { _ in
      for outcome in ledger.withLock({ $0.cancelRest(cause ?? .cancelled) }) { onOutcome(outcome) }
    }
    var report = ledger.withLock { $0.report }
    if let breakdown = breakdown.withLock({ $0 }) {
      report.ending = .broken(breakdown)
    } else if let cause, cause.isSignal || !isAtEnd || report.cancelled > 0 {
      // A time limit that nothing was cut off by was met. A signal is answered, even so.
      report.ending = .interrupted(cause)
    }
    report.duration = SuspendingClock.now - start
    report.peakMemoryByteCount = admission.peakByteCount
    return .success(report)
  }

  /// How many findings are put in order at the end; none where the sizes of files tell nothing of the
  /// time.
  private func restCount(workerCount: Int) -> Int {
    if case .inspect = plan.work { return 0 }
    return plan.isDryRun ? 0 : JobOrder.restCount(workerCount: workerCount)
  }

  /// Enters a finding in the books; nil once they are closed.
  private func enter(_ finding: Finding) -> JobOrder.Entry? {
    let activity = JobActivity(finding.displayPath)
    return ledger.withLock { $0.enter(activity) }.map {
      JobOrder.Entry(index: $0, finding: finding, activity: activity)
    }
  }

  /// Ends the run at its first failure, where that is wanted.
  private func endIfFailed(_ outcome: Outcome) {
    guard plan.failurePolicy == .failFast, let failure = outcome.failure else { return }
    stop(.failure("\(outcome.input.escaped): \(failure)"))
  }

  /// The error, once it is noted and all that works has been told of it as the cause.
  private func breaking(_ error: BatchError) -> BatchError {
    breakdown.withLock { $0 = $0 ?? error }
    stop(.failure(error.message))
    return error
  }

  /// A walk of its own, as fast as the file system, so that progress knows its end.
  private func countAhead() {
    var reading = plan
    reading.isDryRun = true
    // What can't be walked is told by the walk that counts.
    guard plan.fileList == nil, var site = try? Worksite(reading, intake: intake) else { return }
    var count = 0
    while !Task.isCancelled, intake.interruption == nil, let finding = try? site.next() {
      _ = finding
      count += 1
    }
    if !Task.isCancelled { ledger.withLock { $0.total = $0.total ?? count } }
  }
}
