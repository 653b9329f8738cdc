import Glibc
import Testing

/// The socket of a service manager, as sd_notify(3) describes it: what a program says to it.
final class NotificationSocket: Sendable {
  private let descriptor: CInt

  /// What NOTIFY_SOCKET is to be.
  let name: String

  /// - Parameter name: an absolute path, or `@` and the name of an abstract socket.
  init(_ name: String) throws {
    self.name = name
    let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    descriptor = try check(socket(AF_UNIX, kind, 0), "socket")
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isAbstract = name.hasPrefix("@")
    let bytes = isAbstract ? [0] + name.utf8.dropFirst() : Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let byteCount = MemoryLayout<sa_family_t>.size + bytes.count
    let status = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(byteCount))
      }
    }
    try check(status, "bind \(name)")
  }

  deinit { close(descriptor) }

  /// The next message; nil where there is none. Never waits.
  func next() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
    return count >= 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }

  /// All messages that have come and were not taken.
  func rest() -> [String] {
    var messages: [String] = []
    while let message = next() { messages.append(message) }
    return messages
  }

  /// Waits for the next message that is no sign of life.
  func message(
    from child: Child, _ location: SourceLocation = #_sourceLocation
  ) async throws -> String? {
    var message: String?
    try await child.until(location) {
      message = next()
      while message == Self.signOfLife { message = next() }
      return message != nil
    }
    return message
  }

  static let signOfLife = "WATCHDOG=1"
}
