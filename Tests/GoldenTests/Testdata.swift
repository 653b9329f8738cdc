import FoundationEssentials

/// The checked-in files.
enum Testdata {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "testdata")

  /// Those that the generator does not make.
  static let handWritten: Set = ["README.md", ".gitattributes"]

  static func bytes(of file: String, in folder: URL = folder) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: file)))
  }

  static func manifest() throws -> [ManifestRow] {
    let text = String(decoding: try bytes(of: "MANIFEST.tsv"), as: UTF8.self)
    return try text.split(separator: "\n").dropFirst().map(ManifestRow.init)
  }

  /// The names of all files below `folder`, with `/` between names.
  static func files(in folder: URL) throws -> Set<String> {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
    return Set(
      names.filter { name in
        var isFolder = false
        let path = folder.appending(path: name).path()
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
      })
  }
}
