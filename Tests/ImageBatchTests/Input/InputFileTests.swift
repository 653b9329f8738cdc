import Glibc
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Input files", .timeLimit(.minutes(15))) struct InputFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(_ name: String, followingLinks: Bool = false) throws -> InputFile? {
    let opened = try InputFile.open(
      FileName(name), in: Directory(path: folder.path), followingLinks: followingLinks)
    return if case .file(let file) = opened { file } else { nil }
  }

  @Test("what is no regular file is told apart, without blocking or touching it")
  func notRegular() throws {
    try folder.write([1, 2, 3], to: "file")
    try folder.makeFolder("folder")
    try folder.makePipe("pipe")
    try folder.link("link", to: "file")
    try folder.link("device", to: "/dev/zero")
    try makeSocket(folder["socket"])
    for name in ["folder", "pipe", "link", "device", "socket"] {
      #expect(try open(name) == nil)
    }
    #expect(try open("file")?.byteCount == 3)
    #expect(try open("link", followingLinks: true)?.byteCount == 3)
    #expect(try open("device", followingLinks: true) == nil)
    let error = #expect(throws: ReadError.self) { try open("nothing") }
    #expect(error?.code == "ENOENT")
  }

  @Test("bytes are read at any offset, and none beyond the end")
  func reading() throws {
    try folder.write(Array(0..<100), to: "file")
    let file = try #require(try open("file"))
    var buffer = [UInt8](repeating: 0, count: 60)
    let counts = try [50, 0, 100, 1000].map { offset in
      try buffer.withUnsafeMutableBytes { try file.read(at: offset, into: $0) }
    }
    #expect(counts == [50, 60, 0, 0])
    #expect(buffer == Array(0..<60))
  }

  @Test("a file that changes while it is read is found out")
  func changes() throws {
    try folder.write([1, 2, 3], to: "same")
    try folder.write([1, 2, 3], to: "longer")
    try folder.write([1, 2, 3], to: "shorter")
    try folder.write([1, 2, 3], to: "touched")
    let same = try #require(try open("same"))
    let changed = try ["longer", "shorter", "touched"].map { try #require(try open($0)) }
    try folder.write([1, 2, 3, 4], to: "longer")
    try folder.write([1, 2], to: "shorter")
    var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, folder["touched"].string, &times, 0) == 0)
    // Who replaces a file by another does not change the one that is being read.
    try folder.write([9], to: "other")
    #expect(rename(folder["other"].string, folder["same"].string) == 0)
    try same.checkUnchanged()
    for file in changed {
      let error = #expect(throws: ReadError.self) { try file.checkUnchanged() }
      #expect(error?.code == "changed")
    }
  }

  private func makeSocket(_ path: FilePath) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.bytes) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0 else { throw Errno.current }
  }
}
