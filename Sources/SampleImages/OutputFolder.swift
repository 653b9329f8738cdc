import FoundationEssentials

/// Where the files go.
struct OutputFolder {
  let root: URL

  init(path: String) { root = URL(filePath: path, directoryHint: .isDirectory) }

  /// Writes a file, and makes the folders that it stands in.
  ///
  /// - Parameter path: below the root, with `/` between names.
  func write(_ bytes: [UInt8], to path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}
