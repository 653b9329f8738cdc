import CLinuxShim
import Glibc
public import SystemPackage

/// A configuration's bytes as they stood in a file at one moment.
///
/// A file that others write to is taken only if it did not change while it was read: its size and
/// its time of modification are the same before and after. One that is renamed into place, or
/// behind a symbolic link that is swapped, as Kubernetes does, may have a successor by then, which
/// will be told as a change; it is whole itself. A writer who pauses in the middle of a file is told of by
/// `hasWriter`; who renames a whole file into place is never read halfway.
public struct ConfigurationFile: Hashable, Sendable {
  /// A configuration of a mebibyte is none.
  public static let maximumByteCount = 1 << 20

  /// All of it.
  public let bytes: [UInt8]

  /// Whether somebody had it open for writing, so that more may come; closing it is told to those
  /// who watch it. No for a writer whom the system does not tell of.
  public let hasWriter: Bool

  /// Reads a file, without ever waiting for a pipe or a device.
  ///
  /// See open(2), fstat(2), read(2).
  ///
  /// - Parameters:
  ///   - path: names a regular file of `maximumByteCount` bytes at most, by way of symbolic links,
  ///     too.
  ///   - name: the path as messages tell it; nil for the path as text.
  /// - Throws: what is wrong with the file, as a problem without line and column.
  public init(at path: FilePath, named name: String? = nil) throws(ConfigurationError) {
    // A file that is replaced a thousand times a second stays for a millisecond; reading it takes
    // some microseconds.
    let attemptCount = 10
    do throws(ReadFailure) {
      for _ in 0..<attemptCount {
        if let content = try Self.read(path) {
          (bytes, hasWriter) = content
          return
        }
      }
      throw .changed
    } catch {
      throw ConfigurationError(name ?? path.description, error.message)
    }
  }

  /// Reads a file once; nil if it changed meanwhile.
  private static func read(
    _ path: FilePath
  ) throws(ReadFailure) -> (bytes: [UInt8], hasWriter: Bool)? {
    let file = try OpenFile(path)
    let before = try file.snapshot()
    // Asked before it is read: a writer may come and go between the two.
    let hasWriter = file.hasWriter
    let bytes = try file.read(upTo: before.byteCount + 1)
    guard bytes.count == before.byteCount, try file.snapshot() == before else { return nil }
    return (bytes, hasWriter)
  }
}

/// Why a file's bytes could not be had.
private enum ReadFailure: Error {
  case system(Errno)
  case notRegular(String)
  case tooLong(Int)
  case changed

  var message: String {
    switch self {
    case .system(let cause): cause.description
    case .notRegular(let kind): "\(kind), not a regular file"
    case .tooLong(let byteCount):
      "\(byteCount) bytes, which are more than the \(ConfigurationFile.maximumByteCount) allowed"
    case .changed: "changed while it was read"
    }
  }
}

/// A descriptor, and the one who closes it.
private struct OpenFile: ~Copyable {
  private let descriptor: CInt

  init(_ path: FilePath) throws(ReadFailure) {
    do {
      descriptor = try retryOnInterrupt {
        path.withPlatformString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) }
      }
    } catch .system(.noSuchAddressOrDevice) {
      throw .notRegular("a socket")
    }
  }

  deinit { close(descriptor) }

  /// Whether somebody has the file open for writing, as far as the system tells.
  var hasWriter: Bool { linux_has_writer(descriptor) == 1 }

  /// What the file is now.
  func snapshot() throws(ReadFailure) -> FileSnapshot {
    var status = stat()
    _ = try retryOnInterrupt { fstat(descriptor, &status) }
    return try FileSnapshot(status)
  }

  /// The next bytes, to the end of the file or as many.
  func read(upTo limit: Int) throws(ReadFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var filled = 0
    while filled < limit {
      let count = try retryOnInterrupt {
        bytes.withUnsafeMutableBytes { buffer in
          Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, limit - filled)
        }
      }
      guard count > 0 else { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }
}

/// What tells whether a file has changed.
private struct FileSnapshot: Equatable {
  let byteCount: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) throws(ReadFailure) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .notRegular("a folder")
    case S_IFIFO: throw .notRegular("a FIFO")
    case S_IFSOCK: throw .notRegular("a socket")
    case S_IFBLK, S_IFCHR: throw .notRegular("a device")
    default: throw .notRegular("a special file")
    }
    byteCount = Int(status.st_size)
    guard byteCount <= ConfigurationFile.maximumByteCount else { throw .tooLong(byteCount) }
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

/// Calls a system function again for as long as a signal interrupts it.
///
/// The one of ImageBatch belongs to a module that knows nothing of configurations, and this one
/// knows nothing of images.
private func retryOnInterrupt<Result: FixedWidthInteger>(
  _ call: () -> Result
) throws(ReadFailure) -> Result {
  while true {
    let result = call()
    guard result == -1 else { return result }
    guard errno == EINTR else { throw .system(Errno(rawValue: errno)) }
  }
}
