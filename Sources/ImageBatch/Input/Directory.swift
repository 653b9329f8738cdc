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

  /// Makes the folder `name` in this one. See mkdirat(2).
  ///
  /// - Returns: false where something of that name stands there already.
  func makeSubfolder(_ name: FileName) throws(Errno) -> Bool {
    while mkdirat(descriptor, name.bytes, 0o777) != 0 {
      switch Errno.current {
      case .interrupted: break
      case .fileExists: return false
      case let cause: throw cause
      }
    }
    return true
  }

  /// Whether it has no name any more, as far as the file system tells. See fstat(2).
  var isRemoved: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return errno == ESTALE || errno == ENOENT }
    return status.st_nlink == 0
  }

  /// Whether it is that folder, or lies below it, by whatever path it was come to.
  ///
  /// Climbs to the root: one openat(2) a level.
  func isWithin(_ identity: FileIdentity) throws(Errno) -> Bool {
    var folder = self
    while folder.identity != identity {
      let parent = try folder.subfolder(FileName(".."))
      guard parent.identity != folder.identity else { return false }
      folder = parent
    }
    return true
  }

  /// openat(2), relative to this folder.
  ///
  /// The last descriptors are left alone, as if there were none: those are the runtime's.
  func openFile(_ name: FileName, _ flags: CInt, mode: mode_t = 0) throws(Errno) -> CInt {
    let opened = try retryOnInterrupt { () -> CInt in
      openat(descriptor, name.bytes, flags | O_CLOEXEC, mode)
    }
    guard opened < Self.firstReservedDescriptor else {
      close(opened)
      throw .tooManyOpenFiles
    }
    return opened
  }

  /// The monitor of libdispatch's threads, which looks at them in /proc once a second, ends the
  /// process where it can't open a file.
  private static let firstReservedDescriptor: CInt = {
    let reservedCount: rlim_t = 3
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return CInt(clamping: limit.rlim_cur) - CInt(clamping: min(reservedCount, limit.rlim_cur))
  }()

  /// Waits until the folder's names are on the disk. See fsync(2).
  func synchronize() throws(Errno) {
    do {
      _ = try retryOnInterrupt { fsync(descriptor) }
    } catch  where error == .invalidArgument {
      // A file system whose folders need no fsync says so like this.
    }
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
