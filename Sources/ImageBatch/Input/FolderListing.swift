import CLinuxShim
import Glibc
import SystemPackage

/// The names in a folder, sorted by their bytes.
///
/// All names stand in one array of bytes: a folder of a million files costs some 30 MB, not a
/// million allocations.
struct FolderListing: ~Copyable {
  /// What a name stands for, as far as the folder tells.
  enum Kind: UInt8 {
    case file, folder, link, other, unknown
  }

  private struct Entry {
    var start: Int
    var length: Int
    var kind: Kind
  }

  private var bytes: [CChar] = []
  private var entries: [Entry] = []

  var count: Int { entries.count }

  /// Reads the folder to its end; `.` and `..` are left out, and so are the names that
  /// `isIncluded` declines.
  ///
  /// See readdir(3).
  init(
    of directory: Directory, where isIncluded: (UnsafeBufferPointer<CChar>, Kind) -> Bool
  ) throws(Errno) {
    // A descriptor of its own: closedir(3) closes it, and its position is not shared.
    let descriptor = try waitingForDescriptors { () throws(Errno) in
      try directory.openFile(FileName("."), O_RDONLY | O_DIRECTORY)
    }
    guard let stream = fdopendir(descriptor) else {
      let cause = Errno.current
      close(descriptor)
      throw cause
    }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        let cause = Errno.current
        guard cause.rawValue == 0 else { throw cause }
        break
      }
      guard let pointer = linux_dirent_name(entry) else { continue }
      let name = UnsafeBufferPointer(start: pointer, count: strlen(pointer))
      let kind = Kind(directoryEntryType: CInt(entry.pointee.d_type))
      guard !name.isDotOrDotDot, isIncluded(name, kind) else { continue }
      entries.append(Entry(start: bytes.count, length: name.count, kind: kind))
      bytes.append(contentsOf: name)
      bytes.append(0)
    }
    sort()
  }

  private mutating func sort() {
    bytes.withUnsafeBufferPointer { bytes in
      entries.sort { left, right in
        // The closing zero is part of the comparison: a name sorts before one that it starts.
        guard let base = bytes.baseAddress else { return false }
        return strcmp(base + left.start, base + right.start) < 0
      }
    }
  }

  func name(at index: Int) -> FileName {
    let entry = entries[index]
    return FileName(zeroTerminated: Array(bytes[entry.start...entry.start + entry.length]))
  }

  func kind(at index: Int) -> Kind { entries[index].kind }

  /// The last entry of such a kind.
  func lastIndex(where isMeant: (Kind) -> Bool) -> Int? {
    entries.lastIndex { isMeant($0.kind) }
  }
}

extension FolderListing.Kind {
  /// For d_type of readdir(3).
  fileprivate init(directoryEntryType type: CInt) {
    self =
      switch type {
      case CInt(DT_REG): .file
      case CInt(DT_DIR): .folder
      case CInt(DT_LNK): .link
      case CInt(DT_UNKNOWN): .unknown
      default: .other
      }
  }

  /// For st_mode of stat(2).
  init(mode: mode_t) {
    self =
      switch mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
  }
}

extension UnsafeBufferPointer<CChar> {
  fileprivate var isDotOrDotDot: Bool {
    count <= 2 && allSatisfy { $0 == .dot }
  }
}
