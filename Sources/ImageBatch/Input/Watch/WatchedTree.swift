import ConcurrencyPrimitives
import Glibc
import SystemPackage

/// A tree that is worked on for as long as the run goes on: what is there, then what arrives.
///
/// A folder is watched before its names are read, so that nothing falls in between. A file is given
/// out when it is whole: once its writer has closed it, or it was moved in; and never twice at a
/// time, since the older of two jobs might write last. All that happened before it is given out is
/// taken to be part of what the job will read.
struct WatchedTree {
  private let root: InputFolder
  private let selection: InputSelection
  private let naming: OutputNaming
  private let excludedFolder: ExcludedFolder?
  private let watches: FolderWatches
  private let onRescan: () -> Void

  private var folders: FolderChain
  private var walks: [Walk] = []
  private var arrivals = Arrivals()
  /// Files that were made, and that nobody was seen to close: a link to a whole file, or one that is
  /// still being written.
  private var unfinished: Set<FilePath> = []
  private var nextCheck = Deadline.Instant.now
  /// Jobs that were given out and are not settled, and those among them that changed meanwhile.
  private var inFlight: Set<FilePath> = []
  private var changedInFlight: Set<FilePath> = []
  private var mustRescan = false
  /// What was given out because it arrived while names were being read, and may be among those.
  private var cameFirst: Set<FilePath> = []

  private struct Walk {
    var walker: Walker
    /// Whether it gives out only what is newer than its output.
    let isRescan: Bool
  }

  private static let maximumWalkCount = 8

  /// How often files that are not whole are looked at.
  private static let checkPeriod = Duration.milliseconds(50)

  /// - Parameter onRescan: told when more happens than can be told one by one.
  /// - Throws: `BatchError` where IN cannot be watched or listed, or holds two inputs for one output.
  init(
    root: InputFolder, selection: InputSelection, naming: OutputNaming,
    excludedFolder: ExcludedFolder?, inotify: Inotify, onRescan: @escaping () -> Void
  ) throws(BatchError) {
    self.root = root
    self.selection = selection
    self.naming = naming
    self.excludedFolder = excludedFolder
    self.onRescan = onRescan
    watches = FolderWatches(inotify)
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
    if mustRescan, walks.isEmpty {
      mustRescan = false
      onRescan()
      try walk(root, at: FilePath(), isRescan: true)
    }
    checkUnfinished()
    while true {
      // A walk keeps its folders open: no more of them at a time than can be afforded.
      if walks.count < Self.maximumWalkCount, let path = arrivals.popFirst() {
        guard let finding = try look(at: path), let taken = try take(finding, isTold: true) else {
          continue
        }
        if !walks.isEmpty { cameFirst.insert(path) }
        return taken
      }
      guard let walk = walks.popLast() else {
        cameFirst.removeAll()
        return nil
      }
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
      guard let finding else { continue }
      walks.append(Walk(walker: walker, isRescan: walk.isRescan))
      // A folder that went before the walk came to it.
      if case .failed(_, let failure) = finding, failure.code == Errno.noSuchFileOrDirectory.name {
        continue
      }
      if walk.isRescan {
        guard isOutdated(finding) else { continue }
      } else if !cameFirst.isEmpty, cameFirst.remove(relativePath(of: finding.input)) != nil {
        continue
      }
      if let taken = try take(finding, isTold: false) { return taken }
    }
  }

  /// A job has come to its end, and may come again.
  ///
  /// - Parameter isSuperseded: whether its file changed while it was read.
  mutating func settle(_ input: FilePath, isSuperseded: Bool) throws(BatchError) {
    // What happened up to now concerns a job that was in flight.
    try takeEvents()
    let path = relativePath(of: input)
    guard inFlight.remove(path) != nil else { return }
    if changedInFlight.remove(path) != nil || isSuperseded { arrive(path) }
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
    guard !inFlight.contains(path) else {
      changedInFlight.insert(path)
      return nil
    }
    let state = FileState(
      of: name, in: folder.directory, followingLinks: job.followsLinks, isTold: isTold)
    switch state {
    case .gone:
      return nil
    case .beingWritten:
      unfinished.insert(path)
      return nil
    case .whole:
      try takeEvents()
      arrivals.remove(path)
      unfinished.remove(path)
      inFlight.insert(path)
      return finding
    }
  }

