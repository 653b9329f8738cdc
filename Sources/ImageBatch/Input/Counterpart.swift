import Glibc
import Synchronization
import SystemPackage

/// The folder of one tree that goes with a folder of the other by its path. It is opened, through
/// those above it, when the first file in it is asked for; the jobs of a folder share it.
final class CounterpartFolder: Sendable {
  /// As people know it.
  let path: FilePath

  /// Whether it belongs to the first of the two trees.
  let isInFirst: Bool

  private let parent: (folder: CounterpartFolder, name: FileName)?
  private let followsLinks: Bool
  /// OUT, if there is one: what lies there is compared with nothing.
  private let output: OutputFolder?
  private let opened: Mutex<Directory?>

  /// The root of a tree.
  init(
    _ directory: Directory, path: FilePath, isInFirst: Bool, followsLinks: Bool,
    output: OutputFolder? = nil
  ) {
    self.path = path
    self.isInFirst = isInFirst
    self.followsLinks = followsLinks
    self.output = output
    parent = nil
    opened = Mutex(directory)
  }

  /// The folder `name` below `folder`, whether there is one or not.
  init(_ name: FileName, in folder: CounterpartFolder) {
    path = folder.path.appending(name)
    isInFirst = folder.isInFirst
    followsLinks = folder.followsLinks
    output = folder.output
    parent = (folder, name)
    opened = Mutex(nil)
  }

  /// The folder, opened; nil where none stands there, or OUT.
  func open() throws(Errno) -> Directory? {
    if let directory = opened.withLock({ $0 }) { return directory }
    guard let parent, let above = try parent.folder.open() else { return nil }
    do {
      let directory = try waitingForDescriptors { () throws(Errno) in
        try above.subfolder(parent.name, followingLinks: followsLinks)
      }
      guard directory.identity != output?.identity else { return nil }
      return opened.withLock { known in
        // Two workers may come at once.
        if let known { return known }
        known = directory
        return directory
      }
    } catch  where error.tellsOfAbsence {
      return nil
    }
  }

  /// Whether something other than a folder stands in it under that name.
  func holdsFile(_ name: FileName) throws(Errno) -> Bool {
    do {
      guard let status = try open()?.status(of: name, followingLinks: followsLinks) else {
        return false
      }
      return FolderListing.Kind(mode: status.st_mode) != .folder
    } catch  where error.tellsOfAbsence {
      return false
    }
  }
}

/// The file that a picture is held against.
struct Counterpart: Sendable {
  let folder: CounterpartFolder
  let name: FileName

  /// Whether somebody named the two, and means pictures: what is none is not passed over then.
  var isNamed = false

  /// As people know it.
  var path: FilePath { folder.path.appending(name) }

  /// Opens it.
  ///
  /// - Returns: nil where nothing stands there, or a folder.
  /// - Throws: `Errno`, `ReadError`.
  func open(followingLinks: Bool) throws -> InputFile.Opened? {
    guard let directory = try folder.open() else { return nil }
    do {
      let opened = try InputFile.open(name, in: directory, followingLinks: followingLinks)
      if case .notRegular = opened, try !folder.holdsFile(name) { return nil }
      return opened
    } catch let error as ReadError where error.cause?.tellsOfAbsence == true {
      return nil
    }
  }
}

extension Errno {
  /// Whether it tells that there is nothing of that name, or something else in a folder's place.
  fileprivate var tellsOfAbsence: Bool {
    self == .noSuchFileOrDirectory || self == .notDirectory || self == .tooManySymbolicLinkLevels
  }
}
