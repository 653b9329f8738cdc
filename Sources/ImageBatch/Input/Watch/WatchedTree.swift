import ConcurrencyPrimitives
import Glibc
import SystemPackage

/// A tree that is worked on for as long as the run goes on: what is there, then what arrives.
///
/// A folder is watched before its names are read, so that nothing falls in between. A file is given
/// out when it is whole: once its writer has closed it, or it was moved in.
struct WatchedTree {
  private let root: InputFolder
  private let selection: InputSelection
  private let scheme: OutputScheme
  private let excludedFolder: ExcludedFolder?
  private let watches: FolderWatches
  private let observer: Observer

  private var folders: FolderChain
  private var walks: [Walk] = []
  private var state = ArrivalState()
  private let claims: OutputClaims
  private var nextCheck = Deadline.Instant.now

  /// Who is told of what happens in the tree.
  struct Observer {
    /// More happens than can be told one by one.
    var onRescan: () -> Void
    /// There is more to do than a turn should take.
    var onUnfinishedTurn: () -> Void
  }

  private struct Walk {
    var walker: Walker
    /// Whether it gives out only what is newer than its output.
    let isRescan: Bool
  }

  private static let maximumWalkCount = 8

  /// How many files may be passed over before others get their turn.
  private static let maximumSkipCount = 256

  /// How often files that are not whole are looked at.
  private static let checkPeriod = Duration.milliseconds(50)

  /// - Throws: `BatchError` where IN cannot be watched or listed, or holds two inputs for one output.
  init(
    root: InputFolder, selection: InputSelection, scheme: OutputScheme,
    excludedFolder: ExcludedFolder?, inotify: Inotify, observer: Observer
  ) throws(BatchError) {
    self.root = root
    self.selection = selection
    self.scheme = scheme
    self.excludedFolder = excludedFolder
    self.observer = observer
    watches = FolderWatches(inotify)
    claims = OutputClaims(selection: selection, scheme: scheme)
    folders = FolderChain(root: root, followsLinks: selection.followsLinks)
    folders.excludedFolder = excludedFolder
    try walk(root, at: FilePath(), isRescan: false)
  }

  /// The next finding; nil while there is none.
  ///
  /// - Throws: `BatchError` where IN is gone, or the system lets no more be watched.
  mutating func next() throws(BatchError) -> Finding? {
    // The kernel tells of a folder's end only when nobody has it open any more.
    guard !root.directory.isRemoved else {
      throw BatchError(
        .inputUnavailable, "\(root.path.escaped): was removed while it was watched")
    }
    try takeEvents()
    if state.mustRescan, walks.isEmpty {
      state.rescan()
      observer.onRescan()
      try walk(root, at: FilePath(), isRescan: true)
    }
    checkUnfinished()
    for _ in 0..<Self.maximumSkipCount {
      // A walk keeps its folders open: no more of them at a time than can be afforded.
      if walks.count < Self.maximumWalkCount, let path = state.nextArrival() {
        guard let finding = try look(at: path), let taken = try take(finding, isTold: true) else {
          continue
        }
        if !walks.isEmpty { state.takeBeforeWalk(path) }
        return taken
      }
      guard let walk = walks.popLast() else {
        state.endWalks()
        return nil
      }
      if let taken = try goOn(walk) { return taken }
    }
    observer.onUnfinishedTurn()
    return nil
  }

