import CLinuxShim
import Glibc

/// What the system said of a file.
struct SystemError: Error, CustomStringConvertible {
  let description: String

  /// The error of the call that has just failed.
  init(_ path: String) { description = "\(path): \(String(cString: strerror(errno)))" }
}

/// A file or folder in a folder.
struct FolderEntry {
  let name: String
  let isFolder: Bool

  /// All of them but the hidden ones, sorted by name.
  static func all(in folder: String) throws -> [FolderEntry] {
    guard let stream = opendir(folder) else { throw SystemError(folder) }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      guard let name = linux_dirent_name(entry).map({ String(cString: $0) }),
        !name.hasPrefix(".")
      else { continue }
      entries.append(
        FolderEntry(name: name, isFolder: CInt(entry.pointee.d_type) == CInt(DT_DIR)))
    }
    return entries.sorted { $0.name < $1.name }
  }
}

/// A file that is open for reading.
final class OpenFile {
  let byteCount: Int
  private let path: String
  private let descriptor: CInt

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw SystemError(path) }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads bytes at an offset; 0 at the end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    guard count >= 0 else { throw SystemError(path) }
    return count
  }
}

/// Makes a folder, where there is none yet.
func makeFolder(_ path: String) throws {
  guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw SystemError(path) }
}

/// Writes a file anew.
func writeFile(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw SystemError(path) }
  defer { close(descriptor) }
  var rest = bytes
  while !rest.isEmpty {
    let count = write(descriptor, rest.baseAddress, rest.count)
    guard count >= 0 else { throw SystemError(path) }
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
  }
}

extension String {
  /// The name with another ending: `a.ppm` becomes `a.png`.
  func replacingEnding(with ending: String) -> String {
    guard let dot = lastIndex(of: ".") else { return "\(self).\(ending)" }
    return "\(self[..<dot]).\(ending)"
  }
}
