import Glibc
import Synchronization
import SystemPackage

/// A folder of OUT, the mirror of one of IN. Those below OUT are made when the first output goes
/// into them.
final class OutputFolder: Sendable {
  /// As people know it.
  let path: FilePath

  private let parent: (folder: OutputFolder, name: FileName)?
  private let isDryRun: Bool
  private let isDurable: Bool
  private let checksPlace: Bool
  /// The folders that no output may go into: IN, and what it is compared with.
  private let forbidden: Set<FileIdentity>
  /// The folders that were rid of leftovers, so that a list that comes back to one does not make
  /// it be read again. Shared by all below OUT.
  private let swept: SweptFolders
  private let lastOpened: LastOpened
  private let opened = Mutex<Directory?>(nil)

  /// OUT itself, to be prepared before anything is written.
  ///
  /// - Parameters:
  ///   - isDryRun: whether nothing is to be made or written.
  ///   - isDurable: whether a folder that is made must be on the disk before anything in it.
  ///   - checksPlace: whether it is asked before each output if a folder below OUT still stands in
  ///     its place, which costs a system call: for a run that has no end. Else one that is renamed
  ///     takes its outputs along, and one that is removed is made anew.
  ///   - forbidden: the folders that no output may go into.
  init(
    path: FilePath, isDryRun: Bool, isDurable: Bool, checksPlace: Bool,
    forbidden: Set<FileIdentity>
  ) {
    self.path = path
    self.isDryRun = isDryRun
    self.isDurable = isDurable
    self.checksPlace = checksPlace
    self.forbidden = forbidden
    swept = SweptFolders()
    lastOpened = LastOpened()
    parent = nil
  }

  /// The folder `name` below `folder`.
  init(_ name: FileName, in folder: OutputFolder) {
    path = folder.path.appending(name)
    isDryRun = folder.isDryRun
    isDurable = folder.isDurable
    checksPlace = folder.checksPlace
    forbidden = folder.forbidden
    swept = folder.swept
    lastOpened = folder.lastOpened
    parent = (folder, name)
  }

  /// Which folder it is, where it is known to exist.
  var identity: FileIdentity? { opened.withLock { $0?.identity } }

  /// Whether OUT was removed after it had been opened.
  var isRootRemoved: Bool {
    parent?.folder.isRootRemoved ?? opened.withLock { $0?.isRemoved ?? false }
  }

  /// Opens OUT, makes it where it is missing, and finds out whether it can be written to.
  ///
  /// - Parameter isShared: whether other runs may write there at the same time.
  /// - Throws: `BatchError` `.outputUnavailable`, `.outputInUse`.
  func prepare(isShared: Bool) throws(BatchError) {
    let directory =
      isDryRun
      ? try OutputRoot.openIfStanding(path.orCurrent)
      : try OutputRoot.open(path.orCurrent, isShared: isShared, isDurable: isDurable)
    opened.withLock { $0 = directory }
  }

  /// The folder, opened, and made where it is missing. The writer alone calls it.
  ///
  /// A symbolic link in its place is not followed: outputs stay below OUT. See mkdirat(2).
  ///
  /// - Throws: `Errno`; `JobFailure` for a folder that inputs come from.
  func open() throws -> Directory {
    if !isOpen { leaveLast() }
    return try open(checkingPlace: checksPlace)
  }

  private var isOpen: Bool { opened.withLock { $0 != nil } }

  /// Closes what stands above the folder that was opened last, but not above this one: jobs that are
  /// on their way keep a folder, and would keep the whole way to it.
  private func leaveLast() {
    let above = Set(sequence(first: self, next: \.parent?.folder).map(ObjectIdentifier.init))
    var left = lastOpened.replace(with: self)?.parent?.folder
    while let folder = left, !above.contains(ObjectIdentifier(folder)) {
      folder.opened.withLock { $0 = nil }
      left = folder.parent?.folder
    }
  }

