import ConcurrencyPrimitives
import Glibc

/// The threads of a run. They may block, which the shared pool of Swift's tasks must not: it has
/// only as many threads as there are processors, and whatever ends a run early needs one of them.
struct Crew {
  private enum Threads {
    /// Those of a run, which ends them.
    case own(workers: WorkerPool, foreman: GuestExecutor, scout: WorkerPool?)
    /// One executor, somebody else's, does everything.
    case borrowed(any TaskExecutor, workerCount: Int)
  }

  private let threads: Threads

  /// Starts the threads, of the workers the first alone; see `resize(to:)`.
  ///
  /// - Parameters:
  ///   - workerCount: how many the descriptors must suffice for.
  ///   - hasScout: whether there is something to count ahead, or to look out for.
  ///   - foremanBlocks: whether the walk waits for what others do.
  /// - Throws: `BatchError` `.systemLacks`.
  init(workerCount: Int, hasScout: Bool, foremanBlocks: Bool) throws(BatchError) {
    try Self.checkDescriptors(workerCount: workerCount)
    var scout: WorkerPool?
    var workers: WorkerPool?
    do {
      try TimerQueue.monotonic.start()
      if hasScout { scout = try WorkerPool(threadCount: 1, name: "imgbatch-scout") }
      let pool = try WorkerPool(threadCount: 1, name: "imgbatch")
      workers = pool
      let foreman = try GuestExecutor(
        of: pool, name: "imgbatch-main", isAlwaysApart: foremanBlocks)
      threads = .own(workers: pool, foreman: foreman, scout: scout)
    } catch {
      scout?.shutdown()
      workers?.shutdown()
      throw BatchError(.systemLacks, "\(error)")
    }
  }

  /// A crew that does everything on one executor, which is somebody else's.
  init(everythingOn executor: any TaskExecutor, workerCount: Int) {
    threads = .borrowed(executor, workerCount: workerCount)
  }

  /// Decode, transform and encode.
  var workers: any TaskExecutor {
    switch threads {
    case .own(let workers, _, _): workers
    case .borrowed(let executor, _): executor
    }
  }

  /// Walks and writes: on a worker's thread, unless that is known, or turns out, to block.
  var foreman: any TaskExecutor {
    switch threads {
    case .own(_, let foreman, _): foreman
    case .borrowed(let executor, _): executor
    }
  }

  /// Counts ahead, or looks out for what arrives, where that is wanted.
  var scout: (any TaskExecutor)? {
    switch threads {
    case .own(_, _, let scout): scout
    case .borrowed: nil
    }
  }

  /// How many pictures can be worked on at once.
  var workerCount: Int {
    switch threads {
    case .own(let workers, _, _): workers.threadCount
    case .borrowed(_, let workerCount): workerCount
    }
  }

  /// Changes how many there are; running jobs are left in peace.
  ///
  /// - Throws: `BatchError` `.systemLacks`.
  func resize(to workerCount: Int) throws(BatchError) {
    guard case .own(let workers, _, _) = threads else { return }
    do {
      try workers.resize(to: workerCount)
    } catch {
      throw BatchError(.systemLacks, "\(error)")
    }
  }

  /// See `GuestExecutor.countTurns()`.
  func countForemanTurns() -> Int {
    guard case .own(_, let foreman, _) = threads else { return 0 }
    return foreman.countTurns()
  }

  /// Ends the threads and waits for them.
  func dismiss() {
    guard case .own(let workers, let foreman, let scout) = threads else { return }
    foreman.shutdown()
    scout?.shutdown()
    workers.shutdown()
  }

  /// The descriptors that a run needs besides two for each worker: the standard streams, IN and
  /// OUT, the folders on the way down, one file being written.
  static let baseDescriptorCount = 24

  /// - Throws: `BatchError` `.systemLacks` where the limit of descriptors is too low to begin. See
  ///   getrlimit(2).
  static func checkDescriptors(workerCount: Int) throws(BatchError) {
    let needed = baseDescriptorCount + 2 * min(workerCount, 1 << 20)
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    guard limit.rlim_cur >= rlim_t(needed) else {
      throw BatchError(
        .systemLacks,
        "\(workerCount) worker\(workerCount == 1 ? " needs" : "s need") \(needed) file descriptors, "
          + "\(limit.rlim_cur) are allowed")
    }
  }
}
