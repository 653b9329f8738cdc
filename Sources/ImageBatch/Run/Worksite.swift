import Glibc
import ImageCodecs
import SystemPackage

/// Where a batch works: IN and OUT, opened and found to go together, and the findings to come.
///
/// All that can refuse a plan does so here, before the first byte is decoded or written.
struct Worksite {
  /// What yields the findings.
  private enum Findings {
    case one(Finding?)
    case walk(Walker)
    case list(FileList)
  }

  private var findings: Findings

  /// The plan, with what only the names could tell worked in.
  let plan: Plan

  /// - Throws: `BatchError`.
  init(_ plan: Plan) throws(BatchError) {
    switch plan.input {
    case .standardInput:
      let destination = try Self.destination(of: nil, plan)
      self.plan = plan
      findings = .one(
        .job(
          Job(
            source: .standardInput, input: FilePath("-"), destination: destination,
            followsLinks: false)))
    case .path(let path):
      let status = try Self.status(of: path)
      switch FolderListing.Kind(mode: status.st_mode) {
      case .folder:
        (self.plan, findings) = (plan, try Self.folder(path, plan))
      case .file:
        (self.plan, findings) = try Self.file(path, plan)
      default:
        throw BatchError(.inputUnavailable, "\(path.escaped): not a file or folder")
      }
    }
  }

  /// The next finding, or nil at the end.
  ///
  /// - Throws: `BatchError`.
  mutating func next() throws(BatchError) -> Finding? {
    switch findings {
    case .one(let finding):
      findings = .one(nil)
      return finding
    case .walk(var walker):
      findings = .one(nil)
      defer { findings = .walk(walker) }
      return try walker.next()
    case .list(var list):
      findings = .one(nil)
      defer { findings = .list(list) }
      return list.nextFinding()
    }
  }

  private static func status(of path: FilePath) throws(BatchError) -> stat {
    var status = stat()
    do {
      _ = try retryOnInterrupt { path.withPlatformString { stat($0, &status) } }
    } catch {
      throw BatchError(.inputUnavailable, path, error)
    }
    return status
  }

  // MARK: A folder

  private static func folder(_ path: FilePath, _ plan: Plan) throws(BatchError) -> Findings {
    let directory = try openInput(path)
    let naming: OutputNaming
    var output: OutputFolder?
    var outputIdentity: FileIdentity?
    if case .write(let recipe, let target) = plan.work {
      naming = recipe.format.map(OutputNaming.ending) ?? .kept
      guard let target = target.path else {
        throw BatchError(.invalidPlan, "a folder of pictures does not fit standard output")
      }
      outputIdentity = existingIdentity(of: target)
      guard outputIdentity != directory.identity else {
        throw BatchError(.overlap, "\(path.escaped) and \(target.escaped) are the same folder")
      }
      output = OutputFolder(path: target, isDryRun: plan.isDryRun, forbidden: directory.identity)
    } else {
      naming = .kept
    }
    let root = InputFolder(directory: directory, path: path, output: output)
    if let source = plan.fileList {
      let list = try FileList(
        bytes(of: source), separator: source.isZeroTerminated ? 0 : UInt8(ascii: "\n"),
        root: root, selection: plan.selection, naming: naming)
      try output?.prepare(isShared: false)
      return .list(list)
    }
    var walker = try Walker(root: root, selection: plan.selection, naming: naming)
    try output?.prepare(isShared: false)
    walker.excludedFolder = output?.identity ?? outputIdentity
    return .walk(walker)
  }

  private static func openInput(_ path: FilePath) throws(BatchError) -> Directory {
    do {
      return try Directory(path: path)
    } catch {
      throw BatchError(.inputUnavailable, path, error)
    }
  }

  private static func existingIdentity(of path: FilePath) -> FileIdentity? {
    var status = stat()
    return path.withPlatformString { stat($0, &status) } == 0 ? FileIdentity(status) : nil
  }

  private static func bytes(of source: Plan.FileListSource) throws(BatchError) -> [UInt8] {
    let path = source.path ?? FilePath("-")
    do {
      var bytes: [UInt8] = []
      let descriptor = try source.path.map { path throws(Errno) in
        try retryOnInterrupt { path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
      }
      defer { if let descriptor { close(descriptor) } }
      try StandardStream.readAll(from: descriptor ?? STDIN_FILENO) { chunk in
        bytes.append(contentsOf: chunk)
        return true
      }
      return bytes
    } catch {
      throw BatchError(.inputUnavailable, path, error)
    }
  }

  // MARK: One picture

  private static func file(_ path: FilePath, _ plan: Plan) throws(BatchError) -> (Plan, Findings) {
    guard let name = path.lastComponent.map(FileName.init) else {
      throw BatchError(.inputUnavailable, "\(path.escaped): not a file or folder")
    }
    let parent = path.removingLastComponent()
    let directory = try openInput(parent.isEmpty ? FilePath(".") : parent)
    var plan = plan
    let destination = try destination(of: (directory, name), plan)
    if case .write(var recipe, let output) = plan.work, recipe.format == nil,
      case .file(_, let outputName) = destination, outputName != name,
      case .known(let format) = ClaimedFormat(outputName)
    {
      // `imgbatch resize a.png b.qoi`: the name says which format.
      recipe.format = format
      plan.work = .write(recipe, to: output)
    }
    let folder = InputFolder(directory: directory, path: parent, output: nil)
    let job = Job(
      source: .file(folder, name), input: path, destination: destination, followsLinks: true)
    return (plan, .one(.job(job)))
  }

  /// Where the output of one picture goes.
  ///
  /// - Parameter input: the picture's folder and name; nil for standard input.
  private static func destination(
    of input: (directory: Directory, name: FileName)?, _ plan: Plan
  ) throws(BatchError) -> Destination? {
    guard case .write(let recipe, let output) = plan.work else { return nil }
    guard let target = output.path else { return .standardOutput }
    let isFolder: Bool
    if case .folder = output {
      isFolder = true
    } else {
      var status = stat()
      isFolder =
        target.withPlatformString { stat($0, &status) } == 0
        && FolderListing.Kind(mode: status.st_mode) == .folder
    }
    let folderPath: FilePath
    let name: FileName
    if isFolder {
      guard let input else {
        throw BatchError(
          .invalidPlan, "\(target.escaped) is a folder: a picture from standard input needs a name")
      }
      let naming = recipe.format.map(OutputNaming.ending) ?? .kept
      (folderPath, name) = (target, naming.name(for: input.name))
    } else {
      guard let component = target.lastComponent else {
        throw BatchError(.outputUnavailable, "\(target.escaped): not a file or folder")
      }
      (folderPath, name) = (target.removingLastComponent(), FileName(component))
    }
    let folder = OutputFolder(path: folderPath, isDryRun: plan.isDryRun, forbidden: nil)
    // The folder of a file must be there: only OUT itself is made.
    if !isFolder, existingIdentity(of: folderPath.orCurrent) == nil {
      throw BatchError(.outputUnavailable, folderPath.orCurrent, .noSuchFileOrDirectory)
    }
    try folder.prepare(isShared: true)
    if let input, folder.identity == input.directory.identity, name == input.name {
      throw BatchError(.overlap, "\(target.escaped): IN and OUT are the same file")
    }
    return .file(folder, name)
  }
}

extension Plan.Output {
  /// The path, where there is one.
  fileprivate var path: FilePath? {
    switch self {
    case .path(let path), .folder(let path): path
    case .standardOutput: nil
    }
  }
}

extension FilePath {
  /// The path, or `.` for an empty one.
  var orCurrent: FilePath { isEmpty ? FilePath(".") : self }
}
