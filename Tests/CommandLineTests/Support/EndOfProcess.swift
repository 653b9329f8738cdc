import Glibc
import Synchronization

/// When a child process ended, by the clock of a thread that does nothing but wait for that: a test
/// may be kept from its turn for many seconds while others are at work.
final class EndOfProcess: Sendable {
  private let process: pid_t
  private let noted = Mutex<ContinuousClock.Instant?>(nil)

  private init(of process: pid_t) { self.process = process }

  /// Starts to wait. The child is left to be reaped, and may be once `instant` is known.
  static func awaited(of process: pid_t) throws -> EndOfProcess {
    let end = EndOfProcess(of: process)
    let context = Unmanaged.passRetained(end)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<EndOfProcess>.fromOpaque(context).takeRetainedValue().wait()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw SystemFailure(call: "pthread_create", number: code)
    }
    pthread_detach(thread)
    return end
  }

  /// Nil while the process runs.
  var instant: ContinuousClock.Instant? { noted.withLock { $0 } }

  private func wait() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    noted.withLock { $0 = .now }
  }
}
