import Glibc
import ImageCodecs
import SystemPackage

/// The bytes of one input, wherever they are.
enum InputBytes {
  case file(InputFile)
  case memory(EncodedBytes)

  var byteCount: Int {
    switch self {
    case .file(let file): file.byteCount
    case .memory(let bytes): bytes.count
    }
  }

  /// What of it stands in memory.
  var heldByteCount: Int {
    switch self {
    case .file: 0
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
    case .memory(let held):
      let rest = held.bytes.dropFirst(offset).prefix(buffer.count)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest))
      return rest.count
    }
  }

  /// - Throws: `ReadError.changed` where the file is no longer what it was.
  func checkUnchanged() throws(ReadError) {
    if case .file(let file) = self { try file.checkUnchanged() }
  }

  /// Whether it is not what it was when it was opened, or is being written to.
  var isSuperseded: Bool {
    guard case .file(let file) = self else { return false }
    do {
      try file.checkUnchanged()
      return file.hasWriter == true
    } catch {
      return true
    }
  }
}
