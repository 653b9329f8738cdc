import CLinuxShim
import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import SystemPackage

/// Why the bytes of an input could not be had.
struct ReadError: Error, CustomStringConvertible {
  let code: String
  let description: String

  /// What the system said, if it was the system.
  let cause: Errno?

  init(_ cause: Errno) {
    code = cause.name
    description = cause.description
    self.cause = cause
  }

  private init(code: String, _ description: String) {
    self.code = code
    self.description = description
    cause = nil
  }

  static let changed = ReadError(code: "changed", "changed while it was read")

  static func tooLong(limit: Int) -> ReadError {
    ReadError(code: "memoryBudget", "more than \(limit) bytes, which is all that is allowed")
  }
}

/// An open input: read with pread(2) into buffers, never mapped, since a file that is cut short
/// meanwhile would end the process by SIGBUS.
///
/// See open(2), fstat(2), pread(2).
final class InputFile {
  /// What a name turned out to be.
  enum Opened {
    case file(InputFile)
    case notRegular
  }

  let byteCount: Int

  var identity: FileIdentity { FileIdentity(status) }

  let descriptor: CInt
  let status: stat

  private init(adopting descriptor: CInt, _ status: stat) {
    self.descriptor = descriptor
    self.status = status
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Opens `name` without ever blocking on a pipe or a device.
  ///
  /// - Throws: `ReadError`.
  static func open(
    _ name: FileName, in directory: Directory, followingLinks: Bool
  ) throws(ReadError) -> Opened {
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
    do throws(Errno) {
      let descriptor = try waitingForDescriptors { () throws(Errno) in
        try directory.openFile(name, flags)
      }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else {
        let cause = Errno.current
        close(descriptor)
        throw cause
      }
      guard FolderListing.Kind(mode: status.st_mode) == .file else {
        close(descriptor)
        return .notRegular
      }
      return .file(InputFile(adopting: descriptor, status))
    } catch  where error == .tooManySymbolicLinkLevels || error == .noSuchAddressOrDevice {
      // A link that took the file's place meanwhile; a socket.
      return .notRegular
    } catch {
      throw ReadError(error)
    }
  }

  /// Reads bytes at an offset, as many as there are.
  ///
  /// - Returns: the bytes read; 0 at the end.
  /// - Throws: `ReadError`.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ReadError) -> Int {
    do {
      return try retryOnInterrupt {
        pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      }
    } catch {
      throw ReadError(error)
    }
  }

  /// Makes sure that the file is still what it was when it was opened.
  ///
  /// - Throws: `ReadError.changed`.
  func checkUnchanged() throws(ReadError) {
    var now = stat()
    guard fstat(descriptor, &now) == 0 else { throw ReadError(.current) }
    guard
      now.st_size == status.st_size, now.st_mtim.tv_sec == status.st_mtim.tv_sec,
      now.st_mtim.tv_nsec == status.st_mtim.tv_nsec
    else { throw .changed }
  }
}
