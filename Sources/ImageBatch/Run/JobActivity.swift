import ConcurrencyPrimitives
import Synchronization
import SystemPackage

/// What a job does at the moment, for those who ask from outside while it runs: the status, and the
/// watch over jobs that are stuck.
final class JobActivity: Sendable {
  let displayPath: DisplayPath
  var input: FilePath { displayPath.path }

  /// What stands between its finding and its settling.
  enum Phase: Hashable, Sendable {
    /// No worker has taken it up.
    case queued
    /// It waits for room in memory, or for a rate.
    case waiting
    case working(JobFailure.Stage)
    /// Its output is complete and waits for the writer.
    case finished
  }

  // A job changes its phase several times a row, and only that must be cheap: an index into `phases`.
  private let phaseIndex = Atomic(0)
  private static let phases =
    [.queued, .waiting, .finished] + JobFailure.Stage.allCases.map(Phase.working)

  private struct Work {
    /// Since when it has worked; moved on by the time that it waited.
    var start: Deadline.Instant?
    var waitStart: Deadline.Instant?
    var isTold = false

    var age: Duration? { start?.duration(to: waitStart ?? .now) }
  }

  private let work = Mutex(Work())

  init(_ displayPath: DisplayPath) { self.displayPath = displayPath }

  var phase: Phase { Self.phases[phaseIndex.load(ordering: .relaxed)] }

  func enter(_ phase: Phase) {
    let index =
      switch phase {
      case .queued: 0
      case .waiting: 1
      case .finished: 2
      case .working(let stage): stage.index + 3
      }
    phaseIndex.store(index, ordering: .relaxed)
  }

  /// The work begins.
  func start() {
    work.withLock { $0.start = .now }
  }

  /// Waits for what is no work of its own.
  func leaveOut<Result>(_ wait: () async throws -> Result) async rethrows -> Result {
    let before = phase
    enter(.waiting)
    work.withLock { $0.waitStart = .now }
    defer {
      work.withLock { work in
        let wait = work.waitStart?.duration(to: .now) ?? .zero
        work.start = work.start?.advanced(by: wait)
        work.waitStart = nil
      }
      enter(before)
    }
    return try await wait()
  }

  /// How long it has worked, without its waits; nil where it has not begun.
  var age: Duration? { work.withLock { $0.age } }

  /// Whether it works longer than that; the answer is yes only once.
  func turnsOut(olderThan limit: Duration) -> Bool {
    guard case .working = phase else { return false }
    return work.withLock { work in
      guard !work.isTold, let age = work.age, age > limit else { return false }
      work.isTold = true
      return true
    }
  }
}

extension JobFailure.Stage {
  /// Its place in `allCases`.
  var index: Int {
    switch self {
    case .walk: 0
    case .admit: 1
    case .read: 2
    case .decode: 3
    case .transform: 4
    case .encode: 5
    case .write: 6
    }
  }
}
