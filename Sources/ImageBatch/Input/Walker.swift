import Glibc
import ImageCodecs
import SystemPackage

/// Walks a tree and yields what it finds, lazily: one folder's names at a time, sorted by their
/// bytes, the files of a folder before its subfolders.
///
/// In memory are the names of the folders on the way down, and no more, so that a tree of a
/// million files is walked flat. Folders are told by device and inode: OUT below IN is left out
/// whatever path leads there, and a loop of links ends where it began.
struct Walker: FindingSource {
  private let selection: InputSelection
  private let scheme: OutputScheme

  /// OUT, which is never walked, whatever path leads there.
  var excludedFolder: ExcludedFolder?

  /// Told of each folder, with its path below IN, before its names are read; says whether they are to
  /// be.
  private let willList: (Directory, FilePath) throws(BatchError) -> Bool

  /// Whether files are left out that stand in the folder's counterpart, too.
  private let omitsShared: Bool

  private var levels: [Level]

  /// What stands on the way down: a folder and what is left to do in it.
  private final class Level {
    let folder: InputFolder
    /// Below IN.
    let relativePath: FilePath
    let listing: FolderListing
    var next = 0
    /// The files come first, then the listing is gone through again for the subfolders.
    var isInSubfolders = false
    private let lastSubfolder: Int?

    init(
      folder: InputFolder, relativePath: FilePath, listing: consuming FolderListing,
      followsLinks: Bool
    ) {
      self.folder = folder
      self.relativePath = relativePath
      lastSubfolder = listing.lastIndex {
        switch $0 {
        case .folder, .unknown: true
        case .link: followsLinks
        case .file, .other: false
        }
      }
      self.listing = listing
    }

    /// Whether a folder may be left to be entered; those that are left out count, too.
    var mayHaveSubfolders: Bool {
      lastSubfolder.map { !isInSubfolders || $0 >= next } ?? false
    }
  }

  /// - Parameters:
  ///   - root: IN, or a folder below it.
  ///   - relativePath: that of `root` below IN.
  ///   - scheme: how outputs are named, so that two inputs with one output are found.
  ///   - omitsShared: whether files are left out that stand in the folder's counterpart, too.
  ///   - willList: told of each folder, with its path below IN, before its names are read; says
  ///     whether they are to be.
  /// - Throws: `BatchError` where `root` cannot be listed, or holds two inputs for one output; what
  ///   `willList` throws.
  init(
    root: InputFolder, relativePath: FilePath = FilePath(), selection: InputSelection,
    scheme: OutputScheme, omitsShared: Bool = false,
    willList: @escaping (Directory, FilePath) throws(BatchError) -> Bool = { _, _ in true }
  ) throws(BatchError) {
    self.selection = selection
    self.scheme = scheme
    self.omitsShared = omitsShared
    self.willList = willList
    levels = []
    do {
      try enter(root, relativePath: relativePath)
    } catch let cause as Errno {
      guard !cause.isDescriptorShortage else { throw .tooFewDescriptors(at: root.path) }
      throw BatchError(.inputUnavailable, root.path, cause)
    } catch let error as BatchError {
      throw error
    } catch {
      throw BatchError(.inputUnavailable, "\(root.path.escaped): \(error)")
    }
  }

  /// The next finding, or nil at the end.
  ///
  /// - Throws: `BatchError` where a folder has two inputs for one output, before any of them.
  mutating func next() throws(BatchError) -> Finding? {
    while let level = levels.last {
      guard level.next < level.listing.count else {
        if level.isInSubfolders {
          levels.removeLast()
        } else {
          level.isInSubfolders = true
          level.next = 0
        }
        continue
      }
      let index = level.next
      level.next += 1
      if let finding = try look(at: index, of: level) { return finding }
    }
    return nil
  }

  mutating func rest(atMost count: Int) throws(BatchError) -> [Finding] {
    guard count > 0, let level = levels.last, !level.isInSubfolders,
      level.listing.count - level.next <= count,
      !levels.contains(where: \.mayHaveSubfolders)
    else { return [] }
    var rest: [Finding] = []
    while let finding = try next() { rest.append(finding) }
    return rest
  }

  /// Leaves a folder that is no longer where it was, and all below it.
  ///
  /// - Parameter path: below IN.
  mutating func leave(_ path: FilePath) {
    levels.removeAll { !$0.relativePath.isEmpty && $0.relativePath.starts(with: path) }
  }

  private mutating func look(at index: Int, of level: Level) throws(BatchError) -> Finding? {
    let listed = level.listing.kind(at: index)
    // Most entries belong to the other pass, and need not be named for it.
    if listed == .file && level.isInSubfolders || listed == .folder && !level.isInSubfolders {
      return nil
    }
    let name = level.listing.name(at: index)
    // Paths are put together where somebody asks for them: few do.
    var relativePath: FilePath { level.relativePath.appending(name) }
    var path: FilePath { level.folder.path.appending(name) }
    guard !selection.isExcluded(relativePath) else { return nil }
    let kind: FolderListing.Kind
    do {
      kind = try resolve(listed, name, in: level.folder.directory)
    } catch {
      guard !level.isInSubfolders else { return nil }
      return .failed(path, JobFailure(.walk, error))
    }
    if kind == .folder {
      guard level.isInSubfolders else { return nil }
      return try descend(
        into: name, isLinked: listed != .folder, path: path, relativePath: relativePath, from: level
      )
    }
    guard !level.isInSubfolders, selection.admitsFile(relativePath) else { return nil }
    do {
      if try isOmitted(name, in: level.folder) { return nil }
    } catch  where error.isDescriptorShortage {
      throw .tooFewDescriptors(at: path)
    } catch {
      return .failed(path, JobFailure(.walk, error))
    }
    switch kind {
    case .file:
      return .job(level.folder.job(for: name, scheme: scheme, followsLinks: selection.followsLinks))
    case .link:
      return .skipped(path, "a symbolic link")
    default:
      return .skipped(path, "not a regular file")
    }
  }

