import SystemPackage

/// A path as people know it, put together only when somebody asks for it: few do, and a run may have
/// a million.
struct DisplayPath: Sendable {
  private let folder: FilePath
  /// Nil where `folder` is all of it.
  private let name: FileName?

  /// The path of a file or folder in a folder.
  init(_ folder: FilePath, _ name: FileName) {
    self.folder = folder
    self.name = name
  }

  /// A path that is there already.
  init(_ path: FilePath) {
    folder = path
    name = nil
  }

  /// The path; takes an allocation or two.
  var path: FilePath { name.map(folder.appending) ?? folder }
}
