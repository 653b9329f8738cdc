/// A first-in, first-out queue; every operation costs amortised O(1).
///
/// Two stacks: what comes in is pushed on one, and turned over onto the other when that has run out.
/// `Array.removeFirst` would move all that remains each time.
struct FIFO<Element> {
  private var incoming: [Element] = []
  private var outgoing: [Element] = []

  /// Adds an element at the end.
  mutating func append(_ element: Element) {
    incoming.append(element)
  }

  /// How many elements there are.
  var count: Int { incoming.count + outgoing.count }

  /// Removes and returns the first element.
  mutating func popFirst() -> Element? {
    if outgoing.isEmpty {
      swap(&incoming, &outgoing)
      outgoing.reverse()
    }
    return outgoing.popLast()
  }
}
