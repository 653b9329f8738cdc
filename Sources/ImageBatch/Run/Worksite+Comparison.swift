import Glibc
import ImageCodecs
import SystemPackage

// What pictures are compared with.

extension Worksite {
  /// A tree that pictures come from: one of two that are compared, or the only one.
  struct InputTree {
    let directory: Directory
    let path: FilePath

    /// Its root, as the counterpart of another one's.
    func counterpart(
      isInFirst: Bool, _ plan: Plan, output: OutputFolder?
    ) -> CounterpartFolder {
      CounterpartFolder(
        directory, path: path, isInFirst: isInFirst, followsLinks: plan.selection.followsLinks,
        output: output)
    }

    /// A walk over what it has and `first` has not.
    ///
    /// - Throws: `BatchError` where it cannot be listed.
    func walkerOverRest(
      besides first: InputTree, _ plan: Plan, output: OutputFolder?
    ) throws(BatchError) -> Walker {
      let root = InputFolder(
        directory: directory, path: path, outputs: [],
        counterpart: first.counterpart(isInFirst: true, plan, output: output))
      return try Walker(root: root, selection: plan.selection, scheme: .kept, omitsShared: true)
    }
  }

  /// The tree that the folder `path` is compared with; nil where it is not.
  ///
  /// - Throws: `BatchError` where there is none.
  static func otherTree(comparedWith path: FilePath, _ plan: Plan) throws(BatchError) -> InputTree?
  {
    guard case .compare(let request) = plan.work else { return nil }
    guard FolderListing.Kind(mode: try status(of: request.other).st_mode) == .folder else {
      throw mismatch(folder: path, file: request.other)
    }
    return InputTree(directory: try openInput(request.other), path: request.other)
  }

  /// The picture that the one at `path` is compared with; nil where it is not.
  ///
  /// - Throws: `BatchError` where there is none.
  static func otherPicture(
    comparedWith path: FilePath, _ plan: Plan
  ) throws(BatchError) -> Counterpart? {
    guard case .compare(let request) = plan.work else { return nil }
    let other = request.other
    switch FolderListing.Kind(mode: try status(of: other).st_mode) {
    case .file: break
    case .folder: throw mismatch(folder: other, file: path)
    default: throw BatchError(.inputUnavailable, "\(other.escaped): not a file or folder")
    }
    guard let name = other.lastName else {
      throw BatchError(.inputUnavailable, "\(other.escaped): not a file or folder")
    }
    let parent = other.removingLastComponent()
    let folder = CounterpartFolder(
      try openInput(parent.orCurrent), path: parent, isInFirst: false, followsLinks: true)
    return Counterpart(folder: folder, name: name, isNamed: true)
  }

  /// Makes sure that the name of a picture of differences does not promise another format than PNG.
  ///
  /// - Throws: `BatchError` `.invalidPlan`.
  static func checkEnding(
    of name: FileName, _ plan: Plan, _ path: FilePath
  ) throws(BatchError) {
    guard case .compare = plan.work else { return }
    switch ClaimedFormat(name) {
    case nil, .known(.png): break
    default: throw BatchError(.invalidPlan, "\(path.escaped): differences are written as PNG")
    }
  }

  private static func mismatch(folder: FilePath, file: FilePath) -> BatchError {
    BatchError(
      .invalidPlan, "\(folder.escaped) is a folder, which \(file.escaped) can't be compared with")
  }
}
