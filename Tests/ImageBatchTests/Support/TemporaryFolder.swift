import Glibc
import SystemPackage

@testable import ImageBatch

/// A folder that a test has to itself; it is gone when nobody holds it any more.
///
/// Paths are given below the folder, as text; what has odd bytes is made with `FilePath`.
final class TemporaryFolder: Sendable {
  let path: FilePath

  /// - Parameter base: where it is made; names in memory are several times faster than on a disk.
  init(in base: String = "/tmp") throws {
    var template = Array("\(base)/imgbatch-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno.current }
    path = FilePath(platformString: template)
  }

  deinit { Self.removeAll(of: path) }

  /// Where there is most room for many small files: memory, where the machine shows it.
  static var fastBase: String { access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp" }

  subscript(_ name: FilePath) -> FilePath { path.pushing(name) }

  /// Makes a folder, and those above it.
  @discardableResult
  func makeFolder(_ name: FilePath) throws -> FilePath {
    var below = FilePath()
    for component in name.components {
      below.append(component)
      let made = self[below].withPlatformString { mkdir($0, 0o777) }
      guard made == 0 || Errno.current == .fileExists else { throw Errno.current }
    }
    return self[name]
  }

  /// Writes a file, and makes the folders above it.
  @discardableResult
  func write(_ bytes: [UInt8], to name: FilePath) throws -> FilePath {
    try makeFolder(name.removingLastComponent())
    let file = try FileDescriptor.open(
      self[name], .writeOnly, options: [.create, .truncate, .closeOnExec],
      permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(bytes) }
    return self[name]
  }

  /// The bytes of a file, through whatever links lead there; nil where there is none.
  func read(_ name: FilePath) -> [UInt8]? { Self.bytes(of: self[name]) }

  static func bytes(of path: FilePath) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      guard let count = try? file.read(into: chunk) else { return nil }
      guard count > 0 else { return bytes }
      bytes += UnsafeRawBufferPointer(rebasing: chunk[..<count])
    }
  }

  func rename(_ old: FilePath, to new: FilePath) throws {
    let renamed = self[old].withPlatformString { old in
      self[new].withPlatformString { Glibc.rename(old, $0) }
    }
    guard renamed == 0 else { throw Errno.current }
  }

  /// Makes a symbolic link.
  func link(_ name: FilePath, to target: FilePath) throws {
    try makeFolder(name.removingLastComponent())
    let made = self[name].withPlatformString { name in
      target.withPlatformString { symlink($0, name) }
    }
    guard made == 0 else { throw Errno.current }
  }

  /// Makes a pipe with a name.
  func makePipe(_ name: FilePath) throws {
    try makeFolder(name.removingLastComponent())
    guard self[name].withPlatformString({ mkfifo($0, 0o666) }) == 0 else { throw Errno.current }
  }

  /// What a name stands for, links not followed; nil where there is nothing.
  func status(_ name: FilePath) -> stat? {
    var status = stat()
    return self[name].withPlatformString { lstat($0, &status) } == 0 ? status : nil
  }

  /// Every name below a folder, sorted, with a slash after those of folders.
  func tree(_ name: FilePath = FilePath()) -> [String] {
    Self.entries(of: self[name]).flatMap { entry, isFolder -> [String] in
      let below = isFolder ? tree(name.pushing(FilePath(entry))) : []
      return [entry + (isFolder ? "/" : "")] + below.map { entry + "/" + $0 }
    }.sorted()
  }

  /// The bytes of every file below a folder.
  func contents(_ name: FilePath = FilePath()) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for entry in tree(name) where !entry.hasSuffix("/") {
      contents[entry] = read(name.pushing(FilePath(entry)))
    }
    return contents
  }

  private static func entries(of path: FilePath) -> [(name: String, isFolder: Bool)] {
    guard let directory = try? Directory(path: path),
      let listing = try? FolderListing(of: directory, where: { _, _ in true })
    else { return [] }
    return (0..<listing.count).map { index in
      (listing.name(at: index).text, listing.kind(at: index) == .folder)
    }
  }

  /// Removes a folder and all that is in it.
  func remove(_ name: FilePath) { Self.removeAll(of: self[name]) }

  /// Through descriptors all the way, as a tree may be deeper than a path may be long.
  private static func removeAll(of path: FilePath) {
    if let directory = try? Directory(path: path) { removeContents(of: directory) }
    _ = path.withPlatformString { rmdir($0) }
  }

  private static func removeContents(of directory: Directory) {
    guard let listing = try? FolderListing(of: directory, where: { _, _ in true }) else { return }
    for index in 0..<listing.count {
      let name = listing.name(at: index)
      if unlinkat(directory.descriptor, name.bytes, 0) == 0 { continue }
      if let folder = try? directory.subfolder(name) { removeContents(of: folder) }
      unlinkat(directory.descriptor, name.bytes, AT_REMOVEDIR)
    }
  }
}

extension FileName {
  /// The name as text; what is no text in it is repaired.
  var text: String { String(decoding: content.map(UInt8.init(bitPattern:)), as: UTF8.self) }
}
