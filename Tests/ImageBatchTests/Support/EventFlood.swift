import Glibc
import SystemPackage
import Testing

/// More events than the kernel queues for one watch.
struct EventFlood {
  /// How many times a file is made and removed.
  private let turnCount: Int

  init() throws {
    let queueLength = try #require(
      TemporaryFolder.bytes(of: "/proc/sys/fs/inotify/max_queued_events")
        .flatMap { Int(String(decoding: $0, as: UTF8.self).filter(\.isNumber)) })
    turnCount = queueLength / 2 + 100
  }

  /// Makes and removes a file that no run looks at until the queue has overflowed.
  ///
  /// - Parameter change: what happens while there is room in the queue.
  func pour(into folder: FilePath, after change: () throws -> Void) throws {
    let noise = folder.appending(".noise")
    for index in 0..<turnCount {
      let file = try FileDescriptor.open(
        noise, .writeOnly, options: .create, permissions: [.ownerReadWrite])
      try file.close()
      if index == 0 { try change() }
      _ = noise.withPlatformString { unlink($0) }
    }
  }
}
