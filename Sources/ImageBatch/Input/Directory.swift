import CLinuxShim
import Glibc
import SystemPackage

/// Which file something is, whatever its path: device and inode.
struct FileIdentity: Hashable, Sendable {
  let device: dev_t
  let inode: ino_t

  init(_ status: stat) {
    device = status.st_dev
    inode = status.st_ino
  }
}

/// An open folder. All access below it goes through its descriptor, never through a path string
/// a second time, so a folder that is renamed or replaced meanwhile can't lead astray.
final class Directory: Sendable {
  let descriptor: CInt
  let identity: FileIdentity

  private init(adopting descriptor: CInt) throws(Errno) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let cause = Errno.current
      close(descriptor)
      throw cause
    }
    self.descriptor = descriptor
    identity = FileIdentity(status)
  }

  deinit { close(descriptor) }

  /// Opens a folder by its path; symbolic links on the way are followed, since the user named it.
  ///
  /// See open(2).
  convenience init(path: FilePath) throws(Errno) {
    let descriptor = try retryOnInterrupt { () -> CInt in
      path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }
    try self.init(adopting: descriptor)
  }

  /// Opens the folder `name` in this one; a symbolic link is refused unless it may be followed.
  ///
  /// See openat(2).
  func subfolder(_ name: FileName, followingLinks: Bool = false) throws(Errno) -> Directory {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)
    return try Directory(adopting: openFile(name, flags))
  }

  /// openat(2), relative to this folder.
  func openFile(_ name: FileName, _ flags: CInt, mode: mode_t = 0) throws(Errno) -> CInt {
    try retryOnInterrupt { () -> CInt in openat(descriptor, name.bytes, flags | O_CLOEXEC, mode) }
  }

  /// fstatat(2), relative to this folder.
  func status(of name: FileName, followingLinks: Bool) throws(Errno) -> stat {
    var status = stat()
    _ = try retryOnInterrupt { () -> CInt in
      fstatat(descriptor, name.bytes, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW)
    }
    return status
  }
}

extension Errno {
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
/// jobs give theirs back.
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
    } catch
      where patience > 0 && (error == .tooManyOpenFiles || error == .tooManyOpenFilesInSystem)
    {
      patience -= 1
      usleep(pause)
    }
  }
}
