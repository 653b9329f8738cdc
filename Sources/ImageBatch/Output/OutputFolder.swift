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
  /// The folder that no output may go into: IN.
  private let forbidden: FileIdentity?
  private let opened = Mutex<Directory?>(nil)

  /// OUT itself, to be prepared before anything is written.
  ///
  /// - Parameter isDryRun: whether nothing is to be made or written.
  init(path: FilePath, isDryRun: Bool, forbidden: FileIdentity?) {
    self.path = path
    self.isDryRun = isDryRun
    self.forbidden = forbidden
    parent = nil
  }

  /// The folder `name` below `folder`.
  init(_ name: FileName, in folder: OutputFolder) {
    path = folder.path.appending(name)
    isDryRun = folder.isDryRun
    forbidden = folder.forbidden
    parent = (folder, name)
  }

  /// Which folder it is, where it is known to exist.
  var identity: FileIdentity? { opened.withLock { $0?.identity } }

  /// Opens OUT, makes it where it is missing, and finds out whether it can be written to.
  ///
  /// - Parameter isShared: whether other runs may write there at the same time.
  /// - Throws: `BatchError` `.outputUnavailable`, `.outputInUse`.
  func prepare(isShared: Bool) throws(BatchError) {
    let directory =
      isDryRun
      ? try? Directory(path: path.orCurrent)
      : try OutputRoot.open(path.orCurrent, isShared: isShared)
    opened.withLock { $0 = directory }
  }

  /// The folder, opened, and made where it is missing. The writer alone calls it.
  ///
  /// A symbolic link in its place is not followed: outputs stay below OUT. See mkdirat(2).
  ///
  /// - Throws: what the system said; `.fileExists` for the folder that inputs come from.
  func open() throws(Errno) -> Directory {
    if let directory = opened.withLock({ $0 }) { return directory }
    guard let parent else { throw .noSuchFileOrDirectory }
    let directory = try make(parent.name, in: parent.folder.open())
    opened.withLock { $0 = directory }
    return directory
  }

  private func make(_ name: FileName, in parent: Directory) throws(Errno) -> Directory {
    var isNew = true
    do {
      _ = try retryOnInterrupt { mkdirat(parent.descriptor, name.bytes, 0o777) }
    } catch  where error == .fileExists {
      isNew = false
    }
    let directory = try waitingForDescriptors { () throws(Errno) in try parent.subfolder(name) }
    guard directory.identity != forbidden else { throw .fileExists }
    if !isNew { try TemporaryName.sweep(directory) }
    return directory
  }

  /// Whether something of that name stands in the folder; nothing is made to find out.
  func contains(_ name: FileName) -> Bool {
    (try? existing()?.status(of: name, followingLinks: false)) != nil
  }

  private func existing() throws(Errno) -> Directory? {
    if let directory = opened.withLock({ $0 }) { return directory }
    return try parent?.folder.existing()?.subfolder(parent?.name ?? FileName("."))
  }
}
