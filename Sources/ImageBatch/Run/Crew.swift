import ConcurrencyPrimitives
import Glibc

/// The threads of a run. They may block, which the shared pool of Swift's tasks must not: it has
/// only as many threads as there are processors, and whatever ends a run early needs one of them.
struct Crew {
  /// Decode, transform and encode.
  let workers: any TaskExecutor
  /// Walks and writes.
  let foreman: any TaskExecutor
  /// Counts ahead, or looks out for what arrives, where that is wanted.
  let scout: (any TaskExecutor)?

  /// Those that are the run's own, in the order in which they are to end.
  private let pools: [WorkerPool]

  /// What `workers` are, where their number can change.
  private var workerPool: WorkerPool? { workers as? WorkerPool }
  private let fixedWorkerCount: Int

  /// Starts the threads.
  ///
  /// - Throws: `BatchError` `.systemLacks`.
  init(workerCount: Int, hasScout: Bool) throws(BatchError) {
    try Self.checkDescriptors(workerCount: workerCount)
    var pools: [WorkerPool] = []
    do {
      try TimerQueue.monotonic.start()
      // The single threads first: the workers take what is left.
      for name in ["imgbatch-main"] + (hasScout ? ["imgbatch-scout"] : []) {
        pools.append(try WorkerPool(threadCount: 1, name: name))
      }
      pools.append(try WorkerPool(threadCount: workerCount, name: "imgbatch"))
    } catch {
      for pool in pools { pool.shutdown() }
      throw BatchError(.systemLacks, "\(error)")
    }
    foreman = pools[0]
    scout = hasScout ? pools[1] : nil
    workers = pools[pools.count - 1]
    fixedWorkerCount = workerCount
    self.pools = pools
  }

  /// A crew that does everything on one executor, which is somebody else's.
  init(everythingOn executor: any TaskExecutor, workerCount: Int) {
    workers = executor
    foreman = executor
    scout = nil
    fixedWorkerCount = workerCount
    pools = []
  }

  /// How many pictures can be worked on at once.
  var workerCount: Int { workerPool?.threadCount ?? fixedWorkerCount }

  /// Changes how many there are; running jobs are left in peace.
  ///
  /// - Throws: `BatchError` `.systemLacks`.
  func resize(to workerCount: Int) throws(BatchError) {
    do {
      try workerPool?.resize(to: workerCount)
    } catch {
      throw BatchError(.systemLacks, "\(error)")
    }
  }

  /// Ends the threads and waits for them.
  func dismiss() {
    for pool in pools { pool.shutdown() }
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
