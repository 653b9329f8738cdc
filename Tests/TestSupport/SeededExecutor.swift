import Synchronization

/// Runs tasks on one thread, one step at a time, in an order that a seed decides: every hand-over
/// between tasks (a child that starts, a wait that ends, a result that is collected) is a choice
/// among all steps that could come next. The same seed makes the same choices.
///
/// What would be a delay elsewhere is here a step that is passed over, however often. Time stands
/// still: give the tasks a clock that `whenStuck` moves.
package final class SeededExecutor: TaskExecutor {
  private struct State {
    var ready: [UnownedJob] = []
    var random: SplitMix64
    var choices: [Int] = []
  }

  private let state: Mutex<State>

  package init(seed: UInt64) {
    state = Mutex(State(random: SplitMix64(seed: seed)))
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.ready.append(job) }
  }

  /// Which of the steps that were ready was taken, each time: a schedule's fingerprint.
  package var choices: [Int] { state.withLock { $0.choices } }

  /// Runs the body to its end, on the calling thread.
  ///
  /// - Parameter whenStuck: called when nothing is ready; returns whether something may be now.
  /// - Returns: what the body returns, or nil where it hangs.
  package func run<Result: Sendable>(
    whenStuck: () -> Bool = { false }, _ body: @escaping @Sendable () async -> Result
  ) -> Result? {
    let end = Log<Result>()
    let task = Task(executorPreference: self) { end.append(await body()) }
    defer { _ = task }
    while end.count == 0 {
      if let job = next() {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if !whenStuck() {
        return nil
      }
    }
    // What the body left behind, such as the last step of a child.
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    return end.entries.first
  }

  private func next() -> UnownedJob? {
    state.withLock { state in
      guard !state.ready.isEmpty else { return nil }
      let choice = Int.random(in: 0..<state.ready.count, using: &state.random)
      state.choices.append(choice)
      return state.ready.remove(at: choice)
    }
  }
}
