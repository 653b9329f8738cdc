import Glibc

/// A queue at which threads wait, until it is closed: first in, first out, but for what is urgent.
///
/// A thread takes tens of microseconds to come when it is woken, and those that are awake may have taken
/// everything by then. So no more than two are on their way at a time, and whoever has come and leaves
/// something for others wakes the next. Those that wait are a stack: the one that came last, whose
/// data may still be in the caches, is woken first. Where there are more threads than work, or than
/// processors for it, the others sleep on.
///
/// Each waits at a semaphore of its own, sem_overview(7): glibc's conditions cost a system call more, as
/// `pthread_cond_wait` takes the mutex back as one that others wait for, and wakes them in vain
/// when it is let go.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  // `mutex` guards the variables. It lives behind a pointer because it must not move, which a stored
  // property of Swift does not promise.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var elements = FIFO<Element>()
  private var urgentElements = FIFO<Element>()
  private var isClosed = false
  private var dismissalCount = 0

  /// Those that wait, by their semaphores.
  private var sleepers: [UnsafeMutablePointer<sem_t>] = []
  /// Semaphores at which nobody waits.
  private var spares: [UnsafeMutablePointer<sem_t>] = []
  /// How many were woken and have not come yet.
  private var wakingCount = 0
  /// With one at a time, 3 and 4 threads on two processors took a tenth longer over short jobs.
  private static var mostWaking: Int { 2 }

  init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    for semaphore in spares {
      sem_destroy(semaphore)
      semaphore.deallocate()
    }
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Adds an element at the end and sees to it that a thread comes; returns false, and drops it, when
  /// the queue is closed.
  func append(_ element: Element, isUrgent: Bool = false) -> Bool {
    wakingOne {
      guard !isClosed else { return false }
      if isUrgent { urgentElements.append(element) } else { elements.append(element) }
      return true
    }
  }

  /// Waits for an element; returns nil when the queue is closed and empty, or the caller dismissed.
  ///
  /// - Parameter patience: An urgent element waits while there are so many others; by default it does
  ///   not.
  func next(patience: Int = .max) -> Element? {
    var turn = wakingOne { self.turn(patience) }
    while true {
      switch turn {
      case .element(let element): return element
      case .dismissal, .end: return nil
      case .sleep(let semaphore):
        while sem_wait(semaphore) != 0 {}
        turn = wakingOne {
          spares.append(semaphore)
          wakingCount -= 1
          return self.turn(patience)
        }
      }
    }
  }

  /// Lets so many callers of `next` go with nothing, whatever is in the queue: those that call first.
  func dismiss(_ count: Int) {
    wakingOne { dismissalCount += count }
  }

  /// Takes back what nobody has gone by yet.
  ///
  /// - Returns: how many dismissals that were, at most `count`.
  func takeBackDismissals(_ count: Int) -> Int {
    withLock {
      let taken = min(count, dismissalCount)
      dismissalCount -= taken
      return taken
    }
  }

  /// Lets no further element in; what is in the queue can still be taken out.
  func close() {
    wakingOne {
      isClosed = true
      dismissalCount = 0
    }
  }

  /// How many threads sleep here, for tests.
  var sleeperCount: Int { withLock { sleepers.count } }

  private enum Turn {
    case element(Element)
    case dismissal
    case end
    case sleep(UnsafeMutablePointer<sem_t>)
  }

  private func turn(_ patience: Int) -> Turn {
    if dismissalCount > 0 {
      dismissalCount -= 1
      return .dismissal
    }
    let first = elements.count < patience ? urgentElements.popFirst() : nil
    if let element = first ?? elements.popFirst() ?? urgentElements.popFirst() {
      return .element(element)
    }
    if isClosed { return .end }
    let semaphore = spares.popLast() ?? Self.makeSemaphore()
    sleepers.append(semaphore)
    return .sleep(semaphore)
  }

  /// How many threads that came would have something to come for.
  private var occasionCount: Int {
    isClosed ? .max : dismissalCount + elements.count + urgentElements.count
  }

  /// Does something under the lock, and wakes somebody where it leaves something to come for, unless
  /// enough are on their way. Not inlined it made a short job 0.7 % longer.
  @inline(__always)
  private func wakingOne<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    let result = body()
    let sleeper = sleepers.isEmpty ? nil : sleeperToWake()
    pthread_mutex_unlock(mutex)
    if let sleeper { sem_post(sleeper) }
    return result
  }

  private func sleeperToWake() -> UnsafeMutablePointer<sem_t>? {
    guard wakingCount < min(Self.mostWaking, occasionCount) else { return nil }
    wakingCount += 1
    return sleepers.popLast()
  }

  private func withLock<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  private static func makeSemaphore() -> UnsafeMutablePointer<sem_t> {
    let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
    return semaphore
  }
}
