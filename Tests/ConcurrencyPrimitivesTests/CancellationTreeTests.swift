import Synchronization
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

/// Scopes carry causes and deadlines; values, and calls on cancellation, are those of Swift's tasks,
/// which the rows about them show together with scopes.
@Suite(.timeLimit(.minutes(15))) struct CancellationTreeTests {
  @TaskLocal static var jobNumber = 0
  @TaskLocal static var retryNumber = 0

  @Test(
    "C10: work that is detached keeps values, and ignores its maker's cancellation and deadline")
  func detached() async {
    let clock = ManualClock()
    let run = clock.makeRoot(deadline: .after(.seconds(1), from: clock.now, label: "late"))
    let ended = Event()
    let maker = Task {
      await Self.$jobNumber.withValue(7) {
        await untilCancelled()
        #expect(throws: Interruption.self) { try run.check() }
        // A root of its own for what must be cleaned up, in a task of its own.
        await Task {
          let cleanup = clock.makeRoot()
          #expect(Self.jobNumber == 7)
          #expect(!Task.isCancelled)
          #expect(cleanup.interruption == nil)
          ended.happen()
        }.value
      }
    }
    clock.advance(by: .seconds(2))
    maker.cancel()
    await maker.value
    #expect(ended.isPast)
  }

  @Test("C11: a call on cancellation comes once, in the thread that cancels")
  func calledOnce() async {
    let calls = Counter()
    let isWaiting = Event()
    let task = Task {
      await withTaskCancellationHandler {
        isWaiting.happen()
        await untilCancelled()
      } onCancel: {
        calls.increment()
      }
    }
    await isWaiting.wait()
    #expect(calls.value == 0)
    task.cancel()
    // No waiting: it has run before `cancel()` returns.
    #expect(calls.value == 1)
    task.cancel()
    await task.value
    #expect(calls.value == 1)
  }

  @Test("C11: a call on cancellation that was left behind never comes")
  func leftBehind() async {
    let calls = Counter()
    let hasLeft = Event()
    let task = Task {
      await withTaskCancellationHandler {
      } onCancel: {
        calls.increment()
      }
      hasLeft.happen()
      await untilCancelled()
    }
    await hasLeft.wait()
    task.cancel()
    await task.value
    #expect(calls.value == 0)
  }

  @Test(
    "C13: a tree of a hundred scopes, cancelled by a hundred threads in any order", arguments: 0..<5
  )
  func manyCancels(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    var scopes = [CancellationScope()]
    for _ in 1..<100 {
      guard let parent = scopes.randomElement(using: &random) else { continue }
      scopes.append(CancellationScope(parent: parent))
    }
    let order = scopes.indices.shuffled(using: &random)
    let tree = scopes
    try await onThreads(100) { index in
      let started = Deadline.Instant.now
      tree[order[index]].cancel(.failure("\(order[index])"))
      #expect(started.duration(to: .now) < .seconds(30), "no lock waits for another")
    }
    #expect(tree.allSatisfy { $0.interruption != nil })
    // Whoever came first in its line of ancestors is the cause, and stays it.
    let causes = tree.map(\.interruption)
    #expect(tree.map(\.interruption) == causes)
  }

  @Test("C14: a child that cancels itself, and its parent, because the parent is cancelled")
  func reaction() async {
    let parent = CancellationScope()
    let child = CancellationScope(parent: parent)
    let isWaiting = Event()
    let task = Task {
      await withTaskCancellationHandler {
        isWaiting.happen()
        await untilCancelled()
      } onCancel: {
        child.cancel(.failure("child"))
        parent.cancel(.failure("child"))
      }
    }
    await isWaiting.wait()
    parent.cancel(.cancelled)
    task.cancel()
    await task.value
    #expect((parent.interruption, child.interruption) == (.cancelled, .cancelled))
  }

  @Test(
    "C15: through layers of values, scopes and deadlines, values are seen and any layer ends the leaf",
    arguments: 0..<200)
  func layers(seed: UInt64) async {
    var random = SplitMix64(seed: seed)
    let clock = ManualClock()
    let root = clock.makeRoot()
    let kinds = (0..<Int.random(in: 30...60, using: &random)).map { _ in
      Layer.allCases.randomElement(using: &random) ?? .value
    }
    let ended = Int.random(in: 0..<kinds.count, using: &random)
    await descend(kinds[...], below: root, clock, ended: ended, depth: 0, path: [])
  }

  private enum Layer: CaseIterable {
    case value, cancel, timeout
  }

  private func descend(
    _ layers: ArraySlice<Layer>, below scope: CancellationScope, _ clock: ManualClock, ended: Int,
    depth: Int, path: [CancellationScope]
  ) async {
    guard let layer = layers.first else {
      #expect(scope.interruption == nil)
      // The layer that is to end: for one of a value, the scope around it.
      let target = path.prefix(ended + 1).last ?? scope
      target.cancel(.failure("layer \(ended)"))
      #expect(scope.interruption == .failure("layer \(ended)"))
      #expect(Self.jobNumber == depth)
      return
    }
    let inner: CancellationScope
    switch layer {
    case .value: inner = scope
    case .cancel: inner = CancellationScope(parent: scope)
    case .timeout:
      inner = CancellationScope(
        parent: scope, deadline: .after(.seconds(3600 + depth), from: clock.now, label: "\(depth)"))
    }
    await Self.$jobNumber.withValue(depth + 1) {
      await descend(
        layers.dropFirst(), below: inner, clock, ended: ended, depth: depth + 1,
        path: path + [inner])
    }
    #expect(Self.jobNumber == depth, "values outside are what they were")
  }

  @Test("C17: of values the nearest wins, and equal ones under two keys are two")
  func values() {
    Self.$jobNumber.withValue(1) {
      #expect((Self.jobNumber, Self.retryNumber) == (1, 0))
      Self.$jobNumber.withValue(2) {
        #expect((Self.jobNumber, Self.retryNumber) == (2, 0))
      }
      Self.$retryNumber.withValue(1) {
        #expect((Self.jobNumber, Self.retryNumber) == (1, 1))
      }
    }
    #expect(Self.jobNumber == 0)
  }

  @Test("C17: what runs in a window sees the values of whoever opened it")
  func valuesInAWindow() async throws {
    try await withPool(2) { pool in
      try await Self.$jobNumber.withValue(5) {
        try await fanOut(
          over: source(0..<20), width: 3, on: pool,
          process: { _ in
            await Task.yield()
            return Self.jobNumber
          }, collect: { #expect($0 == 5) })
      }
    }
  }
}
