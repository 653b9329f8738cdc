import Glibc
import SystemPackage

/// The bytes of one input, wherever they are.
enum InputBytes {
  case file(InputFile)
  case memory([UInt8])

  var byteCount: Int {
    switch self {
    case .file(let file): file.byteCount
    case .memory(let bytes): bytes.count
    }
  }

  /// Reads bytes at an offset; 0 at the end.
  ///
  /// - Throws: `ReadError`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadError) -> Int {
    switch self {
    case .file(let file):
      return try file.read(at: offset, into: buffer)
    case .memory(let bytes):
      let end = min(offset + buffer.count, bytes.count)
      guard offset < end else { return 0 }
      buffer.copyBytes(from: bytes[offset..<end])
      return end - offset
    }
  }

  /// - Throws: `ReadError.changed` where the file is no longer what it was.
  func checkUnchanged() throws(ReadError) {
    if case .file(let file) = self { try file.checkUnchanged() }
  }
}

/// The streams that a process is started with.
enum StandardStream {
  /// All of standard input.
  ///
  /// - Throws: `ReadError`; also where there is more than `limit` bytes.
  static func readAll(atMost limit: Int) throws(ReadError) -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      try readAll(from: STDIN_FILENO) { chunk in
        bytes.append(contentsOf: chunk)
        return bytes.count <= limit
      }
    } catch {
      throw ReadError(error)
    }
    guard bytes.count <= limit else { throw .tooLong(limit: limit) }
    return bytes
  }

  /// Reads a descriptor to its end, or until `body` has enough. See read(2).
  static func readAll(
    from descriptor: CInt, _ body: (UnsafeRawBufferPointer) -> Bool
  ) throws(Errno) {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let count = try retryOnInterrupt { read(descriptor, chunk.baseAddress, chunk.count) }
      guard count > 0, body(UnsafeRawBufferPointer(rebasing: chunk[..<count])) else { return }
    }
  }

  /// Writes all bytes to standard output. See write(2).
  static func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    var rest = bytes
    while !rest.isEmpty {
      let count = try retryOnInterrupt { Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}
