import ConcurrencyPrimitives
import Configuration
import Glibc
import ImageBatch
import Synchronization

/// What reaches a run from outside while it goes on: signals, and changes of its configuration.
final class RunControl: Sendable {
  private let batch: Batch
  private let settings: LiveSettings
  private let serviceManager: ServiceManager?
  private let isEnding = Atomic(false)

  /// Started by the first signal that needs it.
  private let thread = Mutex<WorkerPool?>(nil)

  init(_ batch: Batch, _ settings: LiveSettings, _ serviceManager: ServiceManager?) {
    self.batch = batch
    self.settings = settings
    self.serviceManager = serviceManager
  }

  /// Answers a signal. The first that asks for the end closes the batch; the second ends the process
  /// at once.
  func take(_ signal: CInt) {
    switch signal {
    case SIGUSR1:
      apart { Console.shared.say(statusLine(self.batch.status)) }
    case SIGHUP where settings.path != nil || batch.plan.isWatching:
      apart {
        self.serviceManager?.tell(
          "RELOADING=1", "MONOTONIC_USEC=\(Self.monotonicMicroseconds)")
        self.reload(isAsked: true)
        self.serviceManager?.tell("READY=1")
      }
    case _ where isEnding.exchange(true, ordering: .relaxed):
      LiveTemporaries.shared.removeAll()
      Signals.end(by: signal)
    default:
      serviceManager?.tell("STOPPING=1")
      batch.close(.signal(signal))
    }
  }

  /// Answers signals on a thread of its own from here on, for one that is busy to the end of the
  /// process: a second signal must still end it.
  func takeSignalsApart() {
    guard let thread = try? WorkerPool(threadCount: 1, name: "signals") else {
      Signals.unblock()
      return
    }
    Task.detached(executorPreference: thread) {
      while true {
        if let signal = Signals.next(before: .now + .seconds(60)) { self.take(signal) }
      }
    }
  }

  /// Does on a thread of its own what is asked for by a signal and needs time, or somebody who reads
  /// what is said: the thread that takes signals must be free for the one that ends the process.
  private func apart(_ body: @escaping @Sendable () -> Void) {
    do throws(WorkerPool.StartError) {
      let thread = try thread.withLock { thread throws(WorkerPool.StartError) in
        if let thread { return thread }
        let started = try WorkerPool(threadCount: 1, name: "control")
        thread = started
        return started
      }
      Task.detached(executorPreference: thread) { body() }
    } catch {
      Console.shared.sayIfFree("a signal was not answered: \(error)")
    }
  }

  /// Reads the configuration again whenever its file has changed, on a thread of its own.
  func followConfiguration() {
    guard let path = settings.path else { return }
    do {
      let thread = try WorkerPool(threadCount: 1, name: "configuration")
      let watch = try FileWatch(path)
      Task.detached(executorPreference: thread) {
        // What changed before the watch stood is seen now.
        self.reload(isAsked: false)
        while self.batch.interruption == nil {
          if watch.hasChanged(within: .milliseconds(200)) { self.reload(isAsked: false) }
        }
        withExtendedLifetime(thread) {}
      }
    } catch {
      Console.shared.say("\(path.escaped): is read again on SIGHUP alone: \(error)", at: .info)
    }
  }

  private func reload(isAsked: Bool) {
    guard let path = settings.path?.escaped else { return }
    let reading = settings.reload { value throws(BatchError) in
      // What the new settings let begin is told by the new level already.
      let formerLevel = Console.shared.level
      Console.shared.level = value.logLevel
      do throws(BatchError) {
        let generation = try batch.reconfigure(value.run)
        ProcessSetup.keepFreeMemory(workerCount: value.run.workerCount)
        return generation
      } catch {
        Console.shared.level = formerLevel
        throw error
      }
    }
    switch reading {
    case .taken(let generation):
      Console.shared.say("\(path): in force (settings \(generation))", at: .info)
    case .unchanged:
      if isAsked { Console.shared.say("\(path): nothing new", at: .info) }
    case .beingWritten:
      if isAsked { Console.shared.say("\(path): is being written: read when that is done") }
    case .refused(let error):
      Console.shared.say("\(path): the settings stay as they are: \(error)")
    case .invalid(let error):
      Console.shared.say(error)
      Console.shared.say("\(path): the settings stay as they are")
    }
  }

  private static var monotonicMicroseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }
}
