import CLinuxShim
import Glibc
import SystemPackage

/// Puts a file into place whole or not at all.
///
/// The bytes go into a file without a name (O_TMPFILE), which is linked into the folder when they
/// are complete: whatever happens before, nothing is left behind. A file that stands there already
/// is replaced by a rename, so that nobody ever sees a name without a file. Where the file system
/// has no unnamed files, a temporary name takes its place.
struct AtomicWrite {
  let directory: Directory
  let name: FileName

  /// Whether the bytes must be on the disk before the name, and the name before the return.
  let isDurable: Bool

  /// Writes the file.
  ///
  /// Its mode is what the umask leaves of 0666. See open(2), linkat(2), rename(2), fsync(2).
  ///
  /// - Throws: what the system said; nothing is left behind then, and what stood there stays.
  func callAsFunction(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    if try !writeUnnamed(bytes) { try writeNamed(bytes) }
    if isDurable { try directory.synchronize() }
  }

  /// - Returns: false where the file system, or the lack of /proc, does not allow it.
  private func writeUnnamed(_ bytes: UnsafeRawBufferPointer) throws(Errno) -> Bool {
    let descriptor: CInt
    do {
      descriptor = try waitingForDescriptors { () throws(Errno) in
        try directory.openFile(FileName("."), O_WRONLY | linux_o_tmpfile, mode: 0o666)
      }
    } catch  where error == .notSupported || error == .isDirectory || error == .invalidArgument {
      return false
    }
    defer { close(descriptor) }
    try fill(descriptor, bytes)
    do throws(Errno) {
      try link(descriptor, as: name)
    } catch  where error == .fileExists {
      try replace { (temporary) throws(Errno) in try link(descriptor, as: temporary) }
    } catch  where error == .noSuchFileOrDirectory && access("/proc/self/fd", F_OK) != 0 {
      return false
    }
    return true
  }

  private func writeNamed(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try replace { (temporary) throws(Errno) in
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
      let descriptor = try waitingForDescriptors { () throws(Errno) in
        try directory.openFile(temporary, flags, mode: 0o666)
      }
      defer { close(descriptor) }
      try fill(descriptor, bytes)
    }
  }

  /// Lets `make` make a file under a temporary name, and renames it.
  private func replace(_ make: (FileName) throws(Errno) -> Void) throws(Errno) {
    let temporary = TemporaryName.make()
    let folder = directory.descriptor
    try LiveTemporaries.shared.withName(temporary, in: directory) { () throws(Errno) in
      do throws(Errno) {
        try make(temporary)
        _ = try retryOnInterrupt { renameat(folder, temporary.bytes, folder, name.bytes) }
      } catch {
        unlinkat(folder, temporary.bytes, 0)
        throw error
      }
    }
  }

  /// Gives an unnamed file its name.
  ///
  /// By its descriptor, which needs the right to do so or a newer kernel, and answers ENOENT without;
  /// else by the name that proc(5) has for it, which costs the kernel three times as much.
  private func link(_ descriptor: CInt, as name: FileName) throws(Errno) {
    do throws(Errno) {
      _ = try retryOnInterrupt {
        linkat(descriptor, "", directory.descriptor, name.bytes, linux_at_empty_path)
      }
      return
    } catch  where error == .noSuchFileOrDirectory {}
    _ = try retryOnInterrupt {
      linkat(
        AT_FDCWD, "/proc/self/fd/\(descriptor)", directory.descriptor, name.bytes,
        AT_SYMLINK_FOLLOW)
    }
  }

  private func fill(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try writeAll(bytes, to: descriptor)
    if isDurable { _ = try retryOnInterrupt { fsync(descriptor) } }
    // Some file systems tell of a failed write only at close(2), and then it must not have a name
    // yet: a copy of the descriptor is closed in its stead.
    let copy = try waitingForDescriptors { () throws(Errno) in
      try retryOnInterrupt { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }
    }
    // Not again after EINTR: Linux has closed it by then.
    guard close(copy) == 0 || Errno.current == .interrupted else { throw .current }
  }
}

extension Errno {
  /// Whether it tells of the device and not of one file: the next file would fail as well.
  var isDeviceFailure: Bool {
    let deviceFailures: [Errno] = [
      .noSpace, .ioError, .readOnlyFileSystem, .diskQuotaExceeded, .fileTooLarge,
      Errno(rawValue: Glibc.ENODEV), Errno(rawValue: Glibc.ESTALE),
    ]
    return deviceFailures.contains(self)
  }
}
