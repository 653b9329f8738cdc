import ConcurrencyPrimitives
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Ledger") struct LedgerTests {
  private func outcome(_ index: Int, _ status: Outcome.Status) -> Outcome {
    var outcome = Outcome(input: DisplayPath("in"), status: status)
    outcome.index = index
    return outcome
  }

  @Test("a job is settled once, whoever comes second", arguments: 0...5)
  func once(settledCount: Int) {
    var ledger = Ledger()
    #expect(
      (0..<5).map { ledger.enter(JobActivity(DisplayPath(FilePath("\($0)")))) } == Array(0..<5))
    for index in (0..<settledCount).reversed() {
      let isFirst = [true, false].map { _ in ledger.settle(outcome(index, .verified)) }
      #expect(isFirst == [true, false])
    }
    let rest = ledger.cancelRest(.cancelled)
    #expect(rest.map(\.index) == Array(settledCount..<5))
    #expect(rest.map(\.input.description) == rest.map { "\($0.index)" })
    let after = ledger.cancelRest(.cancelled)
    #expect(after.isEmpty)
    let isLateFirst = ledger.settle(outcome(4, .verified))
    #expect(!isLateFirst)
    let late = ledger.enter(JobActivity(DisplayPath("late")))
    #expect(late == nil)
    #expect((ledger.foundCount, ledger.report.found) == (5, 5))
    #expect((ledger.report.done, ledger.report.cancelled) == (settledCount, 5 - settledCount))
  }
}
