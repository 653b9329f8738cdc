import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(5))) struct BlockingQueueTests {
  private let queue = BlockingQueue<Int>()

  @Test("elements come in their order, what is urgent before the others")
  func order() {
    for element in 3...5 { #expect(queue.append(element)) }
    for element in 1...2 { #expect(queue.append(element, isUrgent: true)) }
    #expect((1...5).map { _ in queue.next() } == [1, 2, 3, 4, 5])
  }

  @Test("to one with patience urgent elements come once no more than so many others are left")
  func patience() {
    for element in [1, 2, 3, 6] { #expect(queue.append(element)) }
    for element in 4...5 { #expect(queue.append(element, isUrgent: true)) }
    #expect((1...6).map { _ in queue.next(patience: 2) } == [1, 2, 3, 4, 5, 6])
    for patience in [0, 1] {
      #expect(queue.append(7, isUrgent: true))
      #expect(queue.next(patience: patience) == 7)
    }
  }

  @Test("a dismissal goes before what is queued, which stays")
  func dismissal() {
    #expect(queue.append(1))
    queue.dismiss(2)
    #expect(queue.next() == nil)
    #expect(queue.next() == nil)
    #expect(queue.next() == 1)
  }

  @Test("dismissals that were taken back wake in vain, and nothing else")
  func takenBack() {
    queue.dismiss(3)
    #expect(queue.takeBackDismissals(2) == 2)
    #expect(queue.append(1))
    #expect(queue.next() == nil)
    #expect(queue.takeBackDismissals(1) == 0)
    #expect(queue.append(2))
    #expect([queue.next(), queue.next()] == [1, 2])
    queue.close()
    #expect(queue.next() == nil)
  }

  @Test("who came last is woken first")
  func lastComesFirst() async throws {
    let found = Log<[Int]>()
    try await onThreads(3) { index in
      if index < 2 {
        // The second comes when the first one sleeps.
        while self.queue.sleeperCount < index { sched_yield() }
        while let element = self.queue.next() { found.append([index, element]) }
      } else {
        for element in 1...3 {
          while self.queue.sleeperCount < 2 { sched_yield() }
          #expect(self.queue.append(element))
        }
        while self.queue.sleeperCount < 2 { sched_yield() }
        self.queue.close()
      }
    }
    #expect(found.entries == [[1, 1], [1, 2], [1, 3]])
  }

  @Test("nothing is left lying while somebody sleeps", arguments: [1, 2, 7])
  func nothingIsLeft(consumerCount: Int) async throws {
    let (rounds, burst) = (2000, 5)
    let taken = Atomic(0)
    try await onThreads(consumerCount + 1) { index in
      guard index == consumerCount else {
        while self.queue.next() != nil { taken.add(1, ordering: .relaxed) }
        return
      }
      for round in 1...rounds {
        for element in 0..<burst { #expect(self.queue.append(element, isUrgent: element == 3)) }
        // Only those who come for them can take them.
        while taken.load(ordering: .relaxed) < round * burst { sched_yield() }
      }
      self.queue.close()
    }
    #expect(taken.load(ordering: .relaxed) == rounds * burst)
  }

  @Test("once it is closed what is queued comes out, and then everybody is let go")
  func closing() async throws {
    #expect(queue.append(1))
    queue.dismiss(1)
    queue.close()
    #expect(!queue.append(2) && !queue.append(2, isUrgent: true))
    let found = Log<Int?>()
    try await onThreads(4) { _ in
      while let element = queue.next() { found.append(element) }
      found.append(nil)
    }
    #expect(found.entries.compactMap(\.self) == [1])
    #expect(found.entries.count == 5)
  }
}
