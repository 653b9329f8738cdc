import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// L27, the throttled log, is a type of its own: see ThrottleTests.
@Suite(.timeLimit(.minutes(15))) struct RateLimiterTests {
  private let timers = TimerQueue(manualFrom: .now)
  private let start: Deadline.Instant

  init() {
    start = timers.now
  }

  private func makeLimiter(_ perSecond: Double, burst: Int) -> RateLimiter {
    RateLimiter(Rate(perSecond: perSecond), burst: burst, timers: timers)
  }

  /// Moves the time on to so many ticks after the start. A tick, the "d" of the rows, is 100 ms.
  private func advance(toTick tick: Int) {
    timers.advance(by: timers.now.duration(to: self.tick(tick)))
  }

  private func tick(_ tick: Int) -> Deadline.Instant { start + .milliseconds(100) * tick }

  /// Starts a wait and comes back when it stands in the line.
  private func startWait(
    _ limiter: RateLimiter, for count: Int = 1, before deadline: Deadline? = nil
  ) async -> Task<Void, any Error> {
    let waiterCount = limiter.waiterCount
    let task = Task { try await limiter.wait(for: count, before: deadline) }
    await until { limiter.waiterCount > waiterCount }
    return task
  }

  private func deadline(atTick tick: Int, label: String = "late") -> Deadline {
    Deadline(at: self.tick(tick), label: label)
  }

  // MARK: Taking

  @Test("L1: a bucket starts full", arguments: [0, 0.1, 10, 1e9])
  func startsFull(perSecond: Double) {
    let limiter = makeLimiter(perSecond, burst: 3)
    #expect((1...4).map { _ in limiter.tryTake() } == [true, true, true, false])
  }

  @Test("L2: with a burst of 1, one a tick; more than the burst never, and then nothing is taken")
  func burstOfOne() {
    let limiter = makeLimiter(10, burst: 1)
    for tick in 0...1 {
      advance(toTick: tick)
      #expect((1...3).map { _ in limiter.tryTake() } == [true, false, false])
    }
    advance(toTick: 2)
    #expect((limiter.tryTake(2), limiter.tryTake(1)) == (false, true))
  }

  @Test("L3: tokens never exceed the burst, however long nobody asks; none are always there")
  func burstOfThree() {
    let limiter = makeLimiter(10, burst: 3)
    let asked: [(tick: Int, counts: [Int], taken: [Bool])] = [
      (0, [2, 2, 1, 1], [true, false, true, false]), (1, [4], [false]), (2, [1], [true]),
      (3, [1], [true]), (4, [1, 1, 1, 1], [true, true, false, false]), (9, [3, 0], [true, true]),
      (1000, [2, 2, 1, 1], [true, false, true, false]),
    ]
    for (tick, counts, taken) in asked {
      advance(toTick: tick)
      #expect(counts.map { limiter.tryTake($0) } == taken, "at \(tick)")
    }
  }

  @Test("L4: a clock that jumps back neither makes nor destroys tokens")
  func clockJumpsBack() {
    var state = RateLimiter.State<Int>(rate: Rate(perSecond: 10), burst: 3, at: .zero)
    let taken = [1, 0, 0, 0, 1, 2, 2, 1, 3].map { state.take(1, at: .milliseconds(100) * $0) }
    #expect(taken == [true, true, true, false, false, true, false, false, true])
  }

  @Test("L5: a rate that is no whole number of nanoseconds rounds nothing away")
  func oddRate() {
    let limiter = makeLimiter(0.7692307692307693, burst: 1)
    #expect((limiter.tryTake(), limiter.tryTake()) == (true, false))
    timers.advance(by: .milliseconds(1299))
    #expect(!limiter.tryTake())
    timers.advance(by: .milliseconds(1))
    #expect(limiter.tryTake())
  }

  @Test(
    "L6: no rate is too small for arithmetic", arguments: [1e-10, 1e-300, .leastNonzeroMagnitude])
  func tinyRate(perSecond: Double) async {
    let limiter = makeLimiter(perSecond, burst: 1)
    #expect((limiter.tryTake(), limiter.tryTake()) == (true, false))
    #expect(limiter.reserve(1) == nil, "centuries are never")
    let wait = await startWait(limiter)
    timers.advance(by: .seconds(1e9))
    #expect(limiter.waiterCount == 1)
    wait.cancel()
    await #expect(throws: CancellationError.self) { try await wait.value }
  }

  @Test("L6: no burst and no rate is too large for arithmetic", arguments: [1e-10, 1, 1e300])
  func hugeBurst(perSecond: Double) {
    let limiter = makeLimiter(perSecond, burst: .max)
    #expect(limiter.tryTake(.max))
    #expect(limiter.tryTake() == (perSecond > 1e18))
    _ = limiter.reserve(.max)
    timers.advance(by: .seconds(1e15))
    _ = (limiter.tryTake(), limiter.reserve(.max)?.cancel())
    limiter.setRate(.unlimited, burst: 0)
    #expect(limiter.tryTake(.max) && limiter.reserve(.max)?.timeToAct == timers.now)
    limiter.setRate(Rate(perSecond: 1), burst: 1)
    #expect((limiter.tryTake(), limiter.tryTake()) == (true, false))
  }

  @Test("L7: at rate 0 the burst is all there is, until there is a rate again")
  func rateZero() async throws {
    let limiter = makeLimiter(0, burst: 1)
    #expect((limiter.tryTake(), limiter.tryTake()) == (true, false))
    let first = await startWait(limiter)
    advance(toTick: 1000)
    #expect(limiter.waiterCount == 1 && limiter.reserve(1) == nil && timers.armedCount == 0)
    limiter.setRate(Rate(perSecond: 10), burst: 1)
    advance(toTick: 1001)
    try await first.value
    limiter.setRate(Rate(perSecond: 0), burst: 1)
    let second = await startWait(limiter)
    advance(toTick: 2000)
    limiter.setRate(Rate(perSecond: 10), burst: 1)
    advance(toTick: 2001)
    try await second.value
  }

  @Test("L8: without a limit every wait succeeds at once, whatever the burst")
  func unlimited() async throws {
    let limiter = RateLimiter(.unlimited, burst: 0, timers: timers)
    try await limiter.wait(for: 3)
    try await limiter.wait(for: .max, before: deadline(atTick: 1))
    #expect(limiter.tryTake(5) && limiter.reserve(7)?.timeToAct == start)
  }

  @Test("L9: of 15 threads that take at once exactly as many succeed as there are tokens")
  func threadsTakeAtOnce() async throws {
    let limiter = makeLimiter(1, burst: 5)
    let taken = Counter()
    try await onThreads(15) { _ in if limiter.tryTake() { taken.increment() } }
    #expect(taken.value == 5)
  }

  @Test("L10: asked all the time, it grants the burst and what the rate issues, no less, no more")
  func grantsAllThereIs() {
    let limiter = makeLimiter(100, burst: 100)
    var granted = 0
    for _ in 0..<2500 {
      while limiter.tryTake() { granted += 1 }
      timers.advance(by: .milliseconds(2))
    }
    #expect((599...601).contains(granted))
  }

  @Test(
    "L11: an interval becomes a rate",
    arguments: [
      (.zero, .infinity), (.seconds(-1), .infinity), (.nanoseconds(1), 1e9),
      (.milliseconds(2500), 0.4), (.nanoseconds(Int64.max), 1e9 / Double(Int64.max)),
    ] as [(Duration, Double)])
  func intervals(interval: Duration, perSecond: Double) {
    #expect(Rate(every: interval) == Rate(perSecond: perSecond))
    #expect((perSecond == .infinity) == (Rate(every: interval) == .unlimited))
  }

  @Test("L11: no interval is too short or too long")
  func extremeIntervals() {
    #expect(Rate(every: Duration(attoseconds: 1)).perSecond == 1e18)
    #expect(Rate(every: Duration(attoseconds: .max)).perSecond > 0)
    #expect(Rate(every: Duration(attoseconds: .min)) == .unlimited)
  }

  @Test("what makes no sense is refused")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Rate(perSecond: -1) }
    await #expect(processExitsWith: .failure) { _ = Rate(perSecond: .nan) }
    await #expect(processExitsWith: .failure) {
      _ = RateLimiter(.unlimited, burst: -1)
    }
    await #expect(processExitsWith: .failure) {
      _ = RateLimiter(.unlimited, burst: 1).tryTake(-1)
    }
  }

  // MARK: Waiting

  @Test("L12: a wait of a cancelled task fails at once and takes nothing")
  func cancelledBefore() async {
    let limiter = makeLimiter(10, burst: 3)
    let task = Task {
      await untilCancelled()
      try await limiter.wait(for: 0)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(limiter.tryTake(3))
  }

  @Test("L12: a wait that is cancelled before its task suspends takes nothing")
  func cancelledBeforeSuspending() throws {
    var state = RateLimiter.State<Int>(rate: Rate(perSecond: 10), burst: 3, at: .zero)
    _ = state.take(2, at: .zero)
    let admitted = try state.admit(2, before: nil, at: .zero)
    let id = try #require(admitted)
    state.withdraw(id, at: .zero)
    state.suspend(id, 2, before: nil, 7, isCancelled: true, at: .zero)
    let endings = state.takeEndings()
    #expect(endings.map(\.continuation) == [7])
    #expect(throws: CancellationError.self) { try endings[0].result.get() }
    let isLeft = state.take(1, at: .zero)
    #expect(isLeft && state.waiterCount == 0)
  }

  @Test("L13: a wait for more than the burst fails at once and takes nothing")
  func overburst() async {
    let limiter = makeLimiter(10, burst: 3)
    let error = await #expect(throws: RateLimiter.Overburst(needed: 4, burst: 3)) {
      try await limiter.wait(for: 4)
    }
    #expect(error?.description == "needs 4, burst 3")
    #expect(limiter.tryTake(3))
  }

  @Test("L14: a wait lasts until its tokens are there")
  func waits() async throws {
    let limiter = makeLimiter(10, burst: 3)
    try await limiter.wait(for: 2)
    let second = await startWait(limiter, for: 3)
    timers.advance(by: .milliseconds(199))
    #expect(limiter.waiterCount == 1)
    timers.advance(by: .milliseconds(1))
    #expect(limiter.waiterCount == 0)
    try await second.value
  }

  @Test("L15: a wait that its deadline cannot meet fails at once", arguments: [0, 1, 2])
  func deadlineTooEarly(tick: Int) async throws {
    let limiter = makeLimiter(10, burst: 3)
    try await limiter.wait(for: 2)
    let deadline = deadline(atTick: tick, label: "--timeout-per-file 5s")
    let error = await #expect(throws: RateLimiter.DeadlineTooEarly(deadline: deadline)) {
      try await limiter.wait(for: 3, before: deadline)
    }
    #expect(error?.description == "the rate limit leaves no time: --timeout-per-file 5s")
    #expect(timers.now == start && limiter.tryTake(1))
  }

  @Test("L15: a wait that ends just before its deadline does not fail; a deadline past always does")
  func deadlineIsMet() async throws {
    let limiter = makeLimiter(10, burst: 3)
    try await limiter.wait(for: 2, before: Deadline(at: start + .nanoseconds(1), label: "late"))
    let deadline = Deadline(at: tick(2) + .nanoseconds(1), label: "late")
    let second = await startWait(limiter, for: 3, before: deadline)
    advance(toTick: 2)
    try await second.value
    advance(toTick: 100)
    for count in 0...1 {
      await #expect(throws: RateLimiter.DeadlineTooEarly.self) {
        try await limiter.wait(for: count, before: deadline)
      }
    }
  }

  @Test("L16: a wait that is cancelled ends then, and its tokens are there for the next")
  func cancelledWhileWaiting() async throws {
    let limiter = makeLimiter(10, burst: 3)
    try await limiter.wait(for: 2)
    let wait = await startWait(limiter, for: 3)
    advance(toTick: 1)
    wait.cancel()
    await #expect(throws: CancellationError.self) { try await wait.value }
    #expect((limiter.waiterCount, timers.armedCount) == (0, 0))
    try await limiter.wait(for: 2)
    #expect(!limiter.tryTake())
  }

  @Test("L16: those behind a wait that is cancelled move up, those in front stay")
  func othersMoveUp() async throws {
    let limiter = makeLimiter(10, burst: 3)
    #expect(limiter.tryTake(3))
    var waits: [Task<Void, any Error>] = []
    for count in [1, 3, 1, 2] { waits.append(await startWait(limiter, for: count)) }
    waits[1].cancel()
    #expect(limiter.waiterCount == 3)
    for (tick, waiterCount) in [(1, 2), (2, 1), (3, 1), (4, 0)] {
      advance(toTick: tick)
      #expect(limiter.waiterCount == waiterCount, "at \(tick)")
    }
    for index in [0, 2, 3] { try await waits[index].value }
    #expect(!limiter.tryTake())
  }

  @Test("waits end in the order in which they came, and nobody passes them over")
  func firstComeFirstServed() async throws {
    let limiter = makeLimiter(10, burst: 5)
    #expect(limiter.tryTake(5))
    var waits: [Task<Void, any Error>] = []
    for count in [5, 1, 1] { waits.append(await startWait(limiter, for: count)) }
    for (tick, waiterCount) in [(4, 3), (5, 2), (6, 1), (7, 0)] {
      advance(toTick: tick)
      #expect((limiter.waiterCount, limiter.tryTake()) == (waiterCount, false), "at \(tick)")
    }
    for wait in waits { try await wait.value }
  }

  // MARK: Reserving

  /// Reserves and says at which tick that may act.
  private func expectReservation(
    _ limiter: RateLimiter, of count: Int, atTick tick: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> RateLimiter.Reservation {
    let reservation = try #require(limiter.reserve(count), sourceLocation: sourceLocation)
    let wait = start.duration(to: reservation.timeToAct)
    #expect(wait == .milliseconds(100 * tick), sourceLocation: sourceLocation)
    return reservation
  }

  @Test("L17: reservations follow each other at the rate")
  func reservations() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    _ = try expectReservation(limiter, of: 2, atTick: 2)
    advance(toTick: 3)
    _ = try expectReservation(limiter, of: 2, atTick: 4)
  }

  @Test("L18: a reservation of more than the burst is none")
  func reservationTooLarge() throws {
    let limiter = makeLimiter(10, burst: 2)
    let reservation = limiter.reserve(3)
    #expect(reservation == nil)
    reservation?.cancel()
    _ = try expectReservation(limiter, of: 2, atTick: 0)
  }

  @Test("L19: a reservation that is cancelled gives its tokens back, once")
  func cancelReservation() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    let second = try expectReservation(limiter, of: 2, atTick: 2)
    advance(toTick: 1)
    second.cancel()
    second.cancel()
    _ = try expectReservation(limiter, of: 2, atTick: 2)
  }

  @Test("L20: a reservation whose time has passed gives nothing back")
  func cancelTooLate() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    let second = try expectReservation(limiter, of: 2, atTick: 2)
    advance(toTick: 3)
    second.cancel()
    _ = try expectReservation(limiter, of: 2, atTick: 4)
  }

  @Test("L21: what later reservations count on is not given back: all of it")
  func cancelNothing() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    let second = try expectReservation(limiter, of: 1, atTick: 1)
    _ = try expectReservation(limiter, of: 1, atTick: 2)
    second.cancel()
    _ = try expectReservation(limiter, of: 1, atTick: 3)
  }

  @Test("L22: what later reservations count on is not given back: half of it")
  func cancelHalf() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    let second = try expectReservation(limiter, of: 2, atTick: 2)
    _ = try expectReservation(limiter, of: 1, atTick: 3)
    advance(toTick: 2)
    second.cancel()
    _ = try expectReservation(limiter, of: 2, atTick: 4)
  }

  @Test("L23: after the last of several reservations is cancelled, it is as if it never was")
  func cancelSeveral() throws {
    let limiter = makeLimiter(10, burst: 4)
    _ = try expectReservation(limiter, of: 4, atTick: 0)
    let second = try expectReservation(limiter, of: 3, atTick: 3)
    _ = try expectReservation(limiter, of: 1, atTick: 4)
    let last = try expectReservation(limiter, of: 1, atTick: 5)
    advance(toTick: 1)
    last.cancel()
    second.cancel()
    _ = try expectReservation(limiter, of: 3, atTick: 5)
  }

  @Test("L24: a reservation that is too far is none, and takes nothing")
  func reservationTooFar() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    #expect(limiter.reserve(2, within: .milliseconds(100)) == nil)
    #expect(limiter.reserve(2, within: .milliseconds(200))?.timeToAct == tick(2))
  }

  @Test("a reservation of nothing acts now, and gives nothing back")
  func reserveNothing() throws {
    let limiter = makeLimiter(10, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    _ = try expectReservation(limiter, of: 2, atTick: 2)
    try expectReservation(limiter, of: 0, atTick: 0).cancel()
    _ = try expectReservation(limiter, of: 1, atTick: 3)
  }

  @Test("a wait behind a reservation moves up when that is cancelled; the one in front stays")
  func waitersAndReservations() async throws {
    let limiter = makeLimiter(10, burst: 4)
    _ = try expectReservation(limiter, of: 4, atTick: 0)
    let front = await startWait(limiter, for: 1)
    let reservation = try expectReservation(limiter, of: 3, atTick: 4)
    let back = await startWait(limiter, for: 1)
    reservation.cancel()
    advance(toTick: 1)
    #expect(limiter.waiterCount == 1)
    advance(toTick: 2)
    #expect(limiter.waiterCount == 0)
    for wait in [front, back] { try await wait.value }
  }

  @Test("a wait in front of a reservation gives back what the reservation does not count on")
  func waiterInFrontOfReservation() async throws {
    let limiter = makeLimiter(10, burst: 4)
    _ = try expectReservation(limiter, of: 4, atTick: 0)
    let front = await startWait(limiter, for: 3)
    _ = try expectReservation(limiter, of: 1, atTick: 4)
    front.cancel()
    await #expect(throws: CancellationError.self) { try await front.value }
    _ = try expectReservation(limiter, of: 1, atTick: 3)
  }

  @Test("in front of a reservation nobody moves, and behind it nobody passes those in front")
  func orderAroundReservations() async throws {
    let limiter = makeLimiter(10, burst: 8)
    _ = try expectReservation(limiter, of: 8, atTick: 0)
    let large = await startWait(limiter, for: 8)
    let front = await startWait(limiter)
    _ = try expectReservation(limiter, of: 1, atTick: 10)
    let back = await startWait(limiter)
    large.cancel()
    for (tick, waiterCount) in [(8, 2), (9, 1), (10, 0)] {
      advance(toTick: tick)
      #expect((limiter.waiterCount, limiter.tryTake()) == (waiterCount, false), "at \(tick)")
    }
    for wait in [front, back] { try await wait.value }
  }

  // MARK: Changing

  @Test("L25: another rate leaves the times of reservations alone, and counts for later ones")
  func rateChangesBesideReservations() throws {
    let limiter = makeLimiter(5, burst: 2)
    _ = try expectReservation(limiter, of: 2, atTick: 0)
    let pending = try expectReservation(limiter, of: 2, atTick: 4)
    advance(toTick: 2)
    limiter.setRate(Rate(perSecond: 10), burst: 2)
    #expect(pending.timeToAct == tick(4))
    #expect((limiter.rate, limiter.burst) == (Rate(perSecond: 10), 2))
    // One token is still owed, which takes a tick now, and two more.
    _ = try expectReservation(limiter, of: 2, atTick: 5)
  }

  @Test("L25: a change of the burst is seen at once; it makes no tokens, and what fits stays")
  func burstChanges() {
    let limiter = makeLimiter(10, burst: 5)
    limiter.setRate(Rate(perSecond: 10), burst: 8)
    #expect((limiter.tryTake(6), limiter.tryTake(5)) == (false, true))
    advance(toTick: 7)
    limiter.setRate(Rate(perSecond: 10), burst: 3)
    #expect((limiter.tryTake(4), limiter.tryTake(3), limiter.tryTake()) == (false, true, false))
    advance(toTick: 100)
    #expect((limiter.tryTake(3), limiter.tryTake()) == (true, false))
  }

  @Test("L25: a reservation from before the bucket was full gives nothing back")
  func cancelAfterFilling() throws {
    for rate in [Rate(perSecond: 1000), .unlimited] {
      let limiter = makeLimiter(1, burst: 2)
      let now = timers.now
      #expect(limiter.reserve(2)?.timeToAct == now)
      let pending = try #require(limiter.reserve(2))
      limiter.setRate(rate, burst: 2)
      timers.advance(by: .milliseconds(100))
      limiter.setRate(Rate(perSecond: 1), burst: 2)
      #expect(limiter.tryTake(2))
      pending.cancel()
      #expect(pending.timeToAct == now + .seconds(2))
      #expect(!limiter.tryTake())
    }
  }

  @Test("A9: when the rate changes, those who wait are woken according to the new rate")
  func waitersFollowTheRate() async throws {
    let limiter = makeLimiter(1, burst: 1)
    #expect(limiter.tryTake())
    var waits: [Task<Void, any Error>] = []
    for _ in 0..<100 { waits.append(await startWait(limiter)) }
    advance(toTick: 105)
    #expect((limiter.waiterCount, timers.armedCount) == (90, 1))
    // Half a token was issued at the old rate; the other half takes 5 ms at the new one.
    limiter.setRate(Rate(perSecond: 100), burst: 1)
    timers.advance(by: .milliseconds(4))
    #expect(limiter.waiterCount == 90)
    timers.advance(by: .milliseconds(1))
    #expect(limiter.waiterCount == 89)
    timers.advance(by: .milliseconds(385))
    #expect(limiter.waiterCount == 51)
    limiter.setRate(Rate(perSecond: 1), burst: 1)
    timers.advance(by: .milliseconds(499))
    #expect(limiter.waiterCount == 51)
    timers.advance(by: .seconds(5))
    #expect(limiter.waiterCount == 46)
    limiter.setRate(.unlimited, burst: 1)
    #expect((limiter.waiterCount, timers.armedCount) == (0, 0))
    for wait in waits { try await wait.value }
  }

  @Test("A9: a wait that another rate makes impossible ends at once, and those behind move up")
  func impossibleWaits() async throws {
    let limiter = makeLimiter(10, burst: 4)
    #expect(limiter.tryTake(4))
    let late = await startWait(limiter, for: 2, before: deadline(atTick: 3))
    let large = await startWait(limiter, for: 4)
    let small = await startWait(limiter, for: 1, before: deadline(atTick: 8))
    limiter.setRate(Rate(perSecond: 5), burst: 3)
    #expect(limiter.waiterCount == 1)
    await #expect(throws: RateLimiter.DeadlineTooEarly(deadline: deadline(atTick: 3))) {
      try await late.value
    }
    await #expect(throws: RateLimiter.Overburst(needed: 4, burst: 3)) { try await large.value }
    advance(toTick: 2)
    #expect(limiter.waiterCount == 0)
    try await small.value
  }

  @Test("coming back from no limit, the bucket is full")
  func fromUnlimited() {
    let limiter = RateLimiter(.unlimited, burst: 0, timers: timers)
    #expect(limiter.tryTake(100))
    limiter.setRate(Rate(perSecond: 1), burst: 3)
    #expect((limiter.tryTake(3), limiter.tryTake()) == (true, false))
  }

  // Of what cause a run was cancelled, a task does not know: its scope does.
  @Test("L26: when many who wait are cancelled, all end at once and their tokens are there")
  func allAreCancelled() async throws {
    let limiter = makeLimiter(10, burst: 5)
    try await limiter.wait(for: 2)
    let run = Task {
      await withTaskGroup { group in
        for index in 0..<1000 { group.addTask { try? await limiter.wait(for: 4 + index % 2) } }
      }
    }
    await until { limiter.waiterCount == 1000 }
    run.cancel()
    await run.value
    #expect((limiter.waiterCount, timers.armedCount, timers.now) == (0, 0, start))
    #expect((limiter.tryTake(3), limiter.tryTake()) == (true, false))
  }

  @Test("a closed limiter ends every wait and grants nothing any more")
  func close() async throws {
    let limiter = makeLimiter(10, burst: 3)
    try await limiter.wait(for: 2)
    var waits: [Task<Void, any Error>] = []
    for count in 2...3 { waits.append(await startWait(limiter, for: count)) }
    limiter.close()
    limiter.close()
    for wait in waits { await #expect(throws: CancellationError.self) { try await wait.value } }
    #expect((limiter.waiterCount, timers.armedCount) == (0, 0))
    advance(toTick: 100)
    limiter.setRate(.unlimited, burst: 3)
    for count in 0...1 {
      #expect(!limiter.tryTake(count) && limiter.reserve(count) == nil)
      await #expect(throws: CancellationError.self) { try await limiter.wait(for: count) }
    }
  }

  @Test("T1: a limiter on which waits end early keeps no timer and no reference")
  func leavesNothing() async throws {
    weak var released: RateLimiter?
    func use() async throws {
      let limiter = makeLimiter(1, burst: 1)
      released = limiter
      #expect(limiter.tryTake())
      for _ in 0..<1000 {
        let wait = await startWait(limiter)
        wait.cancel()
        _ = await wait.result
      }
      #expect(timers.armedCount == 0)
    }
    try await use()
    #expect(released == nil)
  }
}
