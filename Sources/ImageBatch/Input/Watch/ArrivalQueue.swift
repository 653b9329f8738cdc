import ConcurrencyPrimitives
import SystemPackage

/// The files that have come and were not worked on since: each once, in the order of their coming.
struct ArrivalQueue {
  /// More than this are not kept one by one.
  private let capacity: Int

  private var queue: [FilePath] = []
  private var head = 0
  private var waiting: Set<FilePath> = []

  init(capacity: Int) { self.capacity = capacity }

  /// - Returns: false where there is no room.
  mutating func insert(_ path: FilePath) -> Bool {
    guard !waiting.contains(path) else { return true }
    guard queue.count - head < capacity else { return false }
    insertBeyondCapacity(path)
    return true
  }

  /// For what comes again, of which there is no more than is worked on at once.
  mutating func insertBeyondCapacity(_ path: FilePath) {
    if waiting.insert(path).inserted { queue.append(path) }
  }

  mutating func remove(_ path: FilePath) { waiting.remove(path) }

  mutating func popFirst() -> FilePath? {
    while head < queue.count {
      let path = queue[head]
      head += 1
      if head == queue.count {
        queue.removeAll(keepingCapacity: head < 1024)
        head = 0
      }
      if waiting.remove(path) != nil { return path }
    }
    return nil
  }
}
