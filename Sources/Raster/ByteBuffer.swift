import Glibc

/// Bytes on the heap from an allocator that can say no, unlike an `Array`, which ends the process.
///
/// The memory is aligned to 64 bytes (a cache line, the widest vector) and not cleared.
public struct ByteBuffer: ~Copyable {
  private let base: UnsafeMutableRawPointer

  /// The number of bytes asked for.
  public let count: Int

  /// - Throws: `AllocationError` where the system has no memory left, or `count` is negative.
  public init(count: Int) throws(AllocationError) {
    let alignment = 64
    var memory: UnsafeMutableRawPointer?
    guard count >= 0, posix_memalign(&memory, alignment, max(count, 1)) == 0, let memory else {
      throw AllocationError(byteCount: count)
    }
    base = memory
    self.count = count
  }

  deinit { free(base) }

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
