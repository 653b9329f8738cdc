import CLinuxShim
import ConcurrencyPrimitives
import Glibc
import ImageBatch

/// The signals that are meant for a run, taken by a thread of their own with sigwait(3): there is no
/// signal handler, and so nothing that a handler must not do.
enum Signals {
  /// SIGHUP that was ignored at the start, as nohup(1) does, stays ignored.
  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].filter {
    $0 != SIGHUP || linux_signal_is_ignored($0) == 0
  }

  private static var watchedSet: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in watched { sigaddset(&set, number) }
    return set
  }

  /// Blocks them in this thread and all that it will start. SIGPIPE and SIGXFSZ are ignored: what
  /// they tell comes back from write(2) as well.
  static func block() {
    for number in [SIGPIPE, SIGXFSZ] { linux_ignore_signal(number) }
    // A shell starts background jobs with SIGINT ignored, and then sigwait(3) would never see it.
    for number in watched { linux_default_signal(number) }
    var set = watchedSet
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Starts the thread; better no run than one that cannot be ended.
  ///
  /// - Parameter onSignal: told of each signal, one at a time.
  static func watch(_ onSignal: @escaping @Sendable (CInt) -> Void) {
    Task.detached(executorPreference: WorkerPool.processThread(named: "signals")) {
      while true { onSignal(next()) }
    }
  }

  /// Waits for a signal. See sigwait(3).
  private static func next() -> CInt {
    var set = watchedSet
    var number: CInt = 0
    while sigwait(&set, &number) != 0 {}
    return number
  }

  /// Ends the process by the signal itself, so that the shell sees the truth.
  static func end(by number: CInt) -> Never {
    linux_default_signal(number)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
    // Only if the signal can't end this process, as for the first one of a container.
    _exit(128 + number)
  }
}
