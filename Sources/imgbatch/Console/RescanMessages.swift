import ConcurrencyPrimitives
import Synchronization

/// How often a rescan is worth a line: the first three times, then once a minute.
final class RescanMessages: Sendable {
  private let throttle = Mutex(Throttle(first: 3, interval: .seconds(60)))

  var isDue: Bool { throttle.withLock { $0.fires(at: .now) } }
}
