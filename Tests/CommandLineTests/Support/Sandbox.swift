import Glibc

/// A temporary folder that a test works in, gone with all that is in it when the test is over.
///
/// Paths are below the folder, and programs are started in it, so that their messages name files as
/// the test does.
final class Sandbox: Sendable {
  /// Where programs run.
  let root: ByteString

  /// The folder around `root`, for what is none of the programs' business.
  let base: ByteString

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/imgbatch-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure(call: "mkdtemp", number: errno) }
    self.base = ByteString(template.dropLast().map(UInt8.init(bitPattern:)))
    root = self.base / "root"
    // mkdtemp(3) keeps others out; some tests become others.
    try check(self.base.withCString { chmod($0, 0o755) }, "chmod \(self.base)")
    try makeFolder("")
  }

  deinit { Self.remove(base) }

  private static func remove(_ path: ByteString) {
    guard let status = try? Tree.status(of: path), status.st_mode & S_IFMT == S_IFDIR else {
      _ = path.withCString { unlink($0) }
      return
    }
    // What is mounted there belongs to somebody else.
    while path.withCString({ umount2($0, CInt(MNT_DETACH)) }) == 0 {}
    for name in (try? Tree.names(in: path)) ?? [] { remove(path / name) }
    _ = path.withCString { rmdir($0) }
  }

  /// The absolute path.
  func at(_ path: ByteString) -> ByteString { path.bytes.isEmpty ? root : root / path }

  func makeFolder(_ path: ByteString, mode: mode_t = 0o755) throws {
    guard (try? Tree.status(of: at(path))) == nil else { return }
    if !path.bytes.isEmpty { try makeFolder(path.folder) }
    try check(at(path).withCString { mkdir($0, mode) }, "mkdir \(path)")
  }

  /// Makes a file, and the folders on the way to it.
  func write(_ bytes: [UInt8], to path: ByteString) throws {
    try makeFolder(path.folder)
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = try check(at(path).withCString { open($0, flags, 0o644) }, "open \(path)")
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try check(
        rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }, "write")
      rest = rest.dropFirst(count)
    }
  }

  func write(_ text: String, to path: ByteString) throws { try write(Array(text.utf8), to: path) }

  /// Makes a file longer by zeros that take no room on the disk.
  func extend(_ path: ByteString, to byteCount: Int) throws {
    try check(at(path).withCString { truncate($0, byteCount) }, "truncate \(path)")
  }

  func bytes(of path: ByteString) throws -> [UInt8] { try Tree.bytes(of: at(path)) }

  func text(of path: ByteString) throws -> String {
    String(decoding: try bytes(of: path), as: UTF8.self)
  }

  func tree(_ path: ByteString) throws -> Tree { try Tree(at: at(path)) }

  func exists(_ path: ByteString) -> Bool { (try? Tree.status(of: at(path))) != nil }

  func remove(_ path: ByteString) { Self.remove(at(path)) }

  func setMode(_ mode: mode_t, of path: ByteString) throws {
    try check(at(path).withCString { chmod($0, mode) }, "chmod \(path)")
  }

  /// Copies a program to where every user may run it.
  func publish(_ program: ByteString) throws -> ByteString {
    let copy = base / program.name
    try write(Tree.bytes(of: program), to: "../" + program.name)
    try check(copy.withCString { chmod($0, 0o755) }, "chmod \(copy)")
    return copy
  }

  /// Makes a symbolic link that holds `target` as it is.
  func link(_ path: ByteString, to target: ByteString) throws {
    try makeFolder(path.folder)
    try check(
      at(path).withCString { path in target.withCString { symlink($0, path) } }, "symlink \(path)")
  }

  /// Gives a file a second name.
  func hardLink(_ path: ByteString, to target: ByteString) throws {
    let target = at(target)
    try check(
      at(path).withCString { path in target.withCString { Glibc.link($0, path) } }, "link \(path)")
  }

  func makeFIFO(_ path: ByteString) throws {
    try check(at(path).withCString { mkfifo($0, 0o644) }, "mkfifo \(path)")
  }

  /// Makes a device's node: 1, 5 is /dev/zero.
  func makeDevice(_ path: ByteString, _ major: dev_t, _ minor: dev_t) throws {
    try check(
      at(path).withCString { mknod($0, S_IFCHR | 0o666, major << 8 | minor) }, "mknod \(path)")
  }

  func makeSocket(_ path: ByteString) throws {
    try check(at(path).withCString { mknod($0, S_IFSOCK | 0o666, 0) }, "mknod \(path)")
  }

  /// Mounts a file system in memory: `size=1m`.
  func mountMemory(at path: ByteString, options: String) throws {
    try makeFolder(path)
    try check(
      at(path).withCString { mount("none", $0, "tmpfs", 0, options) }, "mount tmpfs \(path)")
  }

  /// Makes a file system in memory larger or smaller.
  func resizeMemory(at path: ByteString, options: String) throws {
    try check(
      at(path).withCString { mount("none", $0, "tmpfs", UInt(MS_REMOUNT), options) }, "remount")
  }

  /// Makes a folder appear a second time.
  func bind(_ path: ByteString, to target: ByteString) throws {
    try makeFolder(path)
    let target = at(target)
    try check(
      at(path).withCString { path in
        target.withCString { mount($0, path, nil, UInt(MS_BIND), nil) }
      }, "mount --bind \(path)")
  }
}
