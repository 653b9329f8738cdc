import CLinuxShim
import Glibc
package import SystemPackage

extension Errno {
  /// Whether there was no descriptor to be had.
  var isDescriptorShortage: Bool { self == .tooManyOpenFiles || self == .tooManyOpenFilesInSystem }

  /// What errno(3) holds.
  static var current: Errno { Errno(rawValue: errno) }

  /// The constant's name: `ENOENT`. See strerrorname_np(3).
  var name: String {
    linux_error_name(rawValue).map { String(cString: $0) } ?? "errno \(rawValue)"
  }
}

/// Calls a system function again for as long as a signal interrupts it.
///
/// - Returns: its result, which is not -1.
/// - Throws: what errno(3) says.
func retryOnInterrupt<Result: FixedWidthInteger>(_ call: () -> Result) throws(Errno) -> Result {
  while true {
    let result = call()
    guard result == -1 else { return result }
    let cause = Errno.current
    guard cause == .interrupted else { throw cause }
  }
}

/// Calls a system function that takes a descriptor again while none is to be had, since running
/// jobs give theirs back: those on other threads.
///
/// - Throws: what the call throws; the shortage itself only after two seconds of it.
func waitingForDescriptors<Result>(
  _ call: () throws(Errno) -> Result
) throws(Errno) -> Result {
  let pause: useconds_t = 10_000
  var patience = 200
  while true {
    do {
      return try call()
    } catch  where patience > 0 && error.isDescriptorShortage {
      patience -= 1
      usleep(pause)
    }
  }
}

/// Writes all of the bytes, and waits where the descriptor is one that does not block.
///
/// - Throws: what write(2) or poll(2) says.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) throws(Errno) {
  var rest = bytes
  while !rest.isEmpty {
    let count = write(descriptor, rest.baseAddress, rest.count)
    guard count < 0 else {
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      continue
    }
    switch Errno.current {
    case .interrupted: break
    case .wouldBlock:
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&waiting, 1, -1)
    case let cause: throw cause
    }
  }
}
