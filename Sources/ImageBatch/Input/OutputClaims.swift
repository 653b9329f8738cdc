import SystemPackage

/// Which name of a folder claims which output, for names that come one by one: a folder's names are
/// read only where a claim is new to it, or may be contested.
final class OutputClaims {
  private let selection: InputSelection
  private let naming: OutputNaming

  /// By folder, and by the hash of the output's name, that of the name which claims it.
  private var claims: [FileIdentity: [Int: Int]] = [:]
  private var count = 0

  /// With 16 bytes each, some megabytes; the folders' names are read again then.
  private static let maximumCount = 1 << 18

  init(selection: InputSelection, naming: OutputNaming) {
    self.selection = selection
    self.naming = naming
  }

  /// The folder may be another, or hold names that were not claimed one by one.
  func forget(_ directory: Directory) {
    count -= claims.removeValue(forKey: directory.identity)?.count ?? 0
  }

  /// Claims the output of a file.
  ///
  /// - Parameter path: below IN.
  /// - Throws: `BatchError` where another picture of the folder has the same output; `Errno`.
  func claim(_ name: FileName, in folder: InputFolder, at path: FilePath) throws {
    let output = naming.name(for: name)
    guard output != name, let outputFolder = folder.output else { return }
    let identity = folder.directory.identity
    let isKnown = claims[identity] != nil
    let claimant = claims[identity]?[output.hashValue]
    guard claimant != name.hashValue else { return }
    if !isKnown || claimant != nil {
      try refuseCollision(
        of: name, for: output, in: folder, outputFolder, at: path.removingLastComponent())
    }
    if !isKnown { try readNames(of: folder.directory) }
    let former = claims[identity]?.updateValue(name.hashValue, forKey: output.hashValue)
    if former == nil { count += 1 }
  }

  private func readNames(of directory: Directory) throws {
    let names = try names(of: directory)
    if count + names.count > Self.maximumCount { (claims, count) = ([:], 0) }
    var known: [Int: Int] = [:]
    for index in 0..<names.count {
      let name = names.name(at: index)
      known[naming.name(for: name).hashValue] = name.hashValue
    }
    claims[directory.identity] = known
    count += known.count
  }

  private func refuseCollision(
    of name: FileName, for output: FileName, in folder: InputFolder, _ outputFolder: OutputFolder,
    at path: FilePath
  ) throws {
    let others = try names(of: folder.directory)
    var clashes = CollisionCheck()
    for index in 0..<others.count where naming.name(for: others.name(at: index)) == output {
      let other = others.name(at: index)
      let isPicture =
        selection.admitsFile(path.appending(other))
        && CollisionCheck.isPicture(
          other, in: folder.directory, followingLinks: selection.followsLinks)
      guard other == name || isPicture else { continue }
      clashes.add(folder.path.appending(other), for: outputFolder.path.appending(output))
    }
    try clashes.refuse()
  }

  private func names(of directory: Directory) throws -> FolderListing {
    try FolderListing(of: directory) { name, kind in kind != .folder && selection.shows(name) }
  }
}
