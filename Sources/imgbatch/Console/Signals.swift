import CLinuxShim
import ConcurrencyPrimitives
import Glibc

/// The signals that are meant for a run, taken by a thread that waits for them: there is no signal
/// handler, and so nothing that a handler must not do.
enum Signals {
  /// SIGHUP that was ignored at the start, as nohup(1) does, stays ignored.
  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].filter {
    $0 != SIGHUP || linux_signal_is_ignored($0) == 0
  }

  /// What ends a wait, and says nothing. See signal(7).
  private static let wakeUp = __libc_current_sigrtmin()

  private static var waitedFor: sigset_t { signalSet(of: watched + [wakeUp]) }

  private static func signalSet(of numbers: [CInt]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }

  /// Blocks them in this thread and all that it will start. SIGPIPE and SIGXFSZ are ignored: what
  /// they tell comes back from write(2) as well.
  static func block() {
    for number in [SIGPIPE, SIGXFSZ] { linux_ignore_signal(number) }
    // A shell starts background jobs with SIGINT ignored, and then a wait need not see it.
    for number in watched + [wakeUp] { linux_default_signal(number) }
    var set = waitedFor
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Lets those that ask for the end do what they do by themselves, where nobody can wait for them.
  static func unblock() {
    var set = signalSet(of: watched.filter { $0 != SIGUSR1 })
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Waits for a signal. See sigtimedwait(2).
  ///
  /// - Returns: nil where none came in time, or the wait was ended by `endWait()`.
  static func next(before due: Deadline.Instant) -> CInt? {
    var set = waitedFor
    let rest = max(.zero, Deadline.Instant.now.duration(to: due)).components
    var time = timespec(tv_sec: Int(rest.seconds), tv_nsec: Int(rest.attoseconds / 1_000_000_000))
    let number = sigtimedwait(&set, nil, &time)
    return watched.contains(number) ? number : nil
  }

  /// Ends a wait of this process, or the next one.
  static func endWait() { kill(getpid(), wakeUp) }

  /// Ends the process by the signal itself, so that the shell sees the truth.
  static func end(by number: CInt) -> Never {
    linux_default_signal(number)
    var set = signalSet(of: [number])
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
    // Only if the signal can't end this process, as for the first one of a container.
    _exit(128 + number)
  }
}
