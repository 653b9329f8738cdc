import Glibc
package import SystemPackage

/// Tells when a file may have other content: it was written, replaced, or removed, or one of the
/// links on the way to it was turned to another place, as Kubernetes does with its volumes.
///
/// Every folder on the way is watched, so more is told than happened; the content tells whether it
/// matters.
package final class FileWatch: Sendable {
  private let path: FilePath
  private let inotify: Inotify

  /// Changes that come so fast after each other are told as one.
  private static let quietTime = Duration.milliseconds(20)

  /// - Throws: `Errno`, such as EMFILE where the user watches too much already.
  package init(_ path: FilePath) throws(Errno) {
    self.path = path
    inotify = try Inotify()
    watch()
  }

  /// Waits for a change.
  ///
  /// - Returns: whether there was one, rather than the time run out.
  package func hasChanged(within duration: Duration) -> Bool {
    guard inotify.wait(atMost: duration) else { return false }
    usleep(useconds_t(Self.quietTime / .microseconds(1)))
    _ = try? inotify.events()
    // The links may lead elsewhere now.
    watch()
    return true
  }

  /// A folder that can't be watched is one that is not there: the one above it, or the link that
  /// leads there, tells when it is.
  private func watch() {
    for folder in Self.folders(onTheWayTo: path) { _ = try? inotify.watch(folder) }
  }

  /// The folders in which the file stands, those above it, and those of the links that lead there.
  static func folders(onTheWayTo path: FilePath) -> Set<FilePath> {
    var folders: Set<FilePath> = []
    // As many links as the kernel follows: see path_resolution(7).
    var linksLeft = 40
    func follow(_ path: FilePath) {
      var prefix = FilePath(root: path.root, [])
      for component in path.components {
        let folder = prefix.orCurrent
        prefix.append(component)
        folders.insert(folder)
        guard linksLeft > 0, let target = prefix.linkTarget else { continue }
        linksLeft -= 1
        follow(folder.pushing(target))
      }
    }
    follow(path)
    return folders
  }
}

extension FilePath {
  /// Where a symbolic link leads; nil for what is none. See readlink(2).
  fileprivate var linkTarget: FilePath? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = withPlatformString { readlink($0, &bytes, Int(PATH_MAX)) }
    return count > 0 ? FilePath(platformString: Array(bytes[..<count]) + [0]) : nil
  }
}
