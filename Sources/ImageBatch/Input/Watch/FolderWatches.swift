import Glibc
import SystemPackage

/// Which folders below IN are watched.
final class FolderWatches {
  private let inotify: Inotify
  private var paths: [Inotify.Watch: FilePath] = [:]

  init(_ inotify: Inotify) { self.inotify = inotify }

  /// Watches a folder from now on; one that is watched already is known by its new path then.
  ///
  /// - Parameter path: below IN.
  /// - Returns: whether it was not watched by this path yet.
  func add(_ directory: Directory, at path: FilePath) throws(BatchError) -> Bool {
    do {
      return paths.updateValue(path, forKey: try inotify.watch(directory)) != path
    } catch  where error == .noSpace {
      throw BatchError(
        .systemLacks,
        "\(paths.count) folders are watched, and no more may be: raise fs.inotify.max_user_watches")
    } catch {
      throw BatchError(.systemLacks, "\(path.orCurrent.escaped) cannot be watched: \(error)")
    }
  }

  /// The path below IN of a folder that is watched.
  subscript(watch: Inotify.Watch) -> FilePath? { paths[watch] }

  /// The kernel has ended a watch.
  func drop(_ watch: Inotify.Watch) { paths[watch] = nil }

  /// Ends the watches on a folder that has left its place, and on all below it.
  func remove(below path: FilePath) {
    for (watch, watched) in paths where watched.starts(with: path) {
      inotify.remove(watch)
      paths[watch] = nil
    }
  }

  /// What has happened since the last time.
  func events() throws(BatchError) -> [Inotify.Event] {
    do {
      return try inotify.events()
    } catch {
      throw BatchError(.systemLacks, "inotify: \(error)")
    }
  }
}
