import ConcurrencyPrimitives
import Synchronization

extension Batch {
  /// Changes how the run goes about its work, from now on: workers, memory and rates also for what
  /// waits for them, the time limit of a job for those that start from now on, that of the run from
  /// its beginning.
  ///
  /// May be called from any thread, at any time.
  ///
  /// - Returns: which settings stand now, counted from 1.
  /// - Throws: `BatchError` `.systemLacks` where the system does not give that much; nothing has
  ///   changed then.
  @discardableResult
  public func reconfigure(_ settings: RunSettings) throws(BatchError) -> Int {
    let generation = try running.withLock { running throws(BatchError) in
      try Crew.checkDescriptors(workerCount: settings.workerCount)
      if settings.workerCount != self.settings.snapshot.value.workerCount {
        try running.crew?.resize(to: settings.workerCount)
        running.demand = nil
      }
      admission.apply(settings)
      let generation = self.settings.update { $0 = settings }.generation
      if running.crew != nil { setDeadline(&running) }
      // What was too late may be in time now.
      lateness.withLock { $0.cause = nil }
      return generation
    }
    wakeUps.continuation.yield()
    return generation
  }

  /// Lets settings reach the threads of a run, and its time limit run.
  func begin(with crew: Crew) {
    running.withLock { running in
      running.crew = crew
      setDeadline(&running)
    }
  }

  /// Starts the workers that the settings ask for, as far as there are processors for them; for a
  /// single picture nobody does.
  func hireWorkers() throws(BatchError) {
    let processorCount = processorCount ?? MachineResources.processorCount
    try running.withLock { running throws(BatchError) in
      guard let crew = running.crew else { return }
      let wanted = settings.snapshot.value.workerCount
      // Whoever changed the settings meanwhile has hired already.
      let count = max(crew.workerCount, min(wanted, processorCount))
      try crew.resize(to: count)
      if wanted > count { running.demand = WorkerDemand(from: ledger.withLock { $0.look }) }
    }
  }

  /// Starts the others once they are wanted, for good. Where the system has no threads to give, the
  /// run makes do with what it has.
  func hireRest() {
    let hasHired = running.withLock { running in
      guard running.demand != nil, intake.interruption == nil else { return false }
      let look = ledger.withLock { $0.look }
      guard running.demand?.isFelt(at: look) == true else { return false }
      try? running.crew?.resize(to: settings.snapshot.value.workerCount)
      running.demand = nil
      return true
    }
    // The window is wider now.
    if hasHired { wakeUps.continuation.yield() }
  }

  /// No timer outlives its run, and no setting reaches threads that have gone.
  func end() {
    running.withLock { running in
      running.deadline?.cancel()
      running = Running()
    }
  }

  /// When the run is to be over, by its present settings.
  var deadline: Deadline? {
    settings.snapshot.value.timeout.map { timeout in
      .after(timeout, from: start, label: "the run timed out after \(timeout.text)")
    }
  }

  private func setDeadline(_ running: inout Running) {
    guard let deadline else {
      running.deadline?.cancel()
      running.deadline = nil
      return
    }
    guard running.deadline?.reset(to: deadline.instant) != true else { return }
    guard deadline.instant > .now else { return stop(.deadline(label: deadline.label)) }
    running.deadline = TimerQueue.monotonic.schedule(at: deadline.instant) { [weak self] in
      // Asked again: the label may have changed with the time.
      guard let self, let deadline = self.deadline else { return }
      self.stop(.deadline(label: deadline.label))
    }
  }
}
