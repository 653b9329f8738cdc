import Glibc

/// A queue at which threads wait, until it is closed: first in, first out, but for what is urgent.
///
/// Built on a pthread mutex and a semaphore, sem_overview(7). With a condition in place of the
/// semaphore a hand-over took one system call more: glibc takes a mutex back from
/// `pthread_cond_wait` as one that others wait for, and wakes them in vain when it is let go.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  // `mutex` guards the variables. Both live behind pointers because they must not move, which a
  // stored property of Swift does not promise.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var elements = FIFO<Element>()
  private var urgentElements = FIFO<Element>()
  private var isClosed = false
  private var dismissalCount = 0

  /// Counts what there is to wake for: at least one for each element and dismissal, and one that
  /// stays once the queue is closed. One too many wakes somebody in vain.
  private let occasions: UnsafeMutablePointer<sem_t>

  init() {
    mutex = .allocate(capacity: 1)
    occasions = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    sem_init(occasions, 0, 0)
  }

  deinit {
    sem_destroy(occasions)
    pthread_mutex_destroy(mutex)
    occasions.deallocate()
    mutex.deallocate()
  }

  /// Adds an element at the end and wakes one thread; returns false, and drops it, when the queue is
  /// closed.
  func append(_ element: Element, isUrgent: Bool = false) -> Bool {
    let isOpen = withLock {
      guard !isClosed else { return false }
      if isUrgent { urgentElements.append(element) } else { elements.append(element) }
      return true
    }
    if isOpen { sem_post(occasions) }
    return isOpen
  }

  /// Waits for an element; returns nil when the queue is closed and empty, or the caller dismissed.
  ///
  /// - Parameter patience: An urgent element waits while there are so many others; by default it does
  ///   not.
  func next(patience: Int = .max) -> Element? {
    while true {
      while sem_wait(occasions) != 0 {}
      switch withLock({ turn(patience) }) {
      case .element(let element): return element
      case .dismissal: return nil
      case .end:
        // Whoever waits besides is to see it, too.
        sem_post(occasions)
        return nil
      case .nothing: continue
      }
    }
  }

  /// Lets so many callers of `next` go with nothing, whatever is in the queue: those that call first.
  func dismiss(_ count: Int) {
    withLock { dismissalCount += count }
    for _ in 0..<count { sem_post(occasions) }
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
    withLock {
      isClosed = true
      dismissalCount = 0
    }
    sem_post(occasions)
  }

  private enum Turn {
    case element(Element)
    case dismissal
    case end
    case nothing
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
    return isClosed ? .end : .nothing
  }

  private func withLock<R>(_ body: () -> R) -> R {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