  /// What a name stands for now; nil where it is gone, or a folder, which is walked then.
  private mutating func look(at path: FilePath) throws(BatchError) -> Finding? {
    let input = root.path.pushing(path)
    guard let name = path.lastComponent.map(FileName.init) else { return nil }
    do {
      let folder = try folders.folder(at: path.removingLastComponent())
      let mode = try folder.directory.status(of: name, followingLinks: selection.followsLinks)
        .st_mode
      switch FolderListing.Kind(mode: mode) {
      case .file:
        try refuseCollision(of: name, in: folder)
        let destination = folder.output.map { Destination.file($0, naming.name(for: name)) }
        return .job(
          Job(
            source: .file(folder, name), input: input, destination: destination,
            followsLinks: selection.followsLinks))
      case .folder:
        try walk(try folders.folder(at: path), at: path, isRescan: false)
        return nil
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

  /// Makes sure that no other picture of the folder has the same output.
  private func refuseCollision(of name: FileName, in folder: InputFolder) throws {
    let output = naming.name(for: name)
    guard output != name, let outputFolder = folder.output else { return }
    let others = try FolderListing(of: folder.directory) { other, kind in
      kind != .folder && selection.shows(other)
    }
    var clashes = CollisionCheck()
    for index in 0..<others.count where naming.name(for: others.name(at: index)) == output {
      let other = others.name(at: index)
      let isPicture = CollisionCheck.isPicture(
        other, in: folder.directory, followingLinks: selection.followsLinks)
      guard other == name || isPicture else { continue }
      clashes.add(folder.path.appending(other), for: outputFolder.path.appending(output))
    }
    try clashes.refuse()
  }

  /// Whether a file is newer than its output, or has none. A file that was moved in keeps the time
  /// of its content; that of its inode tells.
  private func isOutdated(_ finding: Finding) -> Bool {
    guard case .job(let job) = finding, case .file(let folder, let name) = job.source,
      case .file(let outputFolder, let outputName) = job.destination,
      let input = try? folder.directory.status(of: name, followingLinks: job.followsLinks),
      let output = try? outputFolder.status(of: outputName)
    else { return true }
    return !(input.st_mtim < output.st_mtim && input.st_ctim < output.st_mtim)
  }

  private mutating func walk(
    _ folder: InputFolder, at path: FilePath, isRescan: Bool
  ) throws(BatchError) {
    let watches = watches
    var walker = try Walker(
      root: folder, relativePath: path, selection: selection, naming: naming
    ) { directory, path throws(BatchError) in
      // A new folder is found by its event and by a walk over the one above it: the names in it are
      // read by the one that comes first, and all that is added later is told.
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
        // Whatever is known may be out of date.
        mustRescan = true
        folders.forget()
        changedInFlight.formUnion(inFlight)
      } else if let folder = watches[event.watch] {
        take(event, in: folder)
      }
    }
  }

  private mutating func take(_ event: Inotify.Event, in folder: FilePath) {
    if event.has(IN_IGNORED) { watches.drop(event.watch) }
    guard let name = event.name, name.content.withUnsafeBufferPointer(selection.shows) else {
      return
    }
    let path = folder.appending(name)
    let hasCome = event.has(IN_MOVED_TO) || event.has(IN_CREATE)
    if event.isFolder {
      // Another folder may stand there now, with other files by the same names.
      if !event.has(IN_CREATE) { cameFirst = cameFirst.filter { !$0.starts(with: path) } }
      if hasCome {
        guard !selection.isExcluded(path) else { return }
        arrive(path)
      } else {
        // The kernel itself ends the watches on what was deleted.
        if event.has(IN_MOVED_FROM) { watches.remove(below: path) }
        folders.forget()
        for index in walks.indices { walks[index].walker.leave(path) }
      }
    } else if selection.admitsFile(path) {
      unfinished.remove(path)
      if event.has(IN_CLOSE_WRITE) || event.has(IN_MOVED_TO) {
        arrive(path)
      } else if event.has(IN_CREATE) {
        unfinished.insert(path)
      } else {
        arrivals.remove(path)
      }
    }
  }

  private mutating func arrive(_ path: FilePath) {
    if !arrivals.insert(path) { mustRescan = true }
  }

  /// Looks after files that nobody was seen to close.
  private mutating func checkUnfinished() {
    guard !unfinished.isEmpty, nextCheck <= .now else { return }
    nextCheck = .now.advanced(by: Self.checkPeriod)
    for path in unfinished {
      guard let name = path.lastComponent.map(FileName.init),
        let folder = try? folders.folder(at: path.removingLastComponent())
      else {
        unfinished.remove(path)
        continue
      }
      switch FileState(
        of: name, in: folder.directory, followingLinks: selection.followsLinks, isTold: false)
      {
      case .beingWritten: break
      case .gone: unfinished.remove(path)
      case .whole:
        unfinished.remove(path)
        arrive(path)
      }
    }
  }
}

extension timespec {
  fileprivate static func < (left: timespec, right: timespec) -> Bool {
    (left.tv_sec, left.tv_nsec) < (right.tv_sec, right.tv_nsec)
  }
}
