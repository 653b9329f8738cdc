import Glibc
import Synchronization

/// A task executor of a fixed number of threads, on which work may block.
///
/// ```swift
/// let pool = try WorkerPool(threadCount: 8, name: "readers")
/// defer { pool.shutdown() }
/// let byteCount = await Task(executorPreference: pool) {
///   // It may block here: these threads are nobody else's.
///   String(describing: Deadline.Instant.now).utf8.count
/// }.value
/// precondition(byteCount > 0 && pool.threadCount == 8)
/// ```
///
/// Swift's cooperative pool has as many threads as the process may use cores, and counts on nobody
/// blocking: while it is full of jobs that block, nothing else runs, not even the end of a sleep. So
/// decoding, encoding and files go here, and the cooperative pool stays free for what must answer at
/// once; see docs/concurrency.md for figures.
///
/// Jobs run in the order in which they came, those of a ``GuestExecutor`` apart. The threads keep the
/// pool alive: whoever makes a pool ends it with ``shutdown()``, once the tasks that prefer it
/// have finished.
public final class WorkerPool: TaskExecutor {
  private struct State {
    /// Those that run, also those that were dismissed and have not noticed.
    var threads: [pthread_t] = []
    /// How many are meant to stay.
    var count = 0
    /// How many there ever were.
    var startedCount = 0
    var isShutDown = false
  }

  private enum Work: Sendable {
    case job(UnownedJob)
    case guestJob(UnownedJob, GuestExecutor)
  }

  private let name: String
  private let work = BlockingQueue<Work>()

  /// Up to which duration jobs count as short, for the sake of a guest.
  private let shortJobDuration: Duration
  /// So many short jobs in a row make a thread expect another.
  static let shortJobRun = 8
  /// How many jobs a guest lets go first then.
  let guestPatience = Atomic(1)
  private let state = Mutex(State())

  /// Starts the threads.
  ///
  /// The threads leave signals to the rest of the process, but for those that report a fault of the
  /// thread itself. Where the system gives only some of the threads, the pool makes do with them.
  ///
  /// - Parameters:
  ///   - threadCount: How many threads to start; at least 1.
  ///   - name: What tools such as `top -H` call the threads, cut to fit the 15 bytes of
  ///     `pthread_setname_np` together with a number.
  /// - Throws: ``StartError`` when not a single thread could be started.
  public convenience init(threadCount: Int, name: String) throws(StartError) {
    try self.init(threadCount: threadCount, name: name, shortJobDuration: .microseconds(500))
  }

  package init(
    threadCount: Int, name: String, shortJobDuration: Duration
  ) throws(StartError) {
    self.name = name
    self.shortJobDuration = shortJobDuration
    try resize(to: threadCount)
  }

  /// Whether the system would give so many threads at once, which is found out by starting them;
  /// all have ended before this returns. Costs some 10 µs for each.
  public static func canStart(threadCount: Int) -> Bool { WorkerThread.canStart(threadCount) }

  /// How many threads there are: as many as were asked for, or fewer where the system gave no more;
  /// 0 after ``shutdown()``.
  public var threadCount: Int { state.withLock { $0.count } }

  /// Starts threads, or lets some go, each when it has finished what it runs.
  ///
  /// What is queued stays queued. After ``shutdown()`` it does nothing.
  ///
  /// - Parameter threadCount: How many there shall be; at least 1.
  /// - Throws: ``StartError`` when the pool would be left without a thread. Where the system gives
  ///   only some of those asked for, it makes do with them.
  public func resize(to threadCount: Int) throws(StartError) {
    precondition(threadCount >= 1, "a pool needs a thread")
    try state.withLock { state throws(StartError) in
      guard !state.isShutDown else { return }
      // More would be more than the window of a fan-out leaves in the queue.
      defer { guestPatience.store(min(state.count, 2), ordering: .relaxed) }
      if threadCount < state.count {
        work.dismiss(state.count - threadCount)
        state.count = threadCount
        return
      }
      state.count += work.takeBackDismissals(threadCount - state.count)
      while state.count < threadCount {
        let body = WorkerThread(name: WorkerThread.name(name, state.startedCount), run: runJobs)
        do throws(StartError) {
          state.threads.append(try body.start())
        } catch {
          guard state.count > 0 else { throw error }
          return
        }
        state.count += 1
        state.startedCount += 1
      }
    }
  }

  /// Queues a job; called by the runtime.
  ///
  /// After ``shutdown()`` it traps: the job could not run, and its task would hang in silence.
  public func enqueue(_ job: consuming ExecutorJob) {
    let isQueued = work.append(.job(UnownedJob(job)))
    precondition(isQueued, "a job was enqueued on a WorkerPool after its shutdown")
  }

  /// Queues a guest's job.
  func enqueue(_ job: UnownedJob, of guest: GuestExecutor) {
    let isQueued = work.append(.guestJob(job, guest))
    precondition(isQueued, "a guest's job was enqueued on a WorkerPool after its shutdown")
  }

  /// Queues a guest's job. A thread prefers it to the pool's own, unless it has run nothing but short
  /// ones for a while: then once no more than one is left, or none where there is one thread.
  func enqueueUrgent(_ job: UnownedJob, of guest: GuestExecutor) {
    let isQueued = work.append(.guestJob(job, guest), isUrgent: true)
    precondition(isQueued, "a guest's job was enqueued on a WorkerPool after its shutdown")
  }

  /// Runs what is queued, then ends the threads and waits for them; a second call does nothing.
  ///
  /// One of the pool's own threads must not call it, as it would wait for itself: that traps.
  public func shutdown() {
    let ending = state.withLock { state in
      precondition(
        !state.threads.contains { pthread_equal($0, pthread_self()) != 0 },
        "a WorkerPool was shut down from one of its own threads")
      defer { state.threads = [] }
      state.count = 0
      state.isShutDown = true
      return state.threads
    }
    work.close()
    for thread in ending { pthread_join(thread, nil) }
  }

  private func runJobs() {
    var shortJobCount = 0
    var patience: Int {
      shortJobCount < Self.shortJobRun ? .max : guestPatience.load(ordering: .relaxed)
    }
    while let work = work.next(patience: patience) {
      switch work {
      case .job(let job):
        let start = Deadline.Instant.now
        job.runSynchronously(on: asUnownedTaskExecutor())
        let isShort = start.duration(to: .now) < shortJobDuration
        shortJobCount = isShort ? shortJobCount + 1 : 0
      case .guestJob(let job, let guest):
        guest.run(job)
      }
    }
    // Nobody waits for a thread that was dismissed; those of a shutdown are out of the list already.
    state.withLock { state in
      let this = state.threads.firstIndex { pthread_equal($0, pthread_self()) != 0 }
      guard let this else { return }
      pthread_detach(state.threads.remove(at: this))
    }
  }
}

extension WorkerPool {
  /// Why a pool has no thread.
  public struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What `pthread_create` returned, such as EAGAIN.
    public let errno: Int32

    /// Makes the error for a code of `pthread_create`.
    public init(errno: Int32) {
      self.errno = errno
    }

    /// What failed, with the system's words for the code.
    public var description: String {
      "cannot start a worker thread: \(String(cString: strerror(errno)))"
    }
  }
}
