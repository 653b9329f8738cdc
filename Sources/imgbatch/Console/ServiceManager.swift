import ConcurrencyPrimitives
import Glibc
import ImageBatch

/// The service manager that started the process, where there is one: told over the socket that
/// NOTIFY_SOCKET names, as sd_notify(3) describes.
struct ServiceManager: Sendable {
  private let address: sockaddr_un
  private let addressByteCount: socklen_t

  /// The time within which it wants to hear that the process is alive; nil where it does not.
  let watchdogPeriod: Duration?

  /// Nil where nobody listens.
  ///
  /// - Parameter environment: what a variable holds; nil for none.
  init?(environment: (String) -> String? = Self.variable) {
    guard let path = environment("NOTIFY_SOCKET"), path.first == "/" || path.first == "@" else {
      return nil
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // The name of an abstract socket starts with a zero, written as @; it does not end with one.
    let bytes = path.first == "@" ? [0] + path.utf8.dropFirst() : Array(path.utf8)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { target in
      guard bytes.count < target.count else { return false }
      target.copyBytes(from: bytes)
      return true
    }
    guard fits else { return nil }
    self.address = address
    addressByteCount = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    // The variables may be meant for another process, which this one was started by.
    let isMeant = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    watchdogPeriod =
      isMeant
      ? environment("WATCHDOG_USEC").flatMap(Int.init).flatMap { microseconds in
        microseconds > 0 ? .microseconds(microseconds) : nil
      } : nil
  }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Tells it the state, or several, such as `READY=1`. What it does not take is lost, as
  /// sd_notify(3) has it: the work matters more.
  func tell(_ states: String...) {
    let socket = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    var message = states.joined(separator: "\n")
    message.withUTF8 { bytes in
      withUnsafePointer(to: address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          _ = sendto(
            socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT),
            address,
            addressByteCount)
        }
      }
    }
  }

  /// Tells it four times a period that the run is alive: not that this program is, but that its pipeline
  /// turns.
  ///
  /// - Returns: nil where it does not want to hear that.
  func startWatchdog(over batch: Batch) -> Task<Void, Never>? {
    guard let watchdogPeriod else { return nil }
    return Task.detached {
      var turnCount = batch.turn()
      for await _ in Ticker(every: watchdogPeriod / 4) {
        let newCount = batch.turn()
        if newCount != turnCount { tell("WATCHDOG=1") }
        turnCount = newCount
      }
    }
  }
}
