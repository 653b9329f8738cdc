import Glibc

/// What one thread of a ``WorkerPool`` is called and does.
final class WorkerThread: Sendable {
  private let name: String
  private let run: @Sendable () -> Void

  init(name: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }

  /// Starts the thread, which keeps `self` and with it all that `run` captured until it ends.
  func start() throws(WorkerPool.StartError) -> pthread_t {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let code = Self.withSignalsBlocked {
      pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          let body = Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue()
          _ = setThreadName?(pthread_self(), body.name)
          body.run()
          return nil
        }, argument.toOpaque())
    }
    guard code == 0 else {
      argument.release()
      throw WorkerPool.StartError(errno: code)
    }
    return thread
  }

  /// Whether the system would give so many threads at once; all have ended before this returns.
  ///
  /// They only wait for each other, and so take no memory but their stacks, which the C library
  /// keeps for the next threads.
  static func canStart(_ count: Int) -> Bool {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(gate, nil)
    defer {
      pthread_mutex_destroy(gate)
      gate.deallocate()
    }
    var threads: [pthread_t] = []
    pthread_mutex_lock(gate)
    withSignalsBlocked {
      while threads.count < count {
        var thread = pthread_t()
        let code = pthread_create(
          &thread, nil,
          { gate in
            guard let gate = gate?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
            return nil
          }, gate)
        guard code == 0 else { return }
        threads.append(thread)
      }
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    return threads.count == count
  }

  /// The pool's name and the thread's number, in the 15 bytes that Linux has room for.
  static func name(_ poolName: String, _ index: Int) -> String {
    let suffix = "-\(index)"
    var stem = poolName
    while stem.utf8.count + suffix.utf8.count > 15, !stem.isEmpty { stem.removeLast() }
    return stem + suffix
  }

  /// Runs the body with signals blocked, as a new thread inherits the mask of its maker: blocking
  /// them in the thread itself would leave a moment in which it could take one.
  ///
  /// Signals that report a fault stay open. The kernel kills a thread that faults with the signal
  /// blocked, before any handler could write the backtrace.
  private static func withSignalsBlocked<R>(_ body: () -> R) -> R {
    var blocked = sigset_t()
    var previous = sigset_t()
    sigfillset(&blocked)
    for fault in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP] {
      sigdelset(&blocked, fault)
    }
    pthread_sigmask(SIG_SETMASK, &blocked, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    return body()
  }
}

/// `pthread_setname_np`, or nil where the C library has none; a thread without a name works as well.
///
/// Looked up at run time because Swift does not see what glibc declares for `_GNU_SOURCE` only, and
/// `prctl` is variadic. Writing the name to /proc would not work inside a Landlock sandbox.
private let setThreadName: (@convention(c) (pthread_t, UnsafePointer<CChar>) -> CInt)? =
  unsafeBitCast(
    dlsym(nil, "pthread_setname_np"),
    to: (@convention(c) (pthread_t, UnsafePointer<CChar>) -> CInt)?.self)
