import Glibc
import Synchronization

/// Large blocks of memory that were let go, for the next picture that needs one.
///
/// The system gives a large block page by page, as each is touched for the first time, and takes
/// longer over that than it takes to fill them. A block that was used before takes memory in all its
/// length, which the estimate of a job does not count. So there are only so many, for all threads
/// together, whether they wait or are in use again.
final class KeptBlocks: Sendable {
  /// Those of the process.
  static let shared = KeptBlocks(maximumByteCount: 16 << 20)

  // @unchecked Sendable: who has a block has its memory to himself.
  /// Memory of malloc(3).
  struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// Whether it was used before, and counts.
    fileprivate(set) var isLent = false

    /// New memory.
    init(base: UnsafeMutableRawPointer, byteCount: Int) {
      self.base = base
      self.byteCount = byteCount
    }
  }

  private struct State {
    var waiting: [Block] = []
    /// Of the blocks that wait, and of those that were lent.
    var byteCount = 0
  }

  /// Below, the allocator does as well by itself.
  static let leastByteCount = 1 << 20

  private let maximumByteCount: Int
  private let state = Mutex(State())

  /// - Parameter maximumByteCount: the most bytes that its blocks have.
  init(maximumByteCount: Int) { self.maximumByteCount = maximumByteCount }

  deinit {
    for block in state.withLock({ $0.waiting }) { free(block.base) }
  }

  /// A block with room for so many bytes, and for no more than a quarter beyond; nil where there is
  /// none.
  func take(_ byteCount: Int) -> Block? {
    guard byteCount >= Self.leastByteCount, byteCount <= maximumByteCount else { return nil }
    return state.withLock { state in
      let fitting = state.waiting.firstIndex {
        (byteCount...byteCount + byteCount / 4).contains($0.byteCount)
      }
      guard let fitting else { return nil }
      var block = state.waiting.remove(at: fitting)
      block.isLent = true
      return block
    }
  }

  /// Counts a block no longer that goes another way.
  func forget(_ block: inout Block) {
    guard block.isLent else { return }
    block.isLent = false
    let byteCount = block.byteCount
    state.withLock { $0.byteCount -= byteCount }
  }

  /// Keeps a block, or frees it.
  func letGo(_ block: Block) {
    var block = block
    forget(&block)
    if !keep(block) { free(block.base) }
  }

  /// In the place of those that have waited longest, where there is no room besides.
  private func keep(_ block: Block) -> Bool {
    guard block.byteCount >= Self.leastByteCount else { return false }
    return state.withLock { state in
      let waitingByteCount = state.waiting.reduce(0) { $0 + $1.byteCount }
      let room = maximumByteCount - state.byteCount
      guard block.byteCount <= room + waitingByteCount else { return false }
      while block.byteCount > maximumByteCount - state.byteCount {
        let oldest = state.waiting.removeFirst()
        state.byteCount -= oldest.byteCount
        free(oldest.base)
      }
      state.byteCount += block.byteCount
      state.waiting.append(block)
      return true
    }
  }
}
