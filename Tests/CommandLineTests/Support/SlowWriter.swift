import Glibc

/// Somebody who writes a file piece by piece.
final class SlowWriter {
  private var descriptor: CInt

  init(_ path: ByteString) throws {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    descriptor = try check(path.withCString { open($0, flags, 0o644) }, "open \(path)")
  }

  deinit { close() }

  func write(_ bytes: some Collection<UInt8>) throws {
    let bytes = Array(bytes)
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    try check(count, "write")
  }

  func write(_ text: String) throws { try write(text.utf8) }

  func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }
}
