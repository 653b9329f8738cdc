import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// T1, T3 and T6 are about timers: see TimerQueueTests.
@Suite(.timeLimit(.minutes(15))) struct TickerTests {
  private let timers = TimerQueue(manualFrom: .now)

  /// Runs the body while the time moves on in steps of 10 ms, but only as long as somebody sleeps.
  private func withTime<R>(_ body: () async throws -> R) async rethrows -> R {
    let driver = Task { [timers] in
      while !Task.isCancelled {
        if timers.armedCount > 0 { timers.advance(by: .milliseconds(10)) }
        await Task.yield()
      }
    }
    defer { driver.cancel() }
    return try await body()
  }

  @Test("T4: ticks that come due while the consumer is busy are dropped; the grid stays")
  func lateTicksAreDropped() async {
    let start = timers.now
    var due: [Duration] = []
    await withTime {
      var iterator = Ticker(every: .milliseconds(100), on: timers).makeAsyncIterator()
      for busy in [0, 30, 100, 470, 0] {
        timers.advance(by: .milliseconds(busy))
        #expect(await iterator.next() != nil)
        due.append(start.duration(to: timers.now))
      }
    }
    #expect(due == [100, 200, 400, 900, 1000].map { .milliseconds($0) })
  }

  @Test("T2: a ticker ends when its task is cancelled, also twice, and starts anew")
  func endsWhenCancelled() async {
    let ticker = Ticker(every: .seconds(1), on: timers)
    await withTime {
      for _ in 1...2 {
        let count = Counter()
        let task = Task {
          for await _ in ticker { count.increment() }
        }
        await until { count.value > 2 }
        task.cancel()
        task.cancel()
        await task.value
        let final = count.value
        timers.advance(by: .seconds(5))
        await Task.yield()
        #expect((count.value, timers.armedCount) == (final, 0))
      }
    }
  }

  @Test("T2: cancelling ends a real sleep of an hour")
  func endsWhileAsleep() async {
    let task = Task {
      for await _ in Ticker(every: .seconds(3600)) { Issue.record("an hour has not passed") }
    }
    task.cancel()
    await task.value
  }

  @Test("T6: on the real clock the ticks come, never early")
  func ticksOnTheRealClock() async {
    let start = Deadline.Instant.now
    var count = 0
    for await _ in Ticker(every: .milliseconds(2)) {
      count += 1
      if count == 5 { break }
    }
    #expect(start.duration(to: .now) >= .milliseconds(10))
  }

  @Test("T5: a period of zero or less is refused")
  func periodMustBePositive() async {
    await #expect(processExitsWith: .failure) { _ = Ticker(every: .zero) }
    await #expect(processExitsWith: .failure) { _ = Ticker(every: .nanoseconds(-1)) }
  }
}
