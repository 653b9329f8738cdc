import ConcurrencyPrimitives
import Glibc
import Synchronization

/// What happened, in order.
package final class Log<Entry: Sendable>: Sendable {
  private let state = Mutex<[Entry]>([])

  package var entries: [Entry] { state.withLock { $0 } }
  package var count: Int { state.withLock { $0.count } }

  package init() {}

  package func append(_ entry: Entry) { state.withLock { $0.append(entry) } }
}

/// How often something happened. A class, as a local `Atomic` cannot be captured by a task.
package final class Counter: Sendable {
  private let count = Atomic(0)

  package init() {}

  package var value: Int { count.load(ordering: .sequentiallyConsistent) }

  package func increment() { count.add(1, ordering: .sequentiallyConsistent) }
}

/// How many are inside, and the most there ever were.
package final class Gauge: Sendable {
  private let state = Mutex((current: 0, highest: 0))

  package init() {}

  package var current: Int { state.withLock { $0.current } }
  package var highest: Int { state.withLock { $0.highest } }

  package func add(_ amount: Int) {
    state.withLock {
      $0.current += amount
      $0.highest = max($0.highest, $0.current)
    }
  }
}

/// Something that happens once, and that threads and tasks wait for.
package final class Event: Sendable {
  private let hasHappened = Atomic(false)

  package init() {}

  package func happen() { hasHappened.store(true, ordering: .releasing) }

  package var isPast: Bool { hasHappened.load(ordering: .acquiring) }

  package func wait() async { await until { self.isPast } }
}

/// Gives way until the condition holds; a test's verdict never depends on how long that takes.
///
/// What takes longer is waited for without burning the processors that it needs.
package func until(_ condition: () -> Bool) async {
  var patience = 100
  while !condition() {
    if patience > 0 {
      patience -= 1
      await Task.yield()
    } else {
      try? await TimerQueue.monotonic.sleep(until: .now.advanced(by: .milliseconds(1)))
    }
  }
}

/// The same for a thread that may block.
package func blockUntil(_ condition: () -> Bool) {
  var patience = 100
  while !condition() {
    if patience > 0 {
      patience -= 1
      sched_yield()
    } else {
      usleep(1_000)
    }
  }
}
