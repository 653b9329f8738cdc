import Glibc
import Synchronization

/// Large blocks of memory that were let go, for the next picture that needs one.
///
/// The system gives a large block page by page, as each is touched for the first time, and takes
/// longer over that than it takes to fill them. What is kept, for all threads together, is bounded: it
/// is outside of the memory that jobs are admitted by.
final class KeptBlocks: Sendable {
  /// Those of the process.
  static let shared = KeptBlocks(maximumByteCount: 8 << 20)

  // @unchecked Sendable: who has a block has its memory to himself.
  /// Memory of malloc(3).
  struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
  }

  /// Below, the allocator does as well by itself.
  static let leastByteCount = 1 << 20

  private let maximumByteCount: Int
  private let blocks = Mutex<[Block]>([])

  /// - Parameter maximumByteCount: the most that is kept.
  init(maximumByteCount: Int) { self.maximumByteCount = maximumByteCount }

  deinit {
    for block in blocks.withLock(\.self) { free(block.base) }
  }

  /// A block with room for so many bytes, and for no more than four times as many; nil where there
  /// is none.
  func take(_ byteCount: Int) -> Block? {
    guard byteCount >= Self.leastByteCount, byteCount <= maximumByteCount else { return nil }
    return blocks.withLock { blocks in
      let fitting = blocks.firstIndex { (byteCount...4 * byteCount).contains($0.byteCount) }
      return fitting.map { blocks.remove(at: $0) }
    }
  }

  /// Keeps a block, or frees it.
  func letGo(_ block: Block) {
    if !keep(block) { free(block.base) }
  }

  private func keep(_ block: Block) -> Bool {
    guard block.byteCount >= Self.leastByteCount else { return false }
    return blocks.withLock { blocks in
      let total = blocks.reduce(block.byteCount) { $0 + $1.byteCount }
      guard total <= maximumByteCount else { return false }
      blocks.append(block)
      return true
    }
  }
}
