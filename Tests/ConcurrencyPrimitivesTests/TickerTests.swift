import Testing

@testable import ConcurrencyPrimitives

// T1 and T3: no timer is armed for a job, and a ticker's period does not change.
@Suite(.timeLimit(.minutes(15))) struct TickerTests {
  private let clock = ManualClock()

  /// A ticker whose sleeps end at once, with the clock moved on to their end.
  private func makeTicker(every period: Duration, log: Log<Deadline.Instant> = Log()) -> Ticker {
    Ticker(
      every: period,
      time: Ticker.Time(
        now: { [clock] in clock.now },
        sleep: { [clock] due in
          try Task.checkCancellation()
          log.append(due)
          clock.advance(by: max(.zero, clock.now.duration(to: due)))
        }))
  }

  @Test("T4: ticks that come due while the consumer is busy are dropped; the grid stays")
  func lateTicksAreDropped() async {
    let start = clock.now
    let log = Log<Deadline.Instant>()
    var iterator = makeTicker(every: .milliseconds(100), log: log).makeAsyncIterator()
    for busy in [0, 30, 100, 470, 0] {
      clock.advance(by: .milliseconds(busy))
      #expect(await iterator.next() != nil)
    }
    let due = log.entries.map { start.duration(to: $0) }
    #expect(due == [100, 200, 400, 900, 1000].map { .milliseconds($0) })
  }

  @Test("T2: a ticker ends when its task is cancelled")
  func endsWhenCancelled() async {
    let count = Counter()
    let ticker = makeTicker(every: .seconds(1))
    let task = Task {
      for await _ in ticker {
        count.increment()
        await Task.yield()
      }
    }
    await until { count.value > 2 }
    task.cancel()
    await task.value
    let final = count.value
    await Task.yield()
    #expect(count.value == final)
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
