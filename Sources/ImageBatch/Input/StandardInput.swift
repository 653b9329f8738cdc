import Glibc
import ImageCodecs
import SystemPackage

/// Standard input, or another descriptor that has no size and may keep one waiting.
enum StandardInput {
  /// Reads a descriptor to its end into memory.
  ///
  /// - Parameters:
  ///   - limit: the most bytes that there may be.
  ///   - check: asked ten times a second whether to go on; what it throws ends the wait.
  /// - Throws: `Errno` of read(2), `ReadError` beyond the limit, `AllocationError`.
  static func readAll(
    from descriptor: CInt = STDIN_FILENO, atMost limit: Int = .max, check: () throws -> Void
  ) throws -> EncodedBytes {
    let bytes = EncodedBytes()
    while true {
      try check()
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard try retryOnInterrupt({ poll(&waiting, 1, 100) }) > 0 else { continue }
      let room = try bytes.reserve(1 << 16)
      let count = try retryOnInterrupt { read(descriptor, room.baseAddress, room.count) }
      guard count > 0 else { return bytes }
      bytes.commit(count)
      guard bytes.count <= limit else { throw ReadError.tooLong(limit: limit) }
    }
  }
}
