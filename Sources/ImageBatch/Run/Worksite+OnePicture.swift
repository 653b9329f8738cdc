import Glibc
import ImageCodecs
import SystemPackage

// One picture in place of a folder: where it is, where its outputs go, and what their names say.

extension Worksite {
  /// One picture: the name it was given by, and where it really is once links are followed.
  struct OnePicture {
    let name: FileName
    let folder: FileIdentity
    let realName: FileName

    init(_ path: FilePath, name: FileName) throws(BatchError) {
      // realpath(3) ends in the picture itself, so its folder and name are there.
      let resolved = path.withPlatformString { realpath($0, nil) }
      defer { free(resolved) }
      let real = resolved.map { FilePath(platformString: $0) } ?? path
      do {
        folder = try Directory(path: real.removingLastComponent().orCurrent).identity
      } catch {
        throw BatchError(.inputUnavailable, path, error)
      }
      self.name = name
      realName = real.lastName ?? name
    }
  }

  /// The job of one picture, and the plan with what its output's name says.
  static func onePicture(_ path: FilePath, _ plan: Plan) throws(BatchError) -> (Plan, Job) {
    guard plan.fileList == nil else {
      throw BatchError(.invalidPlan, "\(path.escaped) is one picture: a list goes with a folder")
    }
    guard let name = path.lastName else {
      throw BatchError(.inputUnavailable, "\(path.escaped): not a file or folder")
    }
    let parent = path.removingLastComponent()
    let directory = try openInput(parent.isEmpty ? FilePath(".") : parent)
    let other = try otherPicture(comparedWith: path, plan)
    let destinations = try destinations(
      of: try OnePicture(path, name: name), besides: other, plan)
    let plan = try naming(plan, after: destinations, of: name)
    let folder = InputFolder(directory: directory, path: parent, outputs: [])
    let job = Job(
      source: .file(folder, name), displayPath: DisplayPath(path), destinations: destinations,
      followsLinks: true,
      counterpart: other)
    return (plan, job)
  }

  /// The plan with the format that the output's name says: `imgbatch resize a.png b.qoi`.
  ///
  /// - Parameter input: the input's name, which says nothing of the output's format; nil for
  ///   standard input.
  static func naming(
    _ plan: Plan, after destinations: [Destination], of input: FileName?
  ) throws(BatchError) -> Plan {
    guard case .write(var recipe, let output) = plan.work, !plan.work.scheme.namesOutputs,
      (recipe.outputs[0].format ?? recipe.format) == nil,
      case .file(let folder, let name)? = destinations.first, name != input
    else { return plan }
    switch ClaimedFormat(name) {
    case .known(let format): recipe.format = format
    case .foreign:
      throw BatchError(
        .invalidPlan, "\(folder.path.appending(name).escaped): a format that cannot be written")
    case nil: break
    }
    var plan = plan
    plan.work = .write(recipe, to: output)
    return plan
  }

  /// Where the outputs of one picture go.
  ///
  /// - Parameters:
  ///   - input: nil for standard input.
  ///   - other: what the input is compared with.
  static func destinations(
    of input: OnePicture?, besides other: Counterpart? = nil, _ plan: Plan
  ) throws(BatchError) -> [Destination] {
    guard let output = plan.work.output else { return [] }
    let namesOutputs = plan.work.scheme.namesOutputs
    guard let target = output.path else {
      guard !namesOutputs else {
        throw BatchError(
          .invalidPlan, "outputs with names of their own do not fit standard output")
      }
      return [.standardOutput]
    }
    let isFolder: Bool
    if case .folder = output {
      isFolder = true
    } else {
      let standing = existingKind(of: target)
      guard standing != .other else {
        throw BatchError(.outputUnavailable, "\(target.escaped): not a file or folder")
      }
      isFolder = standing == .folder || namesOutputs
    }
    let destinations =
      isFolder
      ? try destinations(of: input, in: target, plan)
      : [try destination(of: target, plan)]
    let other = try other.map { (other) throws(BatchError) in
      try OnePicture(other.path, name: other.name)
    }
    for case .file(let folder, let name) in destinations {
      let identity = folder.identity ?? existingIdentity(of: folder.path)
      for input in [input, other].compactMap({ $0 })
      where identity == input.folder && name == input.realName {
        let path = folder.path.appending(name)
        throw BatchError(.overlap, "\(path.escaped): IN and OUT are the same file")
      }
    }
    return destinations
  }

  private static func destinations(
    of input: OnePicture?, in target: FilePath, _ plan: Plan
  ) throws(BatchError) -> [Destination] {
    guard let input else {
      throw BatchError(
        .invalidPlan, "\(target.escaped) is a folder: a picture from standard input needs a name")
    }
    let folder = OutputFolder(
      path: target, isDryRun: plan.isDryRun, isDurable: plan.isDurable, checksPlace: false,
      forbidden: [])
    try folder.prepare(isShared: true)
    let scheme = plan.work.scheme
    let mirrors = scheme.roots(below: folder)
    return scheme.places(for: input.name).map { .file(mirrors[$0.folderIndex], $0.name) }
  }

  private static func destination(
    of target: FilePath, _ plan: Plan
  ) throws(BatchError) -> Destination {
    guard let name = target.lastName else {
      throw BatchError(.outputUnavailable, "\(target.escaped): not a file or folder")
    }
    try checkEnding(of: name, plan, target)
    let folderPath = target.removingLastComponent()
    // The folder of a file must be there: only OUT itself is made.
    guard existingIdentity(of: folderPath.orCurrent) != nil else {
      throw BatchError(.outputUnavailable, folderPath.orCurrent, .noSuchFileOrDirectory)
    }
    let folder = OutputFolder(
      path: folderPath, isDryRun: plan.isDryRun, isDurable: plan.isDurable, checksPlace: false,
      forbidden: [])
    try folder.prepare(isShared: true)
    return .file(folder, name)
  }
}
