import CLinuxShim
import Synchronization

/// A task executor that lives on the threads of a ``WorkerPool``, and has a thread of its own only
/// while it needs one.
///
/// ```swift
/// let pool = try WorkerPool(threadCount: 4, name: "readers")
/// let writer = try GuestExecutor(of: pool, name: "writer")
/// let written = await Task(executorPreference: writer) {
///   // On one of the pool's threads.
///   42
/// }.value
/// writer.shutdown()
/// pool.shutdown()
/// precondition(written == 42 && writer.countTurns() > 0)
/// ```
///
/// For the task that deals out what a pool works on, and takes what has become of it: its turns are
/// many and short, and come when one of the pool's threads has just finished something. To hand each
/// over to a thread that sleeps takes longer than many a turn: two switches, and an interrupt of
/// another processor.
///
/// A turn goes before the jobs that are queued. But where those take less than half a millisecond, to
/// go over to the turn and back takes a good part of the time: what the one needs is no longer in the
/// processor's caches when its time comes again. A thread that has had eight such jobs in a row lets
/// the turn wait while two jobs are queued, or one where the pool has one thread; the turn then takes
/// what has become of several. If one of those lasts after all, the turn waits for it.
///
/// A turn that blocks takes the pool a thread away. So after one that has lasted beyond `patience`, and
/// has waited for something, the next 64 are run by a thread of their own, and then the pool is tried
/// again. One that only had to share its processor changes nothing: a thread more would share it, too.
public final class GuestExecutor: TaskExecutor {
  private struct State {
    var thread: WorkerPool?
    /// How many of the turns to come the thread gets.
    var turnsApart = 0
    var isShutDown = false
  }

  private let host: WorkerPool
  private let name: String
  private let patience: Duration
  private let isAlwaysApart: Bool
  private let state: Mutex<State>
  private let runningCount = Atomic(0)
  private let turnCount = Atomic(0)

  private static let turnsApart = 64

  /// Makes the executor; it starts no thread unless it is to be apart.
  ///
  /// - Parameters:
  ///   - host: Whose threads it uses; outlives it.
  ///   - name: What its own thread is called.
  ///   - patience: How long a turn that waits for something may take on the pool's threads without
  ///     consequences.
  ///   - isAlwaysApart: Whether its turns are known to block, and all go to its own thread.
  /// - Throws: ``WorkerPool/StartError`` where that thread cannot be started.
  public init(
    of host: WorkerPool, name: String, patience: Duration = .milliseconds(2),
    isAlwaysApart: Bool = false
  ) throws(WorkerPool.StartError) {
    self.host = host
    self.name = name
    self.patience = patience
    self.isAlwaysApart = isAlwaysApart
    var state = State()
    if isAlwaysApart { state.thread = try WorkerPool(threadCount: 1, name: name) }
    self.state = Mutex(state)
  }

  /// Queues a job; called by the runtime.
  ///
  /// After ``shutdown()`` of this executor, or of the pool, it traps.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let thread = state.withLock { state -> WorkerPool? in
      precondition(!state.isShutDown, "a job was enqueued on a GuestExecutor after its shutdown")
      if isAlwaysApart { return state.thread }
      guard state.turnsApart > 0 else { return nil }
      state.turnsApart -= 1
      return state.thread
    }
    if let thread {
      thread.enqueue(job, of: self)
    } else {
      host.enqueueUrgent(job, of: self)
    }
  }

  /// Runs a job on the calling thread.
  func run(_ job: UnownedJob) {
    let start = Deadline.Instant.now
    let waitCount = linux_wait_count()
    runningCount.add(1, ordering: .relaxed)
    job.runSynchronously(on: asUnownedTaskExecutor())
    runningCount.subtract(1, ordering: .relaxed)
    turnCount.add(1, ordering: .relaxed)
    if !isAlwaysApart, start.duration(to: .now) > patience, linux_wait_count() > waitCount {
      standApart()
    }
  }

  /// Where the system has no thread to give, the pool's threads go on to be used.
  private func standApart() {
    state.withLock { state in
      guard !state.isShutDown else { return }
      if state.thread == nil { state.thread = try? WorkerPool(threadCount: 1, name: name) }
      if state.thread != nil { state.turnsApart = Self.turnsApart }
    }
  }

  /// How many turns there have been; while nothing has its turn, each call counts for another.
  ///
  /// So if two calls with time between them return the same, one turn has lasted all the while.
  public func countTurns() -> Int {
    if runningCount.load(ordering: .relaxed) == 0 { turnCount.add(1, ordering: .relaxed) }
    return turnCount.load(ordering: .relaxed)
  }

  /// Ends its own thread, if it has one; a second call does nothing.
  ///
  /// Called once the tasks that prefer it have finished, and before the pool's
  /// ``WorkerPool/shutdown()``.
  public func shutdown() {
    let thread = state.withLock { state in
      defer { state.thread = nil }
      state.isShutDown = true
      return state.thread
    }
    thread?.shutdown()
  }
}
