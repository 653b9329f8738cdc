import Glibc

/// Bytes on the heap from an allocator that can say no, unlike an `Array`, which ends the process.
///
/// The memory is aligned to 64 bytes (a cache line, the widest vector) and not cleared.
public struct ByteBuffer: ~Copyable {
  /// What the allocator gave.
  private let block: UnsafeMutableRawPointer
  /// Its first byte that is aligned.
  private let base: UnsafeMutableRawPointer

  /// The number of bytes asked for.
  public let count: Int

  /// - Throws: `AllocationError` where the system has no memory left, or `count` is negative.
  public init(count: Int) throws(AllocationError) {
    // Not posix_memalign(3): glibc keeps small blocks at hand for malloc alone, which takes a tenth
    // of the time then.
    let alignment = 64
    let (byteCount, overflow) = count.addingReportingOverflow(alignment)
    guard count >= 0, !overflow, let memory = malloc(byteCount) else {
      throw AllocationError(byteCount: count)
    }
    block = memory
    base = memory.alignedUp(toMultipleOf: alignment)
    self.count = count
  }

  deinit { free(block) }

  /// The bytes, for kernels and codecs; they live as long as the buffer.
  public var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base, count: count)
  }

  /// The byte at that offset, and those behind it.
  package func pointer(at offset: Int) -> UnsafeMutablePointer<UInt8> {
    precondition(offset >= 0 && offset <= count)
    return (base + offset).assumingMemoryBound(to: UInt8.self)
  }
}

/// The system would not give the memory that was asked for.
public struct AllocationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes that were asked for.
  public let byteCount: Int

  /// The refusal of so many bytes.
  public init(byteCount: Int) { self.byteCount = byteCount }

  /// A sentence for people.
  public var description: String { "out of memory: \(byteCount) bytes were asked for" }
}
