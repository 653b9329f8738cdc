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
