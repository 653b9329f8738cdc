public import ConcurrencyPrimitives
import ImageCodecs
import Raster
public import SystemPackage

/// How a batch ended: all of its outcomes, counted.
public struct BatchReport: Sendable {
  /// Why the run is over.
  public enum Ending: Sendable {
    /// Every job was settled.
    case completed
    /// It was stopped before that.
    case interrupted(Interruption)
    /// It broke; the rest was cancelled.
    case broken(BatchError)
  }

  /// A job that failed, with the place it had in the input's order.
  public struct Failure: Sendable {
    /// From 0.
    public let index: Int
    /// The input as people know it.
    public let input: FilePath
    /// Why it failed.
    public let failure: JobFailure
  }

  /// The failures that are kept one by one. All are counted, and each is told as it settles.
  public static let keptFailureCount = 1000

  /// Jobs that ended well: written, verified, inspected, compared or planned, as the plan says.
  public internal(set) var done = 0
  /// Those of them whose comparison found a difference that counts.
  public internal(set) var different = 0
  /// Jobs whose output was there already.
  public internal(set) var upToDate = 0
  /// Files left alone by rule.
  public internal(set) var skipped = 0
  /// Jobs that failed.
  public internal(set) var failed = 0
  /// Jobs that the end of the run cut off.
  public internal(set) var cancelled = 0

  /// All jobs that the walk found; the sum of the others, always, but for `different`.
  public internal(set) var found = 0

  /// Pixels of the inputs that were done.
  public internal(set) var pixelCount = 0
  /// Bytes of the inputs that were done.
  public internal(set) var inputByteCount = 0
  /// Bytes of the outputs that were written.
  public internal(set) var outputByteCount = 0

  /// The first failures, in the order of the input.
  public internal(set) var failures: [Failure] = []

  /// From the start of the run to its end.
  public internal(set) var duration = Duration.zero
  /// Why the run is over.
  public internal(set) var ending = Ending.completed

  /// The most bytes that all jobs held at once, as their permits count them.
  public internal(set) var peakMemoryByteCount = 0

  init() {}

  /// Counts one outcome.
  mutating func settle(_ outcome: Outcome) {
    found += 1
    switch outcome.status {
    case .written, .verified, .inspected, .planned, .compared:
      done += 1
      if case .compared(let verdict) = outcome.status, verdict.isDifferent { different += 1 }
      pixelCount += (try? outcome.header?.size.pixelCount()) ?? 0
      inputByteCount += outcome.inputByteCount ?? 0
      outputByteCount += outcome.outputByteCount ?? 0
    case .upToDate: upToDate += 1
    case .skipped: skipped += 1
    case .cancelled: cancelled += 1
    case .failed(let failure):
      failed += 1
      keep(Failure(index: outcome.index, input: outcome.input, failure: failure))
    }
  }

  private mutating func keep(_ failure: Failure) {
    // Jobs settle almost in order: the place is near the end.
    let place = failures.lastIndex { $0.index < failure.index }.map { $0 + 1 } ?? 0
    guard place < Self.keptFailureCount else { return }
    failures.insert(failure, at: place)
    if failures.count > Self.keptFailureCount { failures.removeLast() }
  }
}
