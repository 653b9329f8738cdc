import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import SystemPackage

/// Where a batch works: IN and OUT, opened and found to go together, and the findings to come.
///
/// All that can refuse a plan does so here, before the first byte is decoded or written.
struct Worksite: FindingSource {
  /// What yields the findings.
  private enum Findings {
    case one(Finding?)
    case walk(Walker)
    case pairs(PairWalk)
    case list(FileList)
    case watch(WatchedTree)
  }

  private var findings: Findings

  /// The plan, with what only the names could tell worked in.
  let plan: Plan

  /// A watch over IN: what tells of changes, and who is told of what comes of them.
  struct Watch {
    let inotify: Inotify
    let observer: WatchedTree.Observer
  }

  /// - Parameters:
  ///   - intake: asked while a list is waited for.
  ///   - watch: nil to work on what is there, and no more.
  /// - Throws: `BatchError`.
  init(
    _ plan: Plan, intake: CancellationScope, watch: Watch? = nil
  ) throws(BatchError) {
    guard watch == nil || plan.fileList == nil else {
      throw BatchError(.invalidPlan, "a folder is watched as a whole: a list does not go with it")
    }
    if case .write(let recipe, _) = plan.work { try recipe.checkOutputs() }
    if case .compare = plan.work, watch != nil || plan.input == .standardInput {
      throw BatchError(.invalidPlan, "what is compared are two folders, or two pictures in files")
    }
    switch plan.input {
    case .standardInput where watch != nil:
      throw BatchError(.invalidPlan, "only a folder can be watched, not standard input")
    case .standardInput:
      guard plan.fileList == nil else {
        throw BatchError(.invalidPlan, "standard input is one picture: a list goes with a folder")
      }
      let destinations = try Self.destinations(of: nil, plan)
      self.plan = try Self.naming(plan, after: destinations, of: nil)
      findings = .one(
        .job(
          Job(
            source: .standardInput, displayPath: DisplayPath("-"), destinations: destinations,
            followsLinks: false)))
    case .path(let path):
      let status = try Self.status(of: path)
      switch FolderListing.Kind(mode: status.st_mode) {
      case .folder:
        (self.plan, findings) = (plan, try Self.folder(path, plan, intake, watch))
      case .file where watch != nil:
        throw BatchError(.invalidPlan, "\(path.escaped): only a folder can be watched")
      case .file:
        let job: Job
        (self.plan, job) = try Self.onePicture(path, plan)
        findings = .one(.job(job))
      default:
        throw BatchError(.inputUnavailable, "\(path.escaped): not a file or folder")
      }
    }
  }

