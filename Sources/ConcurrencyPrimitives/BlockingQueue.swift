import Glibc

/// A first-in, first-out queue at which threads wait, until it is closed.
///
/// Built on a pthread mutex and condition: `Synchronization.Mutex` has no condition to wait on.
final class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  // `mutex` guards the variables. Both pthread objects live behind pointers because
  // they must not move, which a stored property of Swift does not promise.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var elements = FIFO<Element>()
  private var isClosed = false
  private var dismissalCount = 0

  init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Adds an element and wakes one thread; returns false, and drops it, when the queue is closed.
  func append(_ element: Element) -> Bool {
    pthread_mutex_lock(mutex)
    let isOpen = !isClosed
    if isOpen { elements.append(element) }
    pthread_mutex_unlock(mutex)
    // Afterwards: a thread that wakes would only wait for the mutex.
    if isOpen { pthread_cond_signal(condition) }
    return isOpen
  }

  /// Waits for an element; returns nil when the queue is closed and empty, or the caller dismissed.
  func next() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if dismissalCount > 0 {
        dismissalCount -= 1
        return nil
      }
      if let element = elements.popFirst() { return element }
      if isClosed { return nil }
      pthread_cond_wait(condition, mutex)
    }
  }

  /// Lets so many callers of `next` go with nothing, whatever is in the queue: those that call first.
  func dismiss(_ count: Int) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    dismissalCount += count
    pthread_cond_broadcast(condition)
  }

  /// Takes back what nobody has gone by yet.
  ///
  /// - Returns: how many dismissals that were, at most `count`.
  func takeBackDismissals(_ count: Int) -> Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let taken = min(count, dismissalCount)
    dismissalCount -= taken
    return taken
  }

  /// Lets no further element in; what is in the queue can still be taken out.
  func close() {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    isClosed = true
    dismissalCount = 0
    pthread_cond_broadcast(condition)
  }
}
