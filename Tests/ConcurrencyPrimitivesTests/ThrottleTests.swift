import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite struct ThrottleTests {
  private let start = Deadline.Instant.now

  /// Which of so many events pass, with `gap` between one and the next.
  private func passed(
    _ throttle: Throttle, of count: Int, gap: Duration = .zero
  ) -> [Int] {
    var throttle = throttle
    return (0..<count).filter { throttle.fires(at: start + gap * $0) }
  }

  @Test("L27: without any condition exactly one event passes, the first")
  func noCondition() {
    #expect(passed(Throttle(), of: 1000, gap: .seconds(1)) == [0])
  }

  @Test("L27: the first few pass")
  func first() {
    #expect(passed(Throttle(first: 3), of: 100) == [0, 1, 2])
  }

  @Test("L27: one of every so many passes", arguments: [1, 2, 7])
  func every(count: Int) {
    #expect(passed(Throttle(every: count), of: 50) == Array(stride(from: 0, to: 50, by: count)))
  }

  @Test("L27: one passes when the interval has gone by since the last that did")
  func interval() {
    let throttle = Throttle(interval: .seconds(3))
    #expect(passed(throttle, of: 10, gap: .seconds(1)) == [0, 3, 6, 9])
    #expect(passed(throttle, of: 10, gap: .milliseconds(2999)) == [0, 2, 4, 6, 8])
    #expect(passed(throttle, of: 3, gap: .seconds(100)) == [0, 1, 2])
  }

  @Test("L27: of several conditions whichever says yes lets an event pass")
  func severalConditions() {
    let throttle = Throttle(first: 2, every: 5, interval: .seconds(4))
    // 0 and 1 are the first, 5, 10 and 15 the fifths, 9 and 14 four seconds after one of those.
    #expect(passed(throttle, of: 16, gap: .seconds(1)) == [0, 1, 5, 9, 10, 14, 15])
  }

  @Test("L27: zero, negative and huge values do not trap")
  func extremes() {
    let huge = Duration(attoseconds: .max)
    let least = Duration(attoseconds: .min)
    for (count, interval) in [(0, .zero), (-1, least), (Int.min, huge), (Int.min, least)] {
      let throttle = Throttle(first: count, every: count, interval: interval)
      #expect(passed(throttle, of: 10, gap: .seconds(1)) == [0])
    }
    #expect(passed(Throttle(first: .max, every: .max), of: 5) == [0, 1, 2, 3, 4])
  }

  @Test("L27: a clock that goes back lets nothing pass by the interval, and does not trap")
  func clockGoesBack() {
    #expect(passed(Throttle(interval: .seconds(1)), of: 10, gap: .seconds(-5)) == [0])
  }
}
