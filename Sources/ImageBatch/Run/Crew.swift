import ConcurrencyPrimitives
import Glibc

/// The threads of a run. They may block, which the shared pool of Swift's tasks must not: it has
/// only as many threads as there are processors, and timers and signals need one of them.
struct Crew {
  /// Decode, transform and encode.
  let workers: WorkerPool
  /// Walks and writes.
  let foreman: WorkerPool
  /// Counts ahead, where that is wanted.
  let scout: WorkerPool?

  /// - Throws: `BatchError` `.systemLacks`.
  init(workerCount: Int, countsAhead: Bool) throws(BatchError) {
    try Self.checkDescriptors(workerCount: workerCount)
    var pools: [WorkerPool] = []
    do {
      // The single threads first: the workers take what is left.
      for name in ["imgbatch-main"] + (countsAhead ? ["imgbatch-count"] : []) {
        pools.append(try WorkerPool(threadCount: 1, name: name))
      }
      pools.append(try WorkerPool(threadCount: workerCount, name: "imgbatch"))
    } catch {
      for pool in pools { pool.shutdown() }
      throw BatchError(.systemLacks, "\(error)")
    }
    foreman = pools[0]
    scout = countsAhead ? pools[1] : nil
    workers = pools[pools.count - 1]
  }

  /// Ends the threads and waits for them.
  func dismiss() {
    scout?.shutdown()
    foreman.shutdown()
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
