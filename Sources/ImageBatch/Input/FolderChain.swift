import Glibc
import SystemPackage

/// Opens folders below IN by their paths; those on the way to the last one are kept open, since the
/// next path is often in the same.
struct FolderChain {
  let root: InputFolder
  let followsLinks: Bool

  /// OUT: what lies in there is no input.
  var excludedFolder: ExcludedFolder?

  private var links: [(name: FilePath.Component, folder: InputFolder)] = []

  init(root: InputFolder, followsLinks: Bool) {
    self.root = root
    self.followsLinks = followsLinks
  }

  /// - Parameter path: below IN, without `..`.
  /// - Throws: `Errno`; `JobFailure` for a folder of OUT.
  mutating func folder(at path: FilePath) throws -> InputFolder {
    let components = Array(path.components)
    let shared = zip(links, components).prefix { $0.name == $1 }.count
    links.removeLast(links.count - shared)
    for component in components[shared...] {
      let parent = links.last?.folder ?? root
      let name = FileName(component)
      let directory = try waitingForDescriptors { () throws(Errno) in
        try parent.directory.subfolder(name, followingLinks: followsLinks)
      }
      // A list made by find(1) names what an earlier run wrote, too.
      if let excludedFolder, try excludedFolder.contains(directory, isLinked: followsLinks) {
        throw JobFailure(stage: .walk, code: "insideOutput", message: "it is in OUT")
      }
      links.append((component, parent.subfolder(name, directory)))
    }
    return links.last?.folder ?? root
  }

  /// Whether the folder that was opened last stands above itself, by a link.
  var isLoop: Bool {
    guard let last = links.last?.folder.directory.identity else { return false }
    return root.directory.identity == last
      || links.dropLast().contains { $0.folder.directory.identity == last }
  }

  /// Forgets the folders: their names may stand for others by now.
  mutating func forget() { links = [] }
}
