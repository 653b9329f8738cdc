import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// C10, C11, C13 to C15 and C17 stand in CancellationTreeTests.
@Suite(.timeLimit(.minutes(15))) struct CancellationScopeTests {
  private let clock = ManualClock()

  private func deadline(in duration: Duration, _ label: String) -> Deadline {
    .after(duration, from: clock.now, label: label)
  }

  @Test("C1: cancelling a parent is seen by every descendant before cancel returns")
  func cancelReachesDescendants() {
    let root = clock.makeRoot()
    let children = (0..<3).map { _ in CancellationScope(parent: root) }
    let grandchildren = children.map { CancellationScope(parent: $0) }
    #expect((children + grandchildren).allSatisfy { $0.interruption == nil })
    root.cancel(.signal(15))
    #expect((children + grandchildren).allSatisfy { $0.interruption == .signal(15) })
  }

  @Test("C2: cancelling a child leaves its parent and siblings alone")
  func cancelStaysBelow() {
    let root = clock.makeRoot()
    let child = CancellationScope(parent: root)
    let sibling = CancellationScope(parent: root)
    child.cancel(.cancelled)
    #expect(child.interruption == .cancelled)
    #expect(root.interruption == nil)
    #expect(sibling.interruption == nil)
  }

  @Test("C3: a child of a cancelled parent is born cancelled, with its cause")
  func bornCancelled() {
    let root = clock.makeRoot()
    root.cancel(.failure("disk full"))
    let child = CancellationScope(parent: root)
    child.cancel(.cancelled)
    #expect(child.interruption == .failure("disk full"))
  }

  @Test(
    "C4: of nested deadlines the earliest wins, both ways", arguments: [(50, 4000), (4000, 50)])
  func earliestDeadlineWins(outer: Int, inner: Int) {
    let root = clock.makeRoot(deadline: deadline(in: .milliseconds(outer), "\(outer)"))
    let child = CancellationScope(
      parent: root, deadline: deadline(in: .milliseconds(inner), "\(inner)"))
    #expect(child.effectiveDeadline?.label == "50")
    clock.advance(by: .milliseconds(49))
    #expect(child.interruption == nil)
    clock.advance(by: .milliseconds(1))
    #expect(child.interruption == .deadline(label: "50"))
    #expect(root.interruption == (outer == 50 ? .deadline(label: "50") : nil))
    clock.advance(by: .seconds(5))
    #expect(child.interruption == .deadline(label: "50"))
  }

  @Test("C4: of equal deadlines the outermost stands")
  func equalDeadlines() {
    let root = clock.makeRoot(deadline: deadline(in: .seconds(1), "run"))
    let child = CancellationScope(parent: root, deadline: deadline(in: .seconds(1), "job"))
    #expect(child.effectiveDeadline?.label == "run")
  }

  @Test("C5: a deadline in the past or now is born expired", arguments: [-1, 0])
  func bornExpired(seconds: Int) {
    let late = CancellationScope(
      parent: clock.makeRoot(), deadline: deadline(in: .seconds(seconds), "late"))
    #expect(throws: Interruption.deadline(label: "late")) { try late.check() }
  }

  @Test("C6: an explicit cancel before the deadline is the reason, also after it has passed")
  func cancelBeforeDeadline() {
    let scope = clock.makeRoot(deadline: deadline(in: .seconds(1), "late"))
    scope.cancel(.cancelled)
    clock.advance(by: .seconds(2))
    #expect(scope.interruption == .cancelled)
  }

  @Test("C6: a deadline that has passed stands against a later cancel, though nobody had asked")
  func cancelAfterDeadline() {
    let scope = clock.makeRoot(deadline: deadline(in: .seconds(1), "late"))
    clock.advance(by: .seconds(1))
    scope.cancel(.cancelled)
    #expect(scope.interruption == .deadline(label: "late"))
  }

  @Test("C7: of two causes the first is kept")
  func firstCauseIsKept() {
    let scope = clock.makeRoot()
    scope.cancel(.signal(2))
    scope.cancel(.signal(15))
    #expect(scope.interruption == .signal(2))
  }

  @Test("C8: a deadline reports its own text, to grandchildren too")
  func deadlineLabel() {
    let label = "--timeout-per-file 5s"
    let job = CancellationScope(
      parent: clock.makeRoot(), deadline: deadline(in: .seconds(5), label))
    let step = CancellationScope(parent: CancellationScope(parent: job))
    clock.advance(by: .seconds(5))
    #expect(step.interruption == .deadline(label: label))
    #expect(step.interruption?.description == label)
  }

  @Test("C9: a child cancelled before its parent keeps its own cause")
  func childKeepsItsCause() {
    let root = clock.makeRoot()
    let child = CancellationScope(parent: root)
    child.cancel(.failure("X"))
    root.cancel(.failure("Y"))
    #expect(child.interruption == .failure("X"))
    #expect(root.interruption == .failure("Y"))
  }

  @Test("C9: what a scope has once said stays, whatever its clock does")
  func interruptionIsLatched() {
    let scope = clock.makeRoot(deadline: deadline(in: .seconds(1), "late"))
    clock.advance(by: .seconds(1))
    #expect(scope.interruption != nil)
    clock.advance(by: .seconds(-10))
    #expect(scope.interruption == .deadline(label: "late"))
  }

  @Test("C12: a million finished children leave nothing behind")
  func childrenLeaveNothing() async {
    await #expect(processExitsWith: .success) {
      let root = CancellationScope(deadline: .after(.seconds(3600), label: "late"))
      func makeChildren(_ count: Int) {
        for _ in 0..<count { _ = CancellationScope(parent: root).interruption }
      }
      makeChildren(1000)
      let before = ProcessFacts.residentByteCount
      makeChildren(1_000_000)
      let growth = ProcessFacts.residentByteCount - before
      #expect(growth < 1 << 20 || ProcessFacts.isSanitized)
    }
  }

  @Test("C16: only a deadline is a timeout, and every cause has its own words")
  func timeoutsAreTold() {
    let causes: [Interruption] = [
      .cancelled, .deadline(label: "timed out after 1s"), .failure("disk full"), .signal(1),
      .signal(2), .signal(3), .signal(15), .signal(40),
    ]
    #expect(causes.filter(\.isTimeout) == [.deadline(label: "timed out after 1s")])
    #expect(
      causes.map(\.description) == [
        "cancelled", "timed out after 1s", "disk full", "stopped by SIGHUP", "stopped by SIGINT",
        "stopped by SIGQUIT", "stopped by SIGTERM", "stopped by signal 40",
      ])
  }

  @Test("G12: of two racing causes one wins, for everybody, 100,000 times")
  func racingCauses() async throws {
    let scopes = (0..<100_000).map { _ in CancellationScope(parent: CancellationScope()) }
    let turn = Counter()
    let disagreements = Counter()
    try await onThreads(2) { thread in
      for (round, scope) in scopes.enumerated() {
        // Two threads meet before each hundred rounds, and run side by side from there.
        if round.isMultiple(of: 100) {
          turn.increment()
          while turn.value < (round / 100 + 1) * 2 {
            await Task.yield()
          }
        }
        scope.cancel(.signal(Int32(thread)))
        let seen = scope.interruption
        if seen == nil || seen != scope.interruption {
          disagreements.increment()
        }
      }
    }
    #expect(disagreements.value == 0)
    #expect(scopes.allSatisfy { $0.interruption == .signal(0) || $0.interruption == .signal(1) })
  }
}
