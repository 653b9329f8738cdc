import CLinuxShim
import ConcurrencyPrimitives
import Glibc
import ImageBatch
import Synchronization

/// The signals that ask a run to end, taken by a thread of their own with sigwait(3): there is no
/// signal handler, and so nothing that a handler must not do.
enum TerminationSignals {
  /// SIGHUP that was ignored at the start, as nohup(1) does, stays ignored.
  private static let watched = [SIGINT, SIGTERM, SIGHUP].filter {
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
    linux_ignore_signal(SIGPIPE)
    linux_ignore_signal(SIGXFSZ)
    var set = watchedSet
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Starts the thread. The first signal closes the batch; the second ends the process at once.
  static func watch(for batch: Batch) {
    let watcher = Thread {
      var set = watchedSet
      var number: CInt = 0
      while sigwait(&set, &number) != 0 {}
      batch.close(.signal(number))
      while sigwait(&set, &number) != 0 {}
      LiveTemporaries.shared.removeAll()
      end(by: number)
    }
    watcher.startDetached()
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

/// A thread that nobody waits for.
private struct Thread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  func startDetached() {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument)
    // Without it the signals stay blocked: better no run than one that cannot be ended.
    guard status == 0 else {
      Unmanaged<Body>.fromOpaque(argument).release()
      ExitStatus.systemLacks.exit(
        saying: "no thread for signals: \(String(cString: strerror(status)))")
    }
    pthread_detach(thread)
  }
}
