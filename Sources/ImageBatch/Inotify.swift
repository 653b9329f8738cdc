import Glibc
package import SystemPackage

/// What happens in folders, told by the kernel: see inotify(7).
package final class Inotify: Sendable {
  /// A folder that is watched.
  package typealias Watch = CInt

  /// What happened.
  package struct Event: Sendable {
    /// Where; -1 for `overflowed`.
    let watch: Watch
    /// The bits of inotify(7).
    let mask: UInt32
    /// The name in the folder; nil for the folder itself.
    let name: FileName?

    /// More happened than the queue could hold.
    var overflowed: Bool { has(IN_Q_OVERFLOW) }

    var isFolder: Bool { has(Int(IN_ISDIR)) }

    func has(_ bit: Int) -> Bool { mask & UInt32(truncatingIfNeeded: bit) != 0 }
    func has(_ bit: CInt) -> Bool { has(Int(bit)) }
  }

  private let descriptor: CInt

  /// - Throws: `Errno`, such as EMFILE where the user has too many already.
  package init() throws(Errno) {
    descriptor = try retryOnInterrupt { inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC)) }
  }

  deinit { close(descriptor) }

  /// Watches a folder for names that come, go, or are closed by a writer.
  ///
  /// - Returns: the watch: for a folder that is watched already, the same.
  /// - Throws: `Errno`: ENOSPC where the user may watch no more.
  package func watch(_ path: FilePath) throws(Errno) -> Watch {
    let events = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
    return try retryOnInterrupt {
      path.withPlatformString {
        inotify_add_watch(descriptor, $0, UInt32(events) | UInt32(IN_ONLYDIR))
      }
    }
  }

  /// Watches an open folder, whatever its path is by now.
  func watch(_ directory: Directory) throws(Errno) -> Watch {
    try watch(FilePath("/proc/self/fd/\(directory.descriptor)"))
  }

  /// Stops watching; what has happened already may still be told.
  func remove(_ watch: Watch) { inotify_rm_watch(descriptor, watch) }

  /// What has happened since the last time; empty where nothing has. Never waits.
  package func events() throws(Errno) -> [Event] {
    var events: [Event] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: 1 << 16, alignment: MemoryLayout<inotify_event>.alignment)
    defer { buffer.deallocate() }
    while true {
      let count: Int
      do {
        count = try retryOnInterrupt { read(descriptor, buffer.baseAddress, buffer.count) }
      } catch {
        guard error == .wouldBlock else { throw error }
        return events
      }
      var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      while let (event, byteCount) = Self.event(at: rest) {
        events.append(event)
        rest = UnsafeRawBufferPointer(rebasing: rest[byteCount...])
      }
    }
  }

  /// The event that the bytes start with, and how many of them it takes.
  private static func event(at bytes: UnsafeRawBufferPointer) -> (Event, byteCount: Int)? {
    let headerByteCount = MemoryLayout<inotify_event>.size
    guard bytes.count >= headerByteCount else { return nil }
    let header = bytes.loadUnaligned(as: inotify_event.self)
    let byteCount = headerByteCount + Int(header.len)
    guard bytes.count >= byteCount else { return nil }
    let name = bytes[headerByteCount..<byteCount].prefix { $0 != 0 }
    let event = Event(
      watch: header.wd, mask: header.mask,
      name: name.isEmpty
        ? nil : FileName(zeroTerminated: name.map { CChar(bitPattern: $0) } + [0]))
    return (event, byteCount)
  }

  /// Waits until something has happened.
  ///
  /// - Returns: whether it has, rather than the time run out.
  package func wait(atMost duration: Duration) -> Bool {
    var target = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&target, 1, CInt(duration / .milliseconds(1))) == 1
  }
}
