import Foundation
import SystemPackage

/// A folder that is gone when the last one forgets it.
final class TemporaryFolder: Sendable {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "imgbatch-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// Writes a file in place.
  @discardableResult
  func write(_ text: String, to name: String) throws -> FilePath {
    let file = path.appending(name)
    try Data(text.utf8).write(to: URL(filePath: file.string))
    return file
  }
}
