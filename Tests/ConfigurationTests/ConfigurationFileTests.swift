import ConcurrencyPrimitives
import Configuration
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

/// Goes up once.
private final class Flag: Sendable {
  private let state = Atomic(false)

  var isRaised: Bool { state.load(ordering: .acquiring) }

  func raise() { state.store(true, ordering: .releasing) }
}

@Suite("A configuration's file")
struct ConfigurationFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func message(_ path: FilePath) -> String? {
    do throws(ConfigurationError) {
      _ = try ConfigurationFile(at: path)
      return nil
    } catch {
      #expect(error.problems.map(\.line) == [nil])
      return String(error.description.dropFirst(path.string.count + 2))
    }
  }

  @Test("A7: equal contents are told as equal, wherever they stand")
  func equalContents() throws {
    let first = try ConfigurationFile(at: folder.write("workers: 4", to: "a"))
    let second = try ConfigurationFile(at: folder.write("workers: 4", to: "b"))
    let third = try ConfigurationFile(at: folder.write("workers: 5", to: "b"))
    #expect(first.bytes == Array("workers: 4".utf8))
    #expect(first == second)
    #expect(first != third)
  }

  @Test("an empty file, and one of a mebibyte, are read whole")
  func sizes() throws {
    #expect(try ConfigurationFile(at: folder.write("", to: "a")).bytes.isEmpty)
    let text = String(repeating: "#", count: ConfigurationFile.maximumByteCount)
    #expect(try ConfigurationFile(at: folder.write(text, to: "a")).bytes.count == text.utf8.count)
    #expect(
      message(try folder.write(text + "#", to: "b"))
        == "1048577 bytes, which are more than the 1048576 allowed")
  }

  @Test("A6: a file of a gibibyte is refused unread")
  func gibibyte() throws {
    let path = try folder.write("", to: "a")
    #expect(truncate(path.string, 1 << 30) == 0)
    #expect(message(path) == "1073741824 bytes, which are more than the 1048576 allowed")
  }

  @Test("A6: what is no regular file is named, and nothing waits for it")
  func specialFiles() throws {
    let fifo = folder.path.appending("fifo")
    #expect(mkfifo(fifo.string, 0o600) == 0)
    #expect(message(fifo) == "a FIFO, not a regular file")
    #expect(message(folder.path) == "a folder, not a regular file")
    #expect(message("/dev/zero") == "a device, not a regular file")

    let socketPath = folder.path.appending("s")
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.string.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
    #expect(message(socketPath) == "a socket, not a regular file")
  }

  @Test("A6, A7: a file that is missing, unreadable or a loop says so")
  func missing() throws {
    #expect(message(folder.path.appending("none")) == "No such file or directory")
    let loop = folder.path.appending("loop")
    #expect(symlink("loop", loop.string) == 0)
    #expect(message(loop) == "Too many levels of symbolic links")
    if geteuid() != 0 {
      let secret = try folder.write("workers: 4", to: "secret")
      #expect(chmod(secret.string, 0) == 0)
      #expect(message(secret) == "Permission denied")
    }
  }

  @Test("a path that is no UTF-8 is a path")
  func bytesOfPath() throws {
    let source = try folder.write("workers: 4", to: "a")
    let bytes =
      Array(folder.path.string.utf8CString.dropLast()) + [0x2F, CChar(bitPattern: 0xFF), 0]
    let path = FilePath(platformString: bytes)
    #expect(path.withPlatformString { rename(source.string, $0) } == 0)
    #expect(try ConfigurationFile(at: path).bytes == Array("workers: 4".utf8))
  }

  /// A way to replace a content by another.
  enum Replacement: CaseIterable {
    case renaming, swappingLinks, writingOver
  }

  /// Contents of which no beginning or mixture is another: a letter, over and over.
  private static func content(_ index: Int) -> [UInt8] {
    Array(repeating: UInt8(ascii: "a") + UInt8(index % 26), count: 100 + 400 * (index % 26))
  }

  private func replace(_ path: FilePath, _ index: Int, _ replacement: Replacement) throws {
    let bytes = Data(Self.content(index))
    switch replacement {
    case .renaming:
      let next = folder.path.appending("next")
      try bytes.write(to: URL(filePath: next.string))
      try #require(rename(next.string, path.string) == 0)
    case .swappingLinks:
      // As Kubernetes does: the name is a link to a link to a folder, and the folder is swapped.
      let version = folder.path.appending("version\(index % 2)")
      try? FileManager.default.removeItem(atPath: version.string)
      try FileManager.default.createDirectory(
        atPath: version.string, withIntermediateDirectories: false)
      try bytes.write(to: URL(filePath: version.appending("c.yaml").string))
      let next = folder.path.appending("link")
      try #require(symlink(version.string, next.string) == 0)
      try #require(rename(next.string, folder.path.appending("data").string) == 0)
    case .writingOver:
      try bytes.write(to: URL(filePath: path.string))
    }
  }

  @Test(
    "A7: a file that is replaced again and again is read whole or not at all",
    arguments: [Replacement.renaming, .swappingLinks])
  func tornReads(replacement: Replacement) async throws {
    let path = folder.path.appending("c.yaml")
    if replacement == .swappingLinks {
      try #require(symlink("data/c.yaml", path.string) == 0)
    }
    try replace(path, 0, replacement)
    let isDone = Flag()
    // Two threads of their own, lest one of them be kept waiting until the other has ended.
    let pool = try WorkerPool(threadCount: 2, name: "replacing")
    defer { pool.shutdown() }
    try await withThrowingTaskGroup { group in
      group.addTask(executorPreference: pool) {
        defer { isDone.raise() }
        for index in 1...300 { try replace(path, index, replacement) }
      }
      group.addTask(executorPreference: pool) {
        var readCount = 0
        while !isDone.isRaised {
          guard let file = try? ConfigurationFile(at: path) else { continue }
          readCount += 1
          let first = try #require(file.bytes.first)
          #expect(file.bytes == Self.content(Int(first - UInt8(ascii: "a"))))
        }
        #expect(readCount > 0)
      }
      try await group.waitForAll()
    }
  }

  @Test("A7: a file written over between two reads is another; deleted, it is missing")
  func writtenOver() throws {
    let path = folder.path.appending("c.yaml")
    try replace(path, 1, .writingOver)
    let first = try ConfigurationFile(at: path)
    try replace(path, 2, .writingOver)
    let second = try ConfigurationFile(at: path)
    #expect(first.bytes == Self.content(1) && second.bytes == Self.content(2))
    #expect(first.bytes != second.bytes)
    try replace(path, 1, .writingOver)
    #expect(try ConfigurationFile(at: path).bytes == first.bytes)
    #expect(unlink(path.string) == 0)
    #expect(message(path) == "No such file or directory")
  }

  @Test("A7: a file that never stays the same while it is read is told so")
  func restless() throws {
    // The kernel makes this one anew for each read, and says that it is empty.
    #expect(message("/proc/self/status") == "changed while it was read")
  }
}