  private func isOmitted(_ name: FileName, in folder: InputFolder) throws(Errno) -> Bool {
    guard omitsShared, let counterpart = folder.counterpart else { return false }
    return try counterpart.holdsFile(name)
  }

  /// What an entry is, asked from the system only where the folder did not tell.
  private func resolve(
    _ kind: FolderListing.Kind, _ name: FileName, in directory: Directory
  ) throws(Errno) -> FolderListing.Kind {
    switch kind {
    case .unknown:
      let status = try directory.status(of: name, followingLinks: false)
      return try resolve(FolderListing.Kind(mode: status.st_mode), name, in: directory)
    case .link where selection.followsLinks:
      return FolderListing.Kind(mode: try directory.status(of: name, followingLinks: true).st_mode)
    default:
      return kind
    }
  }

  private mutating func descend(
    into name: FileName, isLinked: Bool, path: FilePath, relativePath: FilePath, from level: Level
  ) throws(BatchError) -> Finding? {
    do {
      let directory = try waitingForDescriptors { () throws(Errno) in
        try level.folder.directory.subfolder(name, followingLinks: selection.followsLinks)
      }
      let isLoop = levels.contains { $0.folder.directory.identity == directory.identity }
      let isExcluded = try excludedFolder?.contains(directory, isLinked: isLinked) ?? false
      guard !isExcluded, !isLoop else { return nil }
      try enter(level.folder.subfolder(name, directory), relativePath: relativePath)
      return nil
    } catch let error as BatchError {
      throw error
    } catch let cause as Errno where cause.isDescriptorShortage {
      throw .tooFewDescriptors(at: path)
    } catch {
      return .failed(path, JobFailure(.walk, error))
    }
  }

  private mutating func enter(_ folder: InputFolder, relativePath: FilePath) throws {
    try refuseReserved(folder, at: relativePath)
    guard try willList(folder.directory, relativePath) else { return }
    let selection = selection
    let listing = try FolderListing(of: folder.directory) { name, _ in selection.shows(name) }
    let level = Level(
      folder: folder, relativePath: relativePath, listing: listing,
      followsLinks: selection.followsLinks)
    if !folder.outputs.isEmpty { try checkCollisions(in: level) }
    levels.append(level)
  }

  /// Makes sure that no two pictures of a folder have one output, nor a picture that of a subfolder.
  ///
  /// Names are compared by their hashes first, eight bytes each, and only names that clash are
  /// opened: another file beside the picture (`a.png`, `a.txt`) is no reason to refuse.
  private func checkCollisions(in level: Level) throws(BatchError) {
    let indices = 0..<level.listing.count
    let hasNewNames = indices.contains { index in
      let (name, places) = places(at: index, of: level)
      return places.contains { $0.name != name }
    }
    guard hasNewNames else { return }
    var hashes: [Int] = []
    for index in indices { hashes += places(at: index, of: level).places.map(\.hashValue) }
    hashes.sort()
    let repeated = Set(zip(hashes, hashes.dropFirst()).filter { $0 == $1 }.map { $0.0 })
    guard !repeated.isEmpty else { return }
    var clashes = CollisionCheck()
    for index in indices {
      let (name, places) = places(at: index, of: level)
      let contested = places.filter { repeated.contains($0.hashValue) }
      guard !contested.isEmpty else { continue }
      let isFolder = level.listing.kind(at: index) == .folder
      guard isFolder || isPicture(name, in: level) else { continue }
      for place in contested {
        let folder = level.folder.outputs[place.folderIndex]
        clashes.add(level.folder.path.appending(name), for: folder.path.appending(place.name))
      }
    }
    try clashes.refuse()
  }

  /// An entry's name, and what it takes in the mirrors of its folder.
  private func places(
    at index: Int, of level: Level
  ) -> (input: FileName, places: [OutputScheme.Place]) {
    let name = level.listing.name(at: index)
    guard level.listing.kind(at: index) == .folder else { return (name, scheme.places(for: name)) }
    return (
      name, scheme.folders.indices.map { OutputScheme.Place(folderIndex: $0, name: name) }
    )
  }

  /// Whether a folder stands there that the walk would come to.
  private func entersFolder(at path: FilePath, from root: Directory) -> Bool {
    var (folder, below) = (root, FilePath())
    for name in path.components.map(FileName.init) {
      below = below.appending(name)
      guard name.content.withUnsafeBufferPointer(selection.shows), !selection.isExcluded(below),
        let next = try? folder.subfolder(name, followingLinks: selection.followsLinks)
      else { return false }
      folder = next
    }
    return true
  }

  /// Makes sure that no folder of IN has for its mirror what is the mirror of IN for another output:
  /// those that may come to it, before the first of their files.
  private func refuseReserved(_ folder: InputFolder, at path: FilePath) throws(BatchError) {
    guard !folder.outputs.isEmpty else { return }
    for reserved in scheme.reservedFolders {
      let stands = path.isEmpty && entersFolder(at: reserved, from: folder.directory)
      guard stands || path == reserved else { continue }
      throw BatchError(
        .collision,
        "\(folder.path.escaped): the folder \(reserved.escaped) has the name of one that outputs go "
          + "into")
    }
  }

  private func isPicture(_ name: FileName, in level: Level) -> Bool {
    selection.admitsFile(level.relativePath.appending(name))
      && CollisionCheck.isPicture(
        name, in: level.folder.directory, followingLinks: selection.followsLinks)
  }
}
