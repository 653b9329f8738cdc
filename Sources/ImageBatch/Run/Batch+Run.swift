import ConcurrencyPrimitives
import Synchronization

extension Batch {
  /// Runs the plan to its end: walks, works on as many pictures at once as there are workers,
  /// writes, and settles every job that was found.
  ///
  /// A bad file is an outcome. Cancelling the task that runs it stops the batch. A batch is run
  /// once.
  ///
  /// - Parameter onOutcome: told of each job as it settles, one at a time.
  /// - Throws: `BatchError` where the batch can't start; nothing was written then.
  public func run(
    onOutcome: @escaping @Sendable (Outcome) -> Void = { _ in }
  ) async throws(BatchError) -> BatchReport {
    precondition(!hasBegun.exchange(true, ordering: .relaxed), "a batch was run twice")
    let crew = try Crew(workerCount: plan.workerCount, countsAhead: plan.countsAhead)
    defer { crew.dismiss() }
    let result = await withTaskCancellationHandler {
      await withSiblings(of: { await self.pipeline(on: crew.workers, onOutcome) }, crew)
    } onCancel: {
      stop(.cancelled)
    }
    return try result.get()
  }

  /// Runs the pipeline beside all that may end it early; whoever ends first ends the others.
  private func withSiblings(
    of pipeline: @escaping @Sendable () async -> Result<BatchReport, BatchError>, _ crew: Crew
  ) async -> Result<BatchReport, BatchError> {
    await withTaskGroup(of: Result<BatchReport, BatchError>?.self) { siblings in
      siblings.addTask(executorPreference: crew.foreman) { await pipeline() }
      siblings.addTask {
        for await _ in self.stopping.stream {}
        return nil
      }
      siblings.addTask {
        guard let deadline = self.work.effectiveDeadline else {
          return await self.untilCancelled()
        }
        try? await Task.sleep(until: deadline.instant, clock: .suspending)
        return nil
      }
      if let scout = crew.scout {
        siblings.addTask(executorPreference: scout) {
          self.countAhead()
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

  private func untilCancelled<Result>() async -> Result? {
    let never = AsyncStream<Never>.makeStream()
    for await _ in never.stream {}
    return nil
  }

  /// The walk, the workers and the writer.
  private func pipeline(
    on workers: WorkerPool, _ onOutcome: @Sendable (Outcome) -> Void
  ) async -> Result<BatchReport, BatchError> {
    var site: Worksite
    do {
      site = try Worksite(plan, intake: intake)
    } catch {
      return .failure(error)
    }
    let runner = JobRunner(plan: site.plan, admission: admission, work: work, intake: intake)
    var writer = OutputWriter(isDurable: plan.isDurable)
    var isAtEnd = false
    do {
      try await fanOut(
        over: { () throws -> (index: Int, finding: Finding)? in
          guard intake.interruption == nil else { return nil }
          let finding: Finding?
          do throws(BatchError) {
            finding = try site.next()
          } catch {
            throw self.breaking(error)
          }
          guard let finding else {
            isAtEnd = true
            return nil
          }
          return ledger.withLock { $0.enter(finding.input) }.map { ($0, finding) }
        },
        // Two more than there are workers: one result that is being written, one job to take up.
        width: workers.threadCount + 2, on: workers,
        process: { item in
          do throws(BatchError) {
            return (item.index, try await runner.run(item.finding))
          } catch {
            throw self.breaking(error)
          }
        },
        collect: { (index, product) in
          var outcome = writer.settle(product, interruption: intake.interruption)
          outcome.index = index
          telling.withLock { _ in
            if ledger.withLock({ $0.settle(outcome) }) { onOutcome(outcome) }
          }
          if let breakdown = writer.breakdown { throw breaking(breakdown) }
          if plan.failurePolicy == .failFast, let failure = outcome.failure {
            stop(.failure("\(outcome.input.escaped): \(failure)"))
          }
        })
    } catch {
      // What broke the run was noted; the wait that was cancelled knows no cause, the scope does.
    }
    let cause = intake.interruption
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
    if !Task.isCancelled { ledger.withLock { $0.total = count } }
  }
}
