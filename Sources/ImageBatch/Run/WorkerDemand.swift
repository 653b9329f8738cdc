import ConcurrencyPrimitives
import Glibc

/// Whether a run with a worker for each processor would gain by more of them.
///
/// As long as those that are there keep the processors busy it would lose: workers take each other's
/// place, with what is in the caches, and whoever has something to hand on waits for its turn. It
/// gains where a processor idles, since they wait for a disk, and where nothing comes to its end for
/// a while: then small pictures wait behind long ones.
struct WorkerDemand {
  /// How a run stands at one moment.
  struct Reading {
    let instant: Deadline.Instant
    /// What all threads together have used of the processors.
    let processorTime: Duration
    let settledCount: Int
    /// Whether a job waits for a worker.
    let hasQueue: Bool
  }

  private let processorCount: Int
  private var last: Reading

  /// A processor that is busy for less than this part of the time idles.
  private static let busyPart = 0.75

  init(processorCount: Int, from start: Reading) {
    self.processorCount = processorCount
    last = start
  }

  /// Takes the next reading; says whether more workers were wanted since the last one.
  mutating func isFelt(at reading: Reading) -> Bool {
    defer { last = reading }
    guard reading.hasQueue else { return false }
    let used = reading.processorTime - last.processorTime
    let had = last.instant.duration(to: reading.instant) * processorCount
    return used < had * Self.busyPart || reading.settledCount == last.settledCount
  }
}

extension WorkerDemand.Reading {
  /// How a run stands now.
  init(_ ledger: borrowing Ledger) {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    self.init(
      instant: .now, processorTime: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec),
      settledCount: ledger.report.found, hasQueue: ledger.hasQueue)
  }
}
