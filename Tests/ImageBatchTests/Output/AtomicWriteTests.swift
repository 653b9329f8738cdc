import ConcurrencyPrimitives
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Atomic writes") struct AtomicWriteTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ bytes: [UInt8], as name: String = "a", isDurable: Bool = false
  ) throws {
    try Self.write(bytes, as: name, in: folder.path, isDurable: isDurable)
  }

  private static func write(
    _ bytes: [UInt8], as name: String, in path: FilePath, isDurable: Bool = false
  ) throws {
    let place = AtomicWrite(
      directory: try Directory(path: path), name: FileName(name), isDurable: isDurable)
    try bytes.withUnsafeBytes { try place($0) }
  }

  @Test("a new file has all its bytes", arguments: [0, 1, 4096, 1_000_003], [false, true])
  func newFile(byteCount: Int, isDurable: Bool) throws {
    let bytes = Pictures.samples(byteCount, seed: byteCount)
    try write(bytes, isDurable: isDurable)
    #expect(folder.contents() == ["a": bytes])
  }

  @Test(
    "an old file is replaced, and its other names keep the old bytes", arguments: [false, true])
  func replacement(isDurable: Bool) throws {
    try folder.write([1, 2, 3], to: "a")
    #expect(Glibc.link(folder["a"].string, folder["keep"].string) == 0)
    try write([4, 5], isDurable: isDurable)
    #expect(folder.contents() == ["a": [4, 5], "keep": [1, 2, 3]])
  }

  @Test("a link in the file's place is replaced, and what it leads to stays as it is")
  func linkInPlace() throws {
    try folder.write([1, 2, 3], to: "victim")
    try folder.link("a", to: "victim")
    try folder.link("b", to: "nowhere")
    try write([4])
    try write([5], as: "b")
    #expect(folder.contents() == ["a": [4], "b": [5], "victim": [1, 2, 3]])
    #expect((folder.status("a")?.st_mode ?? 0) & S_IFMT == S_IFREG)
  }

  @Test("a folder in the file's place is an error, and nothing is left behind")
  func folderInPlace() throws {
    try folder.write([1], to: "a/inside")
    #expect(throws: Errno.isDirectory) { try write([2]) }
    #expect(folder.tree() == ["a/", "a/inside"])
  }

  @Test("a folder that is gone is an error")
  func folderGone() throws {
    let directory = try Directory(path: folder.makeFolder("gone"))
    #expect(rmdir(folder["gone"].string) == 0)
    let place = AtomicWrite(directory: directory, name: FileName("a"), isDurable: false)
    #expect(throws: Errno.self) {
      try [UInt8](repeating: 0, count: 9).withUnsafeBytes { try place($0) }
    }
  }

  @Test("a name that is too long is an error, and nothing is left behind")
  func longName() throws {
    try write([1], as: String(repeating: "n", count: 255))
    #expect(throws: Errno.fileNameTooLong) {
      try write([1], as: String(repeating: "n", count: 256))
    }
    #expect(folder.tree().count == 1)
  }

  @Test(
    "the mode is what the umask leaves of 0666, also for a replacement",
    arguments: [0o022, 0o077, 0o000, 0o777] as [mode_t])
  func mode(mask: mode_t) async throws {
    try folder.write([], to: "old")
    let path = folder.path
    try await onOwnThread {
      // A mask of this thread's own: it belongs to all threads otherwise.
      try OwnThread.separateFileSystemState()
      umask(mask)
      try Self.write([1], as: "new", in: path)
      try Self.write([1], as: "old", in: path)
    }
    for name in ["new", "old"] as [FilePath] {
      #expect((folder.status(name)?.st_mode ?? 0) & 0o7777 == 0o666 & ~mask)
    }
  }

  @Test(
    "a full device is an error; nothing is left behind, and what stood there stays",
    .enabled("needs root, to mount") { await Mounts.areAllowed() })
  func fullDevice() async throws {
    let device = try await Mounts.smallDevice(byteCount: 64 << 10, mountedOn: folder.path)
    let bytes = [UInt8](repeating: 7, count: 1 << 20)
    try Self.write([1, 2, 3], as: "old", in: device)
    for name in ["old", "new"] {
      #expect(throws: Errno.noSpace) { try Self.write(bytes, as: name, in: device) }
    }
    #expect(TemporaryFolder.bytes(of: device.appending("old")) == [1, 2, 3])
    let names = try FolderListing(of: Directory(path: device)) { _, _ in true }.count
    #expect(names == 1)
    // All of the room is free again.
    try Self.write([UInt8](repeating: 7, count: 48 << 10), as: "new", in: device)
  }

  @Test(
    "where an unnamed file cannot be given a name, a temporary name takes its place",
    .enabled("needs root, to hide /proc") { await Mounts.areAllowed() })
  func withoutUnnamedFiles() async throws {
    try folder.write([1], to: "old")
    try folder.write([2], to: "folder/inside")
    let path = folder.path
    try await Mounts.inNamespace {
      try Mounts.mountMemory(on: "/proc")
      try Self.write([3], as: "old", in: path)
      try Self.write([4], as: "new", in: path, isDurable: true)
      #expect(throws: Errno.isDirectory) { try Self.write([5], as: "folder", in: path) }
    }
    #expect(folder.contents() == ["old": [3], "new": [4], "folder/inside": [2]])
  }

  @Test("who reads while the file is replaced sees an old file or a new one, whole")
  func readers() async throws {
    let byteCount = 64 << 10
    let isDone = Event()
    let (folder, path) = (folder, folder["a"])
    try write([UInt8](repeating: 0, count: byteCount))
    try await withPool(2) { pool in
      let reader = Task(executorPreference: pool) {
        var readCount = 0
        var partialCount = 0
        while !isDone.isPast {
          let bytes = TemporaryFolder.bytes(of: path) ?? []
          let isWhole = bytes.count == byteCount && bytes.first == bytes.last
          partialCount += isWhole ? 0 : 1
          readCount += 1
        }
        return (readCount, partialCount)
      }
      let writer = Task(executorPreference: pool) {
        defer { isDone.happen() }
        for round in 1...500 {
          try Self.write(
            [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: byteCount), as: "a",
            in: folder.path)
        }
      }
      try await writer.value
      let (readCount, partialCount) = await reader.value
      #expect(readCount > 0)
      #expect(partialCount == 0)
    }
    #expect(folder.tree() == ["a"])
  }

  @Test("only what the next file would meet, too, is a failure of the device")
  func deviceFailures() {
    let failures = [ENOSPC, EIO, EROFS, EDQUOT, EFBIG, ENODEV, ESTALE]
    for number in 1...133 as ClosedRange<CInt> {
      #expect(Errno(rawValue: number).isDeviceFailure == failures.contains(number))
    }
  }
}
