import ConcurrencyPrimitives
import SystemPackage

/// The books of a run: each job that was found is settled once, whoever ends it.
struct Ledger {
  /// All that will be found, once that is known.
  var total: Int?

  /// The jobs that were found so far.
  private(set) var foundCount = 0

  /// The outcomes so far.
  private(set) var report = BatchReport()

  /// What all jobs together took so far.
  private(set) var times = StageTimes()

  /// The file that took longest so far.
  private(set) var slowest: (path: DisplayPath, duration: Duration)?

  private var unsettled: [Int: JobActivity] = [:]
  private var isClosed = false

  /// Enters a job.
  ///
  /// - Returns: its place in the order of the input; nil once the rest was cancelled.
  mutating func enter(_ activity: JobActivity) -> Int? {
    guard !isClosed else { return nil }
    defer { foundCount += 1 }
    unsettled[foundCount] = activity
    return foundCount
  }

  /// The jobs that were found and are not at their end, in the order of the input.
  var activities: [JobActivity] { unsettled.sorted { $0.key < $1.key }.map(\.value) }

  /// Whether a job waits for a worker to take it up.
  private var hasQueue: Bool { unsettled.values.contains { $0.phase == .queued } }

  /// What says whether more workers are wanted.
  var look: WorkerDemand.Look {
    WorkerDemand.Look(settledCount: report.found, times: times, hasQueue: hasQueue)
  }

  /// How many jobs were found and are not at their end.
  var unsettledCount: Int { unsettled.count }

  /// Counts the outcome of a job.
  ///
  /// - Returns: whether it is the job's first, to be told: one that was given up may still come to
  ///   its end.
  mutating func settle(_ outcome: Outcome) -> Bool {
    guard unsettled.removeValue(forKey: outcome.index) != nil else { return false }
    report.settle(outcome)
    times += outcome.times
    let duration = outcome.times.total
    if duration > slowest?.duration ?? .zero { slowest = (outcome.displayPath, duration) }
    return true
  }

  /// Settles all that is left, for good.
  ///
  /// - Returns: the outcomes, in the order of the input.
  mutating func cancelRest(_ cause: Interruption) -> [Outcome] {
    let rest = unsettled.sorted { $0.key < $1.key }.map { index, activity in
      var outcome = Outcome(input: activity.displayPath, status: .cancelled(cause))
      outcome.index = index
      return outcome
    }
    for outcome in rest { _ = settle(outcome) }
    isClosed = true
    return rest
  }
}
