import Glibc
import SystemPackage

/// The files that a list names, in place of a walk: paths below IN, one a line or ended by zeros.
///
/// The list is read whole before the first job, since two of its paths may have one output, and
/// that is refused before anything is written.
struct FileList {
  private var folders: FolderChain
  private let selection: InputSelection
  private let scheme: OutputScheme
  private let paths: [FilePath]
  private var next = 0

  private var root: InputFolder { folders.root }

  /// OUT: what a list names in there is no input.
  var excludedFolder: ExcludedFolder? {
    get { folders.excludedFolder }
    set { folders.excludedFolder = newValue }
  }

  /// - Parameters:
  ///   - bytes: the list.
  ///   - separator: what ends a path: a line feed, or zero.
  /// - Throws: `BatchError` `.collision` where two paths have one output, `.inputUnavailable` where
  ///   the separator is not the list's.
  init(
    _ bytes: [UInt8], separator: UInt8, root: InputFolder, selection: InputSelection,
    scheme: OutputScheme
  ) throws(BatchError) {
    folders = FolderChain(root: root, followsLinks: selection.followsLinks)
    self.selection = selection
    self.scheme = scheme
    guard separator == 0 || !bytes.contains(0) else {
      throw BatchError(
        .inputUnavailable, "the list holds zero bytes, which end its paths with --null")
    }
    var seen: Set<FilePath> = []
    paths = bytes.split(separator: separator).compactMap { line in
      var path = FilePath(platformString: line.map(CChar.init(bitPattern:)) + [0])
      path.components.removeAll { $0.kind == .currentDirectory }
      let isSelected = selection.admitsFile(path) && !Self.isExcluded(path, by: selection)
      return path.isEmpty || !isSelected || !seen.insert(path).inserted ? nil : path
    }
    if !root.outputs.isEmpty { try checkCollisions() }
  }

  /// Whether one of the folders on the way is left out, as a walk would not have entered it.
  private static func isExcluded(_ path: FilePath, by selection: InputSelection) -> Bool {
    var folder = path.removingLastComponent()
    while folder.lastComponent != nil {
      if selection.isExcluded(folder) { return true }
      folder.removeLastComponent()
    }
    return false
  }

  private mutating func checkCollisions() throws(BatchError) {
    var inputs: [FilePath: [FilePath]] = [:]
    for path in paths {
      guard let name = path.lastName else { continue }
      for place in scheme.places(for: name) {
        let folder = root.outputs[place.folderIndex].path.pushing(path.removingLastComponent())
        inputs[folder.appending(place.name), default: []].append(path)
      }
    }
    var clashes = CollisionCheck()
    for (output, inputs) in inputs where inputs.count > 1 {
      for input in inputs where isPicture(at: input) {
        clashes.add(root.path.pushing(input), for: output)
      }
    }
    try clashes.refuse()
  }

  private mutating func isPicture(at path: FilePath) -> Bool {
    guard let name = path.lastName,
      let folder = try? folders.folder(at: path.removingLastComponent())
    else { return false }
    return CollisionCheck.isPicture(
      name, in: folder.directory, followingLinks: selection.followsLinks)
  }

  /// The next finding, or nil at the end.
  ///
  /// - Throws: `BatchError` `.systemLacks`.
  mutating func nextFinding() throws(BatchError) -> Finding? {
    guard next < paths.count else { return nil }
    defer { next += 1 }
    return try look(at: paths[next])
  }

  private mutating func look(at path: FilePath) throws(BatchError) -> Finding {
    let input = root.path.pushing(path)
    guard
      path.root == nil, !path.components.contains(where: { $0.kind == .parentDirectory }),
      let name = path.lastName
    else {
      let message = "the path leads outside \(root.path.escaped)"
      return .failed(
        path, JobFailure(stage: .walk, code: "outside", message: message))
    }
    do {
      let folder = try folders.folder(at: path.removingLastComponent())
      return .job(folder.job(for: name, scheme: scheme, followsLinks: selection.followsLinks))
    } catch let cause as Errno where cause.isDescriptorShortage {
      throw .tooFewDescriptors(at: input)
    } catch {
      return .failed(input, JobFailure(.walk, error))
    }
  }
}
