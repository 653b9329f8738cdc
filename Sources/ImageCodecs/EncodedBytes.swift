import Glibc
public import Raster

// @unchecked Sendable: one worker appends; after the hand-over nobody does. The hand-over is the
// synchronisation.
/// The bytes of an encoded picture as they grow, from an allocator that can say no.
///
/// A reference, since it travels with a job's result from a worker to the writer.
public final class EncodedBytes: @unchecked Sendable {
  private var block: KeptBlocks.Block?
  private var base: UnsafeMutableRawPointer? { block?.base }
  private var capacity: Int { block?.byteCount ?? 0 }
  // What only this module sees the compiler can prove to be used by one at a time, and needs not
  // check when it runs.
  private var usedCount = 0

  /// The bytes that stand here.
  public var count: Int { usedCount }

  /// No bytes yet.
  public init() {}

  deinit { letGo() }

  /// The bytes, until the next `append` or the end of this object.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Makes room for `additionalCount` more bytes and returns it; `commit` says how many of them
  /// were written.
  ///
  /// - Throws: `AllocationError`.
  public func reserve(_ additionalCount: Int) throws(AllocationError)
    -> UnsafeMutableRawBufferPointer
  {
    let (needed, overflow) = count.addingReportingOverflow(additionalCount)
    guard !overflow, additionalCount >= 0 else {
      throw AllocationError(byteCount: additionalCount)
    }
    if needed > capacity {
      try grow(to: max(needed, capacity < Int.max / 2 ? capacity * 2 : needed, 4096))
    }
    return UnsafeMutableRawBufferPointer(start: base.map { $0 + count }, count: additionalCount)
  }

  private func grow(to byteCount: Int) throws(AllocationError) {
    if let kept = KeptBlocks.shared.take(byteCount) {
      if let base { kept.base.copyMemory(from: base, byteCount: usedCount) }
      letGo()
      block = kept
      return
    }
    if var old = block {
      KeptBlocks.shared.forget(&old)
      block = old
    }
    guard let memory = realloc(base, byteCount) else {
      throw AllocationError(byteCount: byteCount)
    }
    block = KeptBlocks.Block(base: memory, byteCount: byteCount)
  }

  private func letGo() {
    if let block { KeptBlocks.shared.letGo(block) }
    block = nil
  }

  /// Adds a copy of another's bytes, which lives until then.
  ///
  /// - Throws: `AllocationError`.
  func append(_ other: EncodedBytes) throws(AllocationError) {
    defer { withExtendedLifetime(other) {} }
    try append(other.bytes)
  }

  /// Counts `count` bytes of what `reserve` gave as written.
  public func commit(_ count: Int) {
    precondition(count >= 0 && count <= capacity - self.count)
    usedCount += count
  }

  /// Drops the bytes, and gives their room back.
  func free() {
    letGo()
    usedCount = 0
  }

  /// Drops the bytes, and keeps their room.
  func clear() { usedCount = 0 }

  /// Adds a copy of `source`.
  ///
  /// - Throws: `AllocationError`.
  public func append(_ source: UnsafeRawBufferPointer) throws(AllocationError) {
    try reserve(source.count).copyMemory(from: source)
    commit(source.count)
  }
}
