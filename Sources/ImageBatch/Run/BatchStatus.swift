import ConcurrencyPrimitives
import Synchronization
public import SystemPackage

/// How far a batch is, at one moment.
public struct BatchProgress: Sendable {
  /// All that will be found, once that is known.
  public let total: Int?
  /// Jobs at their end, whatever it was.
  public let settled: Int
  /// Those among them that failed.
  public let failed: Int
  /// Those among them that ended well.
  public let done: Int
  /// Pixels of the inputs that were done.
  public let pixelCount: Int
  /// Since the run began.
  public let elapsed: Duration
}

/// A job that a worker has taken up.
public struct JobStatus: Sendable {
  /// The input as people know it.
  public let input: FilePath
  /// What is being done; nil while it waits for room, a rate or the writer.
  public let stage: JobFailure.Stage?
  /// How long it has worked, without its waits.
  public let age: Duration
}

/// What a batch does at one moment.
public struct BatchStatus: Sendable {
  /// How far it is.
  public let progress: BatchProgress
  /// Jobs that were found and that no worker has taken up.
  public let queuedCount: Int
  /// Jobs that were taken up, the oldest first.
  public let running: [JobStatus]
  /// The file that took longest so far, and how long.
  public let slowest: (input: FilePath, duration: Duration)?
  /// The bytes that all jobs hold together.
  public let heldByteCount: Int
  /// What it goes by.
  public let settings: RunSettings
  /// Which settings these are, from 1.
  public let settingsGeneration: Int
}

extension Batch {
  /// How far the run is.
  public var progress: BatchProgress { ledger.withLock { progress(of: $0) } }

  /// What it does.
  public var status: BatchStatus {
    let (progress, slowest, activities) = ledger.withLock { ledger in
      (self.progress(of: ledger), ledger.slowest, ledger.activities)
    }
    let running = activities.compactMap(JobStatus.init).sorted { $0.age > $1.age }
    let snapshot = settings.snapshot
    return BatchStatus(
      progress: progress, queuedCount: activities.count - running.count, running: running,
      slowest: slowest.map { ($0.path.path, $0.duration) }, heldByteCount: admission.heldByteCount,
      settings: snapshot.value,
      settingsGeneration: snapshot.generation)
  }

  private func progress(of ledger: borrowing Ledger) -> BatchProgress {
    let report = ledger.report
    return BatchProgress(
      total: ledger.total, settled: report.found, failed: report.failed, done: report.done,
      pixelCount: report.pixelCount, elapsed: SuspendingClock.now - start)
  }
}

extension JobStatus {
  /// Nil for a job that no worker has taken up.
  init?(_ activity: JobActivity) {
    guard let age = activity.age else { return nil }
    input = activity.input
    self.age = age
    if case .working(let stage) = activity.phase { self.stage = stage } else { stage = nil }
  }
}
