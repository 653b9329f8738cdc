import Glibc
import SystemPackage

/// The files that a list names, in place of a walk: paths below IN, one a line or ended by zeros.
///
/// The list is read whole before the first job, since two of its paths may have one output, and
/// that is refused before anything is written.
struct FileList {
  private let root: InputFolder
  private let selection: InputSelection
  private let naming: OutputNaming
  private let paths: [FilePath]
  private var next = 0
  /// The folders from IN down to that of the last path: the next path is often in the same.
  private var chain: [(name: FilePath.Component, folder: InputFolder)] = []

  /// - Parameters:
  ///   - bytes: the list.
  ///   - separator: what ends a path: a line feed, or zero.
  /// - Throws: `BatchError` `.collision` where two paths have one output.
  init(
    _ bytes: [UInt8], separator: UInt8, root: InputFolder, selection: InputSelection,
    naming: OutputNaming
  ) throws(BatchError) {
    self.root = root
    self.selection = selection
    self.naming = naming
    var seen: Set<FilePath> = []
    paths = bytes.split(separator: separator).compactMap { line in
      var path = FilePath(platformString: line.map(CChar.init(bitPattern:)) + [0])
      path.components.removeAll { $0.kind == .currentDirectory }
      return path.isEmpty || !seen.insert(path).inserted ? nil : path
    }
    if root.output != nil { try checkCollisions() }
  }

  private func checkCollisions() throws(BatchError) {
    var inputs: [FilePath: FilePath] = [:]
    for path in paths {
      guard let name = path.lastComponent.map(FileName.init) else { continue }
      let output = path.removingLastComponent().appending(naming.name(for: name))
      if let other = inputs.updateValue(path, forKey: output) {
        throw BatchError(
          .collision,
          "several inputs for one output: \(output.escaped): \(other.escaped), \(path.escaped)")
      }
    }
  }

  /// The next finding, or nil at the end.
  mutating func nextFinding() -> Finding? {
    while next < paths.count {
      let path = paths[next]
      next += 1
      if selection.isExcluded(path) || !selection.admitsFile(path) { continue }
      return look(at: path)
    }
    return nil
  }

  private mutating func look(at path: FilePath) -> Finding {
    let input = root.path.pushing(path)
    guard
      path.root == nil, !path.components.contains(where: { $0.kind == .parentDirectory }),
      let name = path.lastComponent.map(FileName.init)
    else {
      let message = "the path leads outside \(root.path.escaped)"
      return .failed(
        path, JobFailure(stage: .walk, code: "outside", message: message))
    }
    do {
      let folder = try folder(at: path.removingLastComponent())
      let destination = folder.output.map { Destination.file($0, naming.name(for: name)) }
      return .job(
        Job(
          source: .file(folder, name), input: input, destination: destination,
          followsLinks: selection.followsLinks))
    } catch {
      return .failed(input, JobFailure(.walk, error))
    }
  }

  private mutating func folder(at path: FilePath) throws(Errno) -> InputFolder {
    let components = Array(path.components)
    let shared = zip(chain, components).prefix { $0.name == $1 }.count
    chain.removeLast(chain.count - shared)
    for component in components[shared...] {
      let parent = chain.last?.folder ?? root
      let name = FileName(component)
      let directory = try waitingForDescriptors { () throws(Errno) in
        try parent.directory.subfolder(name, followingLinks: selection.followsLinks)
      }
      let folder = InputFolder(
        directory: directory, path: parent.path.appending(name),
        output: parent.output.map { OutputFolder(name, in: $0) })
      chain.append((component, folder))
    }
    return chain.last?.folder ?? root
  }
}

extension FileName {
  init(_ component: FilePath.Component) {
    self = component.withPlatformString { start in
      FileName(zeroTerminated: Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1)))
    }
  }
}