  /// Takes the next step of a walk.
  private mutating func goOn(_ walk: Walk) throws(BatchError) -> Finding? {
    var walker = walk.walker
    let finding: Finding?
    do {
      finding = try walker.next()
    } catch  where error.code == .collision {
      // The walk goes on behind that folder, which is watched like any other.
      walks.append(Walk(walker: walker, isRescan: walk.isRescan))
      return .failed(
        root.path, JobFailure(stage: .walk, code: error.code.name, message: error.message))
    }
    guard let finding else { return nil }
    walks.append(Walk(walker: walker, isRescan: walk.isRescan))
    // A folder that went before the walk came to it.
    if case .failed(_, let failure) = finding, failure.code == Errno.noSuchFileOrDirectory.name {
      return nil
    }
    let path = relativePath(of: finding.input)
    guard !state.wasTakenBeforeWalk(path), !walk.isRescan || isOutdated(finding),
      let taken = try take(finding, isTold: false)
    else { return nil }
    // A folder that has come is walked by itself while the rescan is under way to it.
    if !walk.isRescan, walks.contains(where: \.isRescan) { state.takeBeforeWalk(path) }
    return taken
  }

  /// A job has come to its end, and may come again.
  ///
  /// - Parameter isSuperseded: whether its file changed while it was read.
  mutating func settle(_ input: FilePath, isSuperseded: Bool) throws(BatchError) {
    // What happened up to now concerns a job that was in flight.
    try takeEvents()
    state.settle(relativePath(of: input), isSuperseded: isSuperseded)
  }

  // MARK: From findings to jobs

  /// Gives a finding out, unless its time has not come.
  ///
  /// - Parameter isTold: whether an event said that the file is whole.
  private mutating func take(_ finding: Finding, isTold: Bool) throws(BatchError) -> Finding? {
    guard case .job(let job) = finding, case .file(let folder, let name) = job.source else {
      return finding
    }
    let path = relativePath(of: job.input)
    guard state.admits(path) else { return nil }
    switch FileState(
      of: name, in: folder.directory, followingLinks: job.followsLinks, isTold: isTold)
    {
    case .gone:
      return nil
    case .beingWritten:
      state.begin(path)
      return nil
    case .whole:
      try takeEvents()
      state.take(path)
      return finding
    }
  }

  /// What stands under a name; nil where it is gone or not selected, and for a folder, whose walk
  /// begins.
  private mutating func look(at path: FilePath) throws(BatchError) -> Finding? {
    let input = root.path.pushing(path)
    guard let name = path.lastName else { return nil }
    do {
      let folder = try folders.folder(at: path.removingLastComponent())
      let mode = try folder.directory.status(of: name, followingLinks: selection.followsLinks)
        .st_mode
      switch FolderListing.Kind(mode: mode) {
      case .folder:
        let folder = try folders.folder(at: path)
        if !folders.isLoop { try walk(folder, at: path, isRescan: false) }
        return nil
      case _ where !selection.admitsFile(path): return nil
      case .file:
        try claims.claim(name, in: folder, at: path)
        return .job(folder.job(for: name, scheme: scheme, followsLinks: selection.followsLinks))
      case .link: return .skipped(input, "a symbolic link")
      case .other, .unknown: return .skipped(input, "not a regular file")
      }
    } catch let error as BatchError where error.code == .systemLacks {
      throw error
    } catch let cause as Errno where cause == .noSuchFileOrDirectory || cause == .notDirectory {
      return nil
    } catch let cause as Errno where cause.isDescriptorShortage {
      throw .tooFewDescriptors(at: input)
    } catch let error as BatchError {
      return .failed(
        input, JobFailure(stage: .walk, code: error.code.name, message: error.message))
    } catch let failure as JobFailure where failure.code == "insideOutput" {
      return nil
    } catch {
      return .failed(input, JobFailure(.walk, error))
    }
  }

  /// Whether a file is newer than one of its outputs, or has it not. A file that was moved in keeps the time
  /// of its content; that of its inode tells.
  private func isOutdated(_ finding: Finding) -> Bool {
    guard case .job(let job) = finding, case .file(let folder, let name) = job.source,
      let input = try? folder.directory.status(of: name, followingLinks: job.followsLinks)
    else { return true }
    return job.destinations.contains { destination in
      guard case .file(let folder, let name) = destination,
        let output = try? folder.status(of: name)
      else { return true }
      return !(input.st_mtim < output.st_mtim && input.st_ctim < output.st_mtim)
    }
  }