  /// Whether it is one picture: then there is nothing to do for a second worker.
  var hasOneFinding: Bool {
    if case .one = findings { true } else { false }
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
    case .pairs(var walk):
      findings = .one(nil)
      defer { findings = .pairs(walk) }
      return try walk.next()
    case .list(var list):
      findings = .one(nil)
      defer { findings = .list(list) }
      return try list.nextFinding()
    case .watch(var tree):
      findings = .one(nil)
      defer { findings = .watch(tree) }
      return try tree.next()
    }
  }

  /// A list goes in its own order, and what is watched has no end.
  mutating func rest(atMost count: Int) throws(BatchError) -> [Finding] {
    guard case .walk(var walker) = findings else { return [] }
    findings = .one(nil)
    defer { findings = .walk(walker) }
    return try walker.rest(atMost: count)
  }

  /// A job has come to its end.
  mutating func settle(_ outcome: Outcome) throws(BatchError) {
    guard case .watch(var tree) = findings else { return }
    findings = .one(nil)
    defer { findings = .watch(tree) }
    try tree.settle(outcome.input, isSuperseded: outcome.isSuperseded)
  }

  static func status(of path: FilePath) throws(BatchError) -> stat {
    var status = stat()
    do {
      _ = try retryOnInterrupt { path.withPlatformString { stat($0, &status) } }
    } catch {
      throw BatchError(.inputUnavailable, path, error)
    }
    return status
  }

  private static func folder(
    _ path: FilePath, _ plan: Plan, _ intake: CancellationScope, _ watch: Watch?
  ) throws(BatchError) -> Findings {
    let directory = try openInput(path)
    let first = InputTree(directory: directory, path: path)
    let other = try otherTree(comparedWith: path, plan)
    let trees = [first, other].compactMap { $0 }
    let scheme = plan.work.scheme
    var output: OutputFolder?
    var outputIdentity: FileIdentity?
    if let target = plan.work.output {
      guard let target = target.path else {
        throw BatchError(.invalidPlan, "a folder of pictures does not fit standard output")
      }
      outputIdentity = existingIdentity(of: target)
      for mirror in [target] + scheme.folders.map(target.pushing) {
        let identity = existingIdentity(of: mirror)
        for tree in trees where tree.directory.identity == identity {
          throw BatchError(
            .overlap, "\(tree.path.escaped) and \(mirror.escaped) are the same folder")
        }
      }
      output = OutputFolder(
        path: target, isDryRun: plan.isDryRun, isDurable: plan.isDurable,
        checksPlace: plan.isWatching, forbidden: Set(trees.map(\.directory.identity)))
    }
    // Asked once OUT has been made.
    func excluded(from input: Directory) -> ExcludedFolder? {
      (output?.identity ?? outputIdentity).map { ExcludedFolder($0, input: input) }
    }
    let root = InputFolder(
      directory: directory, path: path, outputs: output.map(scheme.roots) ?? [],
      counterpart: other?.counterpart(isInFirst: false, plan, output: output))
    if let source = plan.fileList {
      var list = try FileList(
        bytes(of: source, intake), separator: source.isZeroTerminated ? 0 : UInt8(ascii: "\n"),
        root: root, selection: plan.selection, scheme: scheme)
      try output?.prepare(isShared: false)
      list.excludedFolder = excluded(from: directory)
      return .list(list)
    }
    if let watch {
      try output?.prepare(isShared: false)
      return .watch(
        try WatchedTree(
          root: root, selection: plan.selection, scheme: scheme,
          excludedFolder: excluded(from: directory),
          inotify: watch.inotify, observer: watch.observer))
    }
    var walker = try Walker(root: root, selection: plan.selection, scheme: scheme)
    var rest = try other?.walkerOverRest(besides: first, plan, output: output)
    try output?.prepare(isShared: false)
    walker.excludedFolder = excluded(from: directory)
    if let other { rest?.excludedFolder = excluded(from: other.directory) }
    return rest.map { .pairs(PairWalk(walker, thenOnlyIn: $0)) } ?? .walk(walker)
  }

  static func openInput(_ path: FilePath) throws(BatchError) -> Directory {
    do {
      return try Directory(path: path)
    } catch {
      throw BatchError(.inputUnavailable, path, error)
    }
  }

  static func existing(_ path: FilePath) -> stat? {
    var status = stat()
    return path.withPlatformString { stat($0, &status) } == 0 ? status : nil
  }

  static func existingIdentity(of path: FilePath) -> FileIdentity? {
    existing(path).map { FileIdentity($0) }
  }

  static func existingKind(of path: FilePath) -> FolderListing.Kind? {
    existing(path).map { FolderListing.Kind(mode: $0.st_mode) }
  }

  private static func bytes(
    of source: Plan.FileListSource, _ intake: CancellationScope
  ) throws(BatchError) -> [UInt8] {
    do {
      let descriptor = try source.path.map { path throws(Errno) in
        try retryOnInterrupt {
          path.withPlatformString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        }
      }
      defer { if let descriptor { close(descriptor) } }
      let list = try StandardInput.readAll(from: descriptor ?? STDIN_FILENO) {
        try intake.check()
      }
      return Array(list.bytes)
    } catch is Interruption {
      return []
    } catch {
      let name = source.path.map(\.escaped) ?? "standard input"
      throw BatchError(.inputUnavailable, "\(name): \(error)")
    }
  }
}

extension Recipe {
  /// - Throws: `BatchError` `.invalidPlan` where outputs contradict each other or lead out of OUT.
  fileprivate func checkOutputs() throws(BatchError) {
    guard !outputs.isEmpty else {
      throw BatchError(.invalidPlan, "a recipe has one output at least")
    }
    for folder in outputs.map(\.folder)
    where folder.root != nil || folder.components.contains(where: { $0.kind != .regular }) {
      throw BatchError(.invalidPlan, "\(folder.escaped): not the path of a folder below OUT")
    }
    if let (first, second) = collidingOutputs {
      throw BatchError(
        .invalidPlan,
        "outputs \(first + 1) and \(second + 1) have one name: folder, suffix or format tells them "
          + "apart")
    }
  }
}

extension Plan.Output {
  /// The path, where there is one.
  var path: FilePath? {
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
