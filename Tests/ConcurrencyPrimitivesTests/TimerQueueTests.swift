import Glibc
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// T2, T4 and T5 are about tickers: see TickerTests.
@Suite(.timeLimit(.minutes(60))) struct TimerQueueTests {
  private let timers = TimerQueue(manualFrom: .now)
  private let log = Log<String>()

  private func schedule(_ name: String, in seconds: Int) -> TimerQueue.Timer {
    timers.schedule(at: timers.now + .seconds(seconds)) { [log] in log.append(name) }
  }

  @Test("T1: waits with a timeout of an hour that end early leave no timer and no memory")
  func earlyEndsLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      let timers = TimerQueue.monotonic
      // A hundred at a time, which end in another order than they began.
      func waitEarly(_ count: Int) {
        let due = Deadline.Instant.now + .seconds(3600)
        for _ in 0..<count / 100 {
          let pending = (0..<100).map { timers.schedule(at: due + .seconds($0 * 7 % 10)) {} }
          for index in pending.indices { pending[index * 37 % 100].cancel() }
        }
      }
      // Not as many: in the test runner, not elsewhere, each continuation that is resumed with an
      // error leaves some bytes behind, also where there is no timer.
      func sleepEarly() async {
        let due = Deadline.Instant.now + .seconds(3600)
        for round in 0..<1000 {
          let task = Task { try await timers.sleep(until: due) }
          if round.isMultiple(of: 2) { await Task.yield() }
          task.cancel()
          _ = await task.result
        }
      }
      waitEarly(20_000)
      await sleepEarly()
      let residentByteCount = ProcessFacts.residentByteCount
      waitEarly(Environment.number("IMGBATCH_SOAK") == nil ? 1_000_000 : 10_000_000)
      await sleepEarly()
      let growth = ProcessFacts.residentByteCount - residentByteCount
      #expect(timers.armedCount == 0)
      #expect(growth < 1 << 20 || ProcessFacts.isSanitized)
    }
  }

  @Test("T2: a cancelled timer never runs, and says whether it was cancelled in time")
  func cancel() {
    let timer = schedule("cancelled", in: 1)
    let fired = schedule("fired", in: 1)
    #expect((timer.cancel(), timer.cancel()) == (true, false))
    timers.advance(by: .seconds(2))
    #expect(log.entries == ["fired"])
    #expect((fired.cancel(), timers.armedCount) == (false, 0))
  }

  @Test("T2: a timer in the place of one that is gone is not touched by the old one's handle")
  func placesAreUsedAgain() {
    let old = schedule("old", in: 1)
    old.cancel()
    let new = schedule("new", in: 1)
    #expect((old.cancel(), old.reset(to: timers.now)) == (false, false))
    #expect(new.cancel())
  }

  @Test("T3: a timer that is reset while pending fires once, at the new time only")
  func reset() {
    let start = timers.now
    let moved = schedule("moved", in: 5)
    _ = schedule("fixed", in: 6)
    #expect(moved.reset(to: start + .seconds(10)))
    timers.advance(by: .seconds(9))
    #expect(log.entries == ["fixed"])
    #expect(moved.reset(to: start + .seconds(20)) && moved.reset(to: start + .milliseconds(9500)))
    timers.advance(by: .seconds(1))
    #expect(log.entries == ["fixed", "moved"])
    #expect(!moved.reset(to: start + .seconds(30)))
    timers.advance(by: .seconds(60))
    #expect(log.entries == ["fixed", "moved"])
  }

  // T6: CLOCK_MONOTONIC for the clock, the condition variable and `Deadline`. The wall clock plays
  // no part in any of them; to set it takes a privilege that a test should not have.
  @Test("T6: on the real clock timers fire in order, and never early")
  func realClock() async {
    let start = Deadline.Instant.now
    let (stream, continuation) = AsyncStream<(Int, Duration)>.makeStream()
    let due = [30, 10, 20, 0, -10]
    for milliseconds in due {
      _ = TimerQueue.monotonic.schedule(at: start + .milliseconds(milliseconds)) {
        continuation.yield((milliseconds, start.duration(to: .now)))
      }
    }
    var fired: [Int] = []
    for await (milliseconds, elapsed) in stream {
      fired.append(milliseconds)
      #expect(elapsed >= .milliseconds(milliseconds))
      if fired.count == due.count { break }
    }
    // What is due when the thread comes to look runs in order of its time, not of its arrival.
    #expect(fired.filter { $0 > 0 } == [10, 20, 30])
  }

  @Test("timers that are due at the same time fire in the order in which they were set")
  func equalTimes() {
    let first = schedule("first", in: 1)
    let names = (0..<50).map { "\($0)" }
    for name in names { _ = schedule(name, in: 1) }
    #expect(first.reset(to: timers.now + .seconds(1)))
    timers.advance(by: .seconds(1))
    #expect(log.entries == names + ["first"])
  }

  @Test("each action sees its own instant, and what it schedules in time fires in time")
  func actionsSchedule() {
    let start = timers.now
    let seen = Log<Duration>()
    let timers = timers
    for second in [3, 1] {
      _ = timers.schedule(at: start + .seconds(second)) {
        seen.append(start.duration(to: timers.now))
        _ = timers.schedule(at: timers.now + .seconds(1)) {
          seen.append(start.duration(to: timers.now))
        }
      }
    }
    timers.advance(by: .milliseconds(3500))
    #expect(seen.entries == [1, 2, 3].map { .seconds($0) })
    #expect((timers.armedCount, start.duration(to: timers.now)) == (1, .milliseconds(3500)))
  }

  @Test("an action is released as soon as it has run or was cancelled", arguments: [true, false])
  func actionsAreReleased(fires: Bool) {
    weak var captured: Counter?
    func arm() -> TimerQueue.Timer {
      let counter = Counter()
      captured = counter
      return timers.schedule(at: timers.now) { counter.increment() }
    }
    let timer = arm()
    #expect(captured != nil)
    if fires { timers.advance(by: .zero) } else { timer.cancel() }
    #expect(captured == nil)
  }

  @Test("what an action captured may use the queue while it is released")
  func releaseUsesTheQueue() async {
    final class Owner: Sendable {
      let timer: TimerQueue.Timer
      let gate: Gate
      init(timer: TimerQueue.Timer, gate: Gate) {
        self.timer = timer
        self.gate = gate
      }
      deinit {
        timer.cancel()
        gate.open()
      }
    }
    for queue in [timers, .monotonic] {
      for fires in [true, false] {
        let gate = Gate()
        func arm() -> TimerQueue.Timer {
          let other = queue.schedule(at: queue.now + .seconds(3600)) {}
          let owner = Owner(timer: other, gate: gate)
          let due = queue.now + (fires ? .zero : .seconds(3600))
          return queue.schedule(at: due) { withExtendedLifetime(owner) {} }
        }
        let timer = arm()
        if queue === timers { queue.advance(by: .zero) }
        if !fires { timer.cancel() }
        await gate.wait()
      }
    }
    #expect(timers.armedCount == 0)
  }

  @Test("the heap gives out timers in order, whatever was cancelled and moved before")
  func heapKeepsOrder() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<50 {
      let start = timers.now
      let fired = Log<Duration>()
      var expected: [(timer: TimerQueue.Timer, due: Duration)] = []
      for _ in 0..<200 {
        let due = Duration.milliseconds(random.next(below: 1000))
        let index = random.next(below: max(1, expected.count))
        switch random.next(below: 4) {
        case 0 where !expected.isEmpty:
          #expect(expected.remove(at: index).timer.cancel())
        case 1 where !expected.isEmpty:
          #expect(expected[index].timer.reset(to: start + due))
          expected[index].due = due
        default:
          let timers = timers
          let timer = timers.schedule(at: start + due) {
            fired.append(start.duration(to: timers.now))
          }
          expected.append((timer, due))
        }
        #expect(timers.armedCount == expected.count)
      }
      timers.advance(by: .seconds(1))
      #expect(fired.entries == expected.map(\.due).sorted())
    }
  }

  @Test("the thread is woken only for a timer that is earlier than all others")
  func wakesTheThreadSparingly() {
    var state = TimerQueue.State(manualTime: nil)
    func arm(_ seconds: Int) -> (key: TimerQueue.State.Key, wakes: Bool) {
      let key = state.reserve()
      return (key, state.arm(key, at: .seconds(seconds), .call {}))
    }
    func sleeps(until seconds: Int) -> Bool {
      if case .sleep(.seconds(seconds)) = state.step(at: .zero) { return true }
      return false
    }
    #expect(!arm(50).wakes, "it has not gone to sleep yet")
    #expect(sleeps(until: 50))
    #expect(!arm(60).wakes)
    let earlier = arm(40)
    #expect(earlier.wakes)
    #expect(!arm(45).wakes, "it has been woken, and has yet to look")
    #expect(sleeps(until: 40))
    _ = state.disarm(earlier.key)
    #expect(!arm(42).wakes, "it wakes at 40, finds nothing, and looks again")
    #expect(state.armedCount == 4)
    #expect(sleeps(until: 42))
  }

  @Test("a sleep ends at its instant, not before, and not at all when that is past")
  func sleep() async throws {
    try await timers.sleep(until: timers.now)
    let timers = timers
    let task = Task { try await timers.sleep(until: timers.now + .seconds(5)) }
    await until { timers.armedCount == 1 }
    timers.advance(by: .seconds(4))
    #expect(timers.armedCount == 1)
    timers.advance(by: .seconds(1))
    try await task.value
  }

  @Test("a sleep that is cancelled ends at once, before it begins too, and leaves no timer")
  func cancelledSleep() async {
    let timers = timers
    let due = timers.now + .seconds(5)
    let asleep = Task { try await timers.sleep(until: due) }
    await until { timers.armedCount == 1 }
    asleep.cancel()
    #expect(timers.armedCount == 0)
    let cancelled = Task {
      await untilCancelled()
      try await timers.sleep(until: timers.now)
    }
    cancelled.cancel()
    for task in [asleep, cancelled] {
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test("when cancelling races firing, a timer runs or was cancelled in time, never both")
  func cancelRacesFiring() async throws {
    let outcomes = Counter()
    try await onThreads(3) { index in
      for round in 0..<1000 {
        let due = Deadline.Instant.now + .microseconds(round % 20)
        let fired = Counter()
        let timer = TimerQueue.monotonic.schedule(at: due) {
          fired.increment()
          outcomes.increment()
        }
        if round.isMultiple(of: 3) { timer.reset(to: due + .microseconds(index * 5)) }
        if round.isMultiple(of: 2) { sched_yield() }
        if timer.cancel() {
          if fired.value > 0 { Issue.record("a cancelled timer ran") }
          outcomes.increment()
        }
        let sleep = Task { try await TimerQueue.monotonic.sleep(until: due + .microseconds(20)) }
        if round.isMultiple(of: 2) { await Task.yield() }
        sleep.cancel()
        if case .failure(let error) = await sleep.result, !(error is CancellationError) {
          Issue.record(error)
        }
      }
    }
    await until { outcomes.value == 3000 }
  }

  @Test(
    "where the thread can't be started, start and sleep throw, and schedule traps",
    .disabled(if: ProcessFacts.isSanitized, "a sanitizer needs address space of its own"))
  func threadCannotStart() async {
    let end = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      limitAddressSpace(toMore: 1 << 20)
      #expect(throws: WorkerPool.StartError.self) { try TimerQueue.monotonic.start() }
      await #expect(throws: WorkerPool.StartError.self) {
        try await TimerQueue.monotonic.sleep(until: .now + .seconds(1))
      }
      _ = TimerQueue.monotonic.schedule(at: .now) {}
    }
    #expect(end?.said("TimerQueue.start() would have thrown it") == true)
  }

  @Test("many threads may start it at once")
  func startTwice() async throws {
    try await onThreads(8) { _ in
      do {
        try TimerQueue.monotonic.start()
      } catch {
        Issue.record(error)
      }
    }
    try timers.start()
  }

  @Test("only a manual queue is advanced, and only forward")
  func advanceIsRefused() async {
    await #expect(processExitsWith: .failure) { TimerQueue.monotonic.advance(by: .zero) }
    await #expect(processExitsWith: .failure) {
      TimerQueue(manualFrom: .now).advance(by: .nanoseconds(-1))
    }
  }
}

extension SplitMix64 {
  /// A number from 0 on.
  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
