import Glibc
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Temporary names") struct TemporaryNameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func matches(_ name: FileName) -> Bool {
    name.bytes.withUnsafeBufferPointer { bytes in
      TemporaryName.matches(UnsafeBufferPointer(rebasing: bytes.dropLast()))
    }
  }

  @Test("a name that is made is known again, and is never made twice")
  func made() {
    let names = (0..<1000).map { _ in TemporaryName.make() }
    #expect(Set(names).count == 1000)
    #expect(names.allSatisfy { matches($0) && $0.bytes.count <= 64 })
  }

  @Test(
    "other names are not taken for temporary ones",
    arguments: [
      "", "a.tmp", ".imgbatch-", ".imgbatch-.tmp", "x.imgbatch-1-2.tmp", ".imgbatch-1-2.tmpx",
      ".imgbatch-1-2", ".IMGBATCH-1-2.tmp", "imgbatch-1-2.tmp",
    ])
  func others(name: String) {
    #expect(!matches(FileName(name)))
  }

  @Test("a sweep removes what dead processes left, and nothing else")
  func sweep() throws {
    let dead = try deadProcess()
    let live = [getpid(), getppid(), 1].map { ".imgbatch-\($0)-" }
    let kept = [
      live[1] + "b.tmp", live[2] + "c.tmp", "a.png", ".imgbatch-x-1.tmp", ".imgbatch-0-1.tmp",
      ".imgbatch--1-1.tmp", ".imgbatch-99999999999-1.tmp", ".imgbatch-\(dead)-1.tmp.png",
    ]
    // One's own number proves nothing: it may be a dead process's that came again.
    let stale = [".imgbatch-\(dead)-a.tmp", live[0] + "d.tmp"]
    for name in kept + stale { try folder.write([], to: FilePath(name)) }
    try folder.makeFolder(FilePath(".imgbatch-\(dead)-folder.tmp"))
    try TemporaryName.sweep(Directory(path: folder.path))
    #expect(folder.tree() == (kept + [".imgbatch-\(dead)-folder.tmp/"]).sorted())
  }

  @Test("a sweep keeps the names that this process is using")
  func sweepKeepsOwn() throws {
    let directory = try Directory(path: folder.path)
    let name = TemporaryName.make()
    try folder.write([], to: FilePath(platformString: name.bytes))
    try LiveTemporaries.shared.withName(name, in: directory) { () throws(Errno) in
      try TemporaryName.sweep(directory)
      #expect(folder.tree().count == 1)
    }
    try TemporaryName.sweep(directory)
    #expect(folder.tree().isEmpty)
  }

  @Test("the end that waits for nobody removes the names in use, and only those")
  func removeAll() throws {
    let directory = try Directory(path: folder.path)
    let names = LiveTemporaries()
    let (used, unused) = (TemporaryName.make(), TemporaryName.make())
    for name in [used, unused] { try folder.write([], to: FilePath(platformString: name.bytes)) }
    names.withName(unused, in: directory) {}
    names.withName(used, in: directory) {
      #expect(names.contains(used))
      #expect(!names.contains(unused))
      names.removeAll()
      #expect(!names.contains(used))
    }
    #expect(folder.tree() == [unused.text])
  }

  /// The number of a process that has ended.
  private func deadProcess() throws -> pid_t {
    var process = pid_t()
    var argv: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
    defer { free(argv[0]) }
    guard posix_spawnp(&process, "true", nil, nil, &argv, environ) == 0 else {
      throw Errno.current
    }
    _ = try retryOnInterrupt { waitpid(process, nil, 0) }
    return process
  }

  @Test("F44: a sweep leaves a folder alone that another run has in use; single pictures share one")
  func shared() throws {
    // A process number that no process has here; in another container it may live.
    let leftover = FilePath("out/.imgbatch-2147483646-1.tmp")
    func open(isShared: Bool) throws -> Directory {
      try OutputRoot.open(folder["out"], isShared: isShared, isDurable: false)
    }
    do {
      let first = try open(isShared: true)
      try folder.write([1], to: leftover)
      let second = try open(isShared: true)
      #expect(folder.read(leftover) == [1])
      #expect(first.identity == second.identity)
      let error = #expect(throws: BatchError.self) { try open(isShared: false) }
      #expect(error?.code == .outputInUse)
    }
    // Until a process that another test is just starting lets go of what it has inherited.
    for _ in 0..<1000 where folder.read(leftover) != nil {
      _ = try open(isShared: true)
      usleep(10_000)
    }
    #expect(folder.read(leftover) == nil)
    let alone = try open(isShared: false)
    try folder.write([1], to: leftover)
    let beside = try open(isShared: true)
    #expect(folder.read(leftover) == [1] && alone.identity == beside.identity)
  }
}
