import Glibc
import SystemPackage

/// Which folders below IN are watched, and by which paths they are known: by several, where links
/// are followed.
final class FolderWatches {
  private let inotify: Inotify
  private let root = Place(name: nil, parent: nil)
  private var places: [Inotify.Watch: [Place]] = [:]

  /// A path below IN, as a place in the tree of all that are watched, so that a folder leaves with
  /// what is below it and nothing else is looked at.
  private final class Place {
    let name: FilePath.Component?
    private(set) weak var parent: Place?
    var watch: Inotify.Watch?
    private(set) var children: [FilePath.Component: Place] = [:]

    init(name: FilePath.Component?, parent: Place?) {
      self.name = name
      self.parent = parent
    }

    var path: FilePath {
      guard let name, let parent else { return FilePath() }
      return parent.path.appending(name)
    }

    func place(at path: FilePath) -> Place? {
      var place = self
      for name in path.components {
        guard let child = place.children[name] else { return nil }
        place = child
      }
      return place
    }

    func makePlace(at path: FilePath) -> Place {
      var place = self
      for name in path.components {
        let child = place.children[name] ?? Place(name: name, parent: place)
        place.children[name] = child
        place = child
      }
      return place
    }

    /// Takes it out of the tree, with all below it.
    func leave() {
      if let name { parent?.children[name] = nil }
    }
  }

  init(_ inotify: Inotify) { self.inotify = inotify }

  /// Watches a folder from now on.
  ///
  /// - Parameter path: below IN.
  /// - Returns: whether it was not watched by this path yet.
  func add(_ directory: Directory, at path: FilePath) throws(BatchError) -> Bool {
    do {
      let watch = try inotify.watch(directory)
      let place = root.makePlace(at: path)
      guard place.watch != watch else { return false }
      forget(place)
      place.watch = watch
      places[watch, default: []].append(place)
      return true
    } catch  where error == .noSpace {
      throw BatchError(
        .systemLacks,
        "\(places.count) folders are watched, and no more may be: raise fs.inotify.max_user_watches"
      )
    } catch {
      throw BatchError(.systemLacks, "\(path.orCurrent.escaped) cannot be watched: \(error)")
    }
  }

  /// The paths below IN of a folder that is watched.
  func paths(of watch: Inotify.Watch) -> [FilePath] { places[watch]?.map(\.path) ?? [] }

  /// Whether a folder is watched by this path.
  func contains(_ path: FilePath) -> Bool { root.place(at: path)?.watch != nil }

  /// The kernel has ended a watch.
  func drop(_ watch: Inotify.Watch) {
    for place in places.removeValue(forKey: watch) ?? [] {
      place.watch = nil
      if place.children.isEmpty { place.leave() }
    }
  }

  /// Ends the watches on a folder that has left its place, and on all below it.
  func remove(below path: FilePath) {
    guard let place = root.place(at: path) else { return }
    place.leave()
    var rest = [place]
    while let next = rest.popLast() {
      forget(next)
      rest += next.children.values
    }
  }

  /// Takes its path from the folder that is watched there; the last one takes the watch along.
  private func forget(_ place: Place) {
    guard let watch = place.watch else { return }
    place.watch = nil
    places[watch]?.removeAll { $0 === place }
    guard places[watch]?.isEmpty == true else { return }
    places[watch] = nil
    inotify.remove(watch)
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
