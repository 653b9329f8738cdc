import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(15))) struct RateLimiterPropertyTests {
  /// Somebody who was let act, and when.
  private struct Grant {
    let time: Duration
    let count: Int
  }

  /// A limiter's state under random use, with what it granted.
  private struct Simulation {
    var random: SplitMix64
    var state: RateLimiter.State<UInt64>
    var time = Duration.zero
    var rate: Double
    let burst: Int
    var grants: [Grant] = []
    /// Those that were not cancelled, by their number.
    var promises: [Int: TokenBucket.Promise] = [:]
    var promiseCount = 0
    /// Those who wait, with how many promises there were before.
    var waiting: [UInt64: (count: Int, promiseCount: Int)] = [:]
    /// The burst at the start, and what the rate has issued since.
    var supply: Double
    var granted = 0

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      burst = 1 + random.next(below: 8)
      rate = [0.5, 3, 10, 1.0 / 3][random.next(below: 4)]
      supply = Double(burst)
      state = RateLimiter.State(rate: Rate(perSecond: rate), burst: burst, at: .zero)
    }

    /// Waiting may be over at the very nanosecond only, so the time goes from one end to the next.
    mutating func advance(to target: Duration) {
      while time < target {
        var next = target
        if let alarm = state.alarm { next = min(target, max(time, alarm)) }
        supply += rate * ((next - time) / .seconds(1))
        time = next
        state.advance(to: time)
        collect()
      }
    }

    mutating func take(_ count: Int) {
      if state.take(count, at: time) { grant(count, promiseCount: promiseCount) }
      collect()
    }

    mutating func reserve(_ count: Int) {
      guard let promise = state.reserve(count, within: .seconds(60), at: time) else { return }
      promises[promiseCount] = promise
      promiseCount += 1
    }

    mutating func wait(_ count: Int) throws {
      if let id = try state.admit(count, before: nil, at: time) {
        waiting[id] = (count, promiseCount)
        state.suspend(id, count, before: nil, id, isCancelled: false, at: time)
      } else {
        grant(count, promiseCount: promiseCount)
      }
      collect()
    }

    mutating func cancelWait() {
      guard let id = waiting.keys.sorted().randomElement(using: &random) else { return }
      state.withdraw(id, at: time)
      collect()
    }

    mutating func cancelPromise() {
      let pending = promises.filter { $0.value.timeToAct >= time }.keys.sorted()
      guard let number = pending.randomElement(using: &random),
        let promise = promises.removeValue(forKey: number)
      else { return }
      state.cancel(promise, at: time)
      collect()
    }

    mutating func setRate(_ rate: Double, burst: Int) {
      state.setRate(Rate(perSecond: rate), burst: burst, at: time)
      self.rate = rate
      collect()
    }

    private mutating func collect() {
      for ending in state.takeEndings() {
        guard let (count, promiseCount) = waiting.removeValue(forKey: ending.continuation) else {
          Issue.record("a wait ended twice")
          continue
        }
        if case .success = ending.result { grant(count, promiseCount: promiseCount) }
      }
    }

    /// Everything granted by now, and everything promised before, has been issued by now.
    private mutating func grant(_ count: Int, promiseCount: Int) {
      guard count > 0 else { return }
      granted += count
      grants.append(Grant(time: time, count: count))
      let promised = promises.reduce(0) { $0 + ($1.key < promiseCount ? $1.value.count : 0) }
      let excess = Double(granted + promised) - supply
      #expect(excess < 1e-6)
    }
  }

  @Test("at one rate, no stretch of time has more than the burst and what the rate issues in it")
  func neverTooMuchAtOneRate() throws {
    for seed in 0..<400 {
      var simulation = Simulation(seed: UInt64(seed))
      for _ in 0..<150 {
        let count = simulation.random.next(below: simulation.burst + 1)
        switch simulation.random.next(below: 12) {
        case 0...1: simulation.take(count)
        case 2...3: simulation.reserve(count)
        case 4...6: try simulation.wait(count)
        case 7...8: simulation.cancelWait()
        case 9: simulation.cancelPromise()
        default:
          let pause = simulation.random.next(below: 3000)
          simulation.advance(to: simulation.time + .milliseconds(pause))
        }
      }
      simulation.advance(to: simulation.time + .seconds(10_000))
      #expect(simulation.state.waiterCount == 0)
      var all = simulation.grants
      for promise in simulation.promises.values {
        all.append(Grant(time: promise.timeToAct, count: promise.count))
      }
      all.sort { $0.time < $1.time }
      var worst = -Double.infinity
      for first in all.indices {
        var sum = 0
        for grant in all[first...] {
          sum += grant.count
          let elapsed = (grant.time - all[first].time) / .seconds(1)
          worst = max(worst, Double(sum) - simulation.rate * elapsed)
        }
      }
      if worst > Double(simulation.burst) + 1e-6 {
        Issue.record("seed \(seed): \(worst) at once, burst \(simulation.burst)")
      }
    }
  }

  @Test("whatever the rate and the burst become, no token is granted that was not issued")
  func neverMintsTokens() throws {
    for seed in 0..<400 {
      var simulation = Simulation(seed: UInt64(seed))
      for _ in 0..<200 {
        let count = simulation.random.next(below: simulation.state.bucket.burst + 1)
        switch simulation.random.next(below: 13) {
        case 0...1: simulation.take(count)
        case 2...3: simulation.reserve(count)
        case 4...6: try simulation.wait(count)
        case 7: simulation.cancelWait()
        case 8: simulation.cancelPromise()
        case 9:
          let rate = [0, 0.3, 2, 50][simulation.random.next(below: 4)]
          simulation.setRate(rate, burst: simulation.random.next(below: 10))
        default:
          let pause = simulation.random.next(below: 3000)
          simulation.advance(to: simulation.time + .milliseconds(pause))
        }
      }
    }
  }

  @Test("threads that take, wait, reserve, cancel and change the rate leave nothing behind")
  func threads() async throws {
    let timers = TimerQueue(manualFrom: .now)
    let start = timers.now
    let limiter = RateLimiter(Rate(perSecond: 1000), burst: 10, timers: timers)
    let granted = Gauge()
    let finished = Counter()
    try await onThreads(4) { index in
      if index == 0 {
        while finished.value < 3 {
          timers.advance(by: .milliseconds(1))
          await Task.yield()
        }
        return
      }
      var random = SplitMix64(seed: UInt64(index))
      for _ in 0..<1000 {
        let count = random.next(below: 10)
        switch random.next(below: 6) {
        case 0: if limiter.tryTake(count) { granted.add(count) }
        case 1: limiter.reserve(count, within: .milliseconds(5))?.cancel()
        case 2: limiter.setRate(Rate(perSecond: [500, 1000][count % 2]), burst: 10)
        default:
          let wait = Task { try await limiter.wait(for: count) }
          if random.next(below: 2) == 0 { await Task.yield() }
          if random.next(below: 2) == 0 { wait.cancel() }
          switch await wait.result {
          case .success: granted.add(count)
          case .failure(let error):
            if !(error is CancellationError) { Issue.record(error) }
          }
        }
      }
      finished.increment()
    }
    #expect((limiter.waiterCount, timers.armedCount) == (0, 0))
    let issued = 10 + start.duration(to: timers.now) / .milliseconds(1)
    #expect(Double(granted.current) <= issued)
  }
}
