import Glibc

/// A folder and all that is below it, at one moment.
struct Tree: Equatable {
  /// What stands under a name.
  struct Entry: Equatable {
    enum Content: Hashable {
      case file([UInt8])
      case folder
      case link(ByteString)
      case other
    }

    let content: Content
    let mode: mode_t

    /// In nanoseconds since 1970.
    let modified: Int
  }

  /// By the path below the folder.
  private(set) var entries: [ByteString: Entry] = [:]

  /// The bytes of each file, by its path below the folder.
  var files: [ByteString: [UInt8]] {
    entries.compactMapValues { entry in
      if case .file(let bytes) = entry.content { bytes } else { nil }
    }
  }

  /// The paths of all files, sorted.
  var names: [ByteString] { files.keys.sorted() }

  init() {}

  /// Reads the folder; one that is missing is an empty tree.
  init(at folder: ByteString) throws {
    if (try? Self.status(of: folder)) != nil { try read(folder, below: "") }
  }

  private mutating func read(_ folder: ByteString, below relative: ByteString) throws {
    for name in try Self.names(in: folder) {
      let (path, place) = (folder / name, relative / name)
      let status = try Self.status(of: path)
      let content: Entry.Content
      switch status.st_mode & S_IFMT {
      case S_IFREG: content = .file(try Self.bytes(of: path))
      case S_IFLNK: content = .link(try Self.target(of: path))
      case S_IFDIR:
        content = .folder
        try read(path, below: place)
      default: content = .other
      }
      entries[place] = Entry(
        content: content, mode: status.st_mode,
        modified: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
    }
  }
}

extension Tree {
  /// What lstat(2) tells.
  static func status(of path: ByteString) throws -> stat {
    var status = stat()
    try check(path.withCString { lstat($0, &status) }, "lstat \(path)")
    return status
  }

  /// The names in a folder, without `.` and `..`.
  static func names(in folder: ByteString) throws -> [ByteString] {
    guard let stream = folder.withCString({ opendir($0) }) else {
      throw SystemFailure(call: "opendir \(folder)", number: errno)
    }
    defer { closedir(stream) }
    var names: [ByteString] = []
    while let entry = readdir(stream) {
      // Not through the field: it is a tuple, and would be copied to its full length.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = UnsafeRawPointer(entry) + offset
      let name = ByteString(UnsafeRawBufferPointer(start: start, count: strlen(start)))
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// What a symbolic link holds.
  static func target(of path: ByteString) throws -> ByteString {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try check(
      path.withCString { readlink($0, &buffer, buffer.count) }, "readlink \(path)")
    return ByteString(buffer.prefix(count).map(UInt8.init(bitPattern:)))
  }

  /// All that a file holds.
  static func bytes(of path: ByteString) throws -> [UInt8] {
    let descriptor = try check(
      path.withCString { open($0, O_RDONLY | O_CLOEXEC) }, "open \(path)")
    defer { close(descriptor) }
    return try bytes(of: descriptor)
  }

  /// All that a file holds, wherever its descriptor stands.
  static func bytes(of descriptor: CInt) throws -> [UInt8] {
    var status = stat()
    try check(fstat(descriptor, &status), "fstat")
    var count = 0
    let bytes = try [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, filled in
      while count < buffer.count {
        let got = try check(
          pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, count),
          "pread")
        if got == 0 { break }
        count += got
      }
      filled = count
    }
    return bytes
  }
}