  /// The folder, made anew where it has been removed, or one above it; nil where it has not.
  ///
  /// - Parameter error: what was said when an output was put into it. Of a folder that is gone file
  ///   systems say different things, and some not even, when they are asked, that it is.
  /// - Throws: as `open()`.
  func openAnew(after error: Errno) throws -> Directory? {
    guard parent != nil, error.meansNoFolder || isGone else { return nil }
    return try open(checkingPlace: true)
  }

  /// Whether it has been removed, or the nearest above it that was opened.
  private var isGone: Bool {
    opened.withLock { $0?.isRemoved } ?? parent?.folder.isGone ?? false
  }

  private func open(checkingPlace: Bool) throws -> Directory {
    guard let parent else { return try openedRoot() }
    if !checkingPlace, let directory = opened.withLock({ $0 }) { return directory }
    let above = try parent.folder.open(checkingPlace: checkingPlace)
    if let directory = known(in: above, as: parent.name) { return directory }
    let directory = try make(parent.name, in: above)
    opened.withLock { $0 = directory }
    return directory
  }

  private func openedRoot() throws(Errno) -> Directory {
    guard let directory = opened.withLock({ $0 }) else { throw .noSuchFileOrDirectory }
    return directory
  }

  /// The folder that was opened, if it still stands in its place.
  private func known(in above: Directory, as name: FileName) -> Directory? {
    guard let directory = opened.withLock({ $0 }),
      let status = try? above.status(of: name, followingLinks: false),
      FileIdentity(status) == directory.identity
    else { return nil }
    return directory
  }

  private func make(_ name: FileName, in parent: Directory) throws -> Directory {
    let isNew = try parent.makeSubfolder(name)
    if isNew, isDurable { try parent.synchronize() }
    let directory = try waitingForDescriptors { () throws(Errno) in try parent.subfolder(name) }
    guard !forbidden.contains(directory.identity) else {
      throw JobFailure(
        stage: .write, code: "insideInput", message: "this folder of OUT is IN itself")
    }
    if !isNew, swept.isFirst(directory.identity) { try TemporaryName.sweep(directory) }
    return directory
  }

  /// Which file stands in the folder under that name; nil for none. Nothing is made to find out.
  ///
  /// - Throws: what keeps one from knowing.
  func identity(of name: FileName) throws(Errno) -> FileIdentity? {
    do throws(Errno) {
      return FileIdentity(try status(of: name))
    } catch  where error == .noSuchFileOrDirectory || error == .notDirectory {
      return nil
    }
  }

  /// The state of what stands in the folder under that name. Nothing is made to find out.
  func status(of name: FileName) throws(Errno) -> stat {
    try existing().status(of: name, followingLinks: false)
  }

  private func existing() throws(Errno) -> Directory {
    guard let parent else { return try openedRoot() }
    if !checksPlace, let directory = opened.withLock({ $0 }) { return directory }
    let above = try parent.folder.existing()
    if let directory = known(in: above, as: parent.name) { return directory }
    return try waitingForDescriptors { () throws(Errno) in try above.subfolder(parent.name) }
  }
}

/// The folder that was opened last of all below OUT, as long as somebody has it.
private final class LastOpened: Sendable {
  private struct Reference {
    weak var folder: OutputFolder?
  }

  private let reference = Mutex(Reference())

  func replace(with new: OutputFolder) -> OutputFolder? {
    reference.withLock { reference in
      defer { reference.folder = new }
      return reference.folder
    }
  }
}

extension Errno {
  /// Whether it says of a folder that is open that it is there no more.
  fileprivate var meansNoFolder: Bool {
    self == .noSuchFileOrDirectory || self == Errno(rawValue: Glibc.ESTALE)
  }
}

/// Which folders were seen lately: so many that a list rarely comes back to a forgotten one, which
/// is only read once more then, and in a few megabytes however many folders there are.
private final class SweptFolders: Sendable {
  private static let maximumCount = 1 << 16
  private let identities = Mutex<Set<FileIdentity>>([])

  /// Whether a folder comes for the first time.
  func isFirst(_ identity: FileIdentity) -> Bool {
    identities.withLock { identities in
      if identities.count == Self.maximumCount { identities = [] }
      return identities.insert(identity).inserted
    }
  }
}
