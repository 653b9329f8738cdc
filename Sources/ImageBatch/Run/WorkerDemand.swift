/// Whether a run with a worker for each processor would gain by more of them.
///
/// As long as those that are there compute it would lose: workers take each other's place, with what
/// is in the caches, and whoever has something to hand on waits for its turn. It gains where they
/// wait for a disk, and where nothing comes to its end for a while: then small pictures wait behind
/// long ones. How busy the processors are tells less: others may use them, and quotas take them away.
struct WorkerDemand {
  /// How a run stands when it is looked at.
  struct Look {
    let settledCount: Int
    /// What the settled jobs took.
    let times: StageTimes
    /// Whether a job waits for a worker.
    let hasQueue: Bool
  }

  private var last: Look
  private var standstillCount = 0

  /// The part of its time that a job may read. From a file system in memory a sprite takes a sixth of
  /// it, a picture of 8×8 pixels a quarter; from a disk that has to seek, or another machine, far more.
  private static let readingPart = 0.4

  /// So many looks without a job that came to its end are a standstill.
  private static let mostStandstills = 5

  init(from start: Look) {
    last = start
  }

  /// Takes another look; says whether more workers are wanted.
  mutating func isFelt(at look: Look) -> Bool {
    defer { last = look }
    standstillCount = look.settledCount == last.settledCount ? standstillCount + 1 : 0
    guard look.hasQueue else { return false }
    let time = look.times.total - last.times.total
    let readingTime = look.times.read - last.times.read
    let isReading = time > .zero && readingTime >= time * Self.readingPart
    return isReading || standstillCount >= Self.mostStandstills
  }
}
