import TestSupport
import Testing

@testable import ConcurrencyPrimitives

@Suite(.timeLimit(.minutes(5))) struct BlockingQueueTests {
  private let queue = BlockingQueue<Int>()

  @Test("elements come in their order, and what is put in front comes first")
  func order() {
    for element in 1...3 { #expect(queue.append(element)) }
    #expect(queue.prepend(0))
    #expect((0...3).map { _ in queue.next() } == [0, 1, 2, 3])
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
    #expect(!queue.append(2) && !queue.prepend(2))
    let found = Log<Int?>()
    try await onThreads(4) { _ in
      while let element = queue.next() { found.append(element) }
      found.append(nil)
    }
    #expect(found.entries.compactMap(\.self) == [1])
    #expect(found.entries.count == 5)
  }
}
