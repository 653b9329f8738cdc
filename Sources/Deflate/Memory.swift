import Glibc

/// Room for elements on the heap, from an allocator that can say no.
struct Memory<Element: BitwiseCopyable>: ~Copyable {
  let base: UnsafeMutablePointer<Element>

  /// - Throws: `.outOfMemory`.
  init(_ capacity: Int) throws(DeflateError) {
    let byteCount = max(1, capacity) * MemoryLayout<Element>.stride
    guard let memory = malloc(byteCount) else { throw .outOfMemory(byteCount: byteCount) }
    base = memory.bindMemory(to: Element.self, capacity: max(1, capacity))
  }

  deinit { free(base) }
}