  private mutating func walk(
    _ folder: InputFolder, at path: FilePath, isRescan: Bool
  ) throws(BatchError) {
    let (watches, claims) = (watches, claims)
    var walker = try Walker(
      root: folder, relativePath: path, selection: selection, scheme: scheme
    ) { directory, path throws(BatchError) in
      // A new folder is found by its event and by a walk over the one above it: the names in it are
      // read by the one that comes first, and all that is added later is told.
      claims.forget(directory)
      let isNew = try watches.add(directory, at: path)
      return isNew || isRescan
    }
    walker.excludedFolder = excludedFolder
    walks.append(Walk(walker: walker, isRescan: isRescan))
  }

  private func relativePath(of input: FilePath) -> FilePath {
    FilePath(root: nil, input.components.dropFirst(root.path.components.count))
  }

  // MARK: What happens

  private mutating func takeEvents() throws(BatchError) {
    for event in try watches.events() {
      if event.overflowed {
        state.overflow()
        folders.forget()
      } else {
        for folder in watches.paths(of: event.watch) { take(event, in: folder) }
        if event.has(IN_IGNORED) { watches.drop(event.watch) }
      }
    }
  }

  private mutating func take(_ event: Inotify.Event, in folder: FilePath) {
    guard let name = event.name, name.content.withUnsafeBufferPointer(selection.shows) else {
      return
    }
    let path = folder.appending(name)
    let hasCome = event.has(IN_MOVED_TO) || event.has(IN_CREATE)
    if event.isFolder {
      if !event.has(IN_CREATE) { state.replaceFolder(path) }
      if !hasCome {
        leaveFolder(path, takesWatches: event.has(IN_MOVED_FROM))
      } else if !selection.isExcluded(path) {
        state.arrive(path)
      }
    } else if selection.followsLinks, !hasCome, watches.contains(path) {
      // A link to a folder: the folder is still there.
      state.replaceFolder(path)
      leaveFolder(path, takesWatches: true)
    } else if selection.admitsFile(path) || mayLeadToFolder(event, at: path) {
      if event.has(IN_CLOSE_WRITE) || event.has(IN_MOVED_TO) {
        state.arrive(path)
      } else if event.has(IN_CREATE) {
        state.begin(path)
      } else {
        state.leave(path)
      }
    }
  }

  /// Whether the name may be a link's, to a folder whose files belong to the run.
  private func mayLeadToFolder(_ event: Inotify.Event, at path: FilePath) -> Bool {
    selection.followsLinks && !event.has(IN_CLOSE_WRITE) && !selection.isExcluded(path)
  }

  /// - Parameter takesWatches: whether the watches are to end; on what was deleted, the kernel
  ///   itself ends them.
  private mutating func leaveFolder(_ path: FilePath, takesWatches: Bool) {
    if takesWatches { watches.remove(below: path) }
    folders.forget()
    for index in walks.indices { walks[index].walker.leave(path) }
  }

  /// Looks after files that nobody was seen to close.
  private mutating func checkUnfinished() {
    guard !state.unfinished.isEmpty, nextCheck <= .now else { return }
    nextCheck = .now.advanced(by: Self.checkPeriod)
    for path in state.unfinished {
      guard let name = path.lastName,
        let folder = try? folders.folder(at: path.removingLastComponent())
      else {
        state.leave(path)
        continue
      }
      switch FileState(
        of: name, in: folder.directory, followingLinks: selection.followsLinks, isTold: false)
      {
      case .beingWritten: break
      case .gone: state.leave(path)
      case .whole: state.arrive(path)
      }
    }
  }
}

extension timespec {
  fileprivate static func < (left: timespec, right: timespec) -> Bool {
    (left.tv_sec, left.tv_nsec) < (right.tv_sec, right.tv_nsec)
  }
}
