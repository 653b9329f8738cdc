import SystemPackage

/// Which name of a folder claims which output, for names that come one by one: a folder's names are
/// read only where a claim is new to it, or may be contested.
final class OutputClaims {
  private let selection: InputSelection
  private let scheme: OutputScheme

  /// By folder, and by the hash of the output's name, that of the name which claims it.
  private var claims: [FileIdentity: [Int: Int]] = [:]
  private var count = 0

  /// With 16 bytes each, some megabytes; the folders' names are read again then.
  private static let maximumCount = 1 << 18

  init(selection: InputSelection, scheme: OutputScheme) {
    self.selection = selection
    self.scheme = scheme
  }

  /// The folder may be another, or hold names that were not claimed one by one.
  func forget(_ directory: Directory) {
    count -= claims.removeValue(forKey: directory.identity)?.count ?? 0
  }

  /// Claims the outputs of a file.
  ///
  /// - Parameter path: below IN.
  /// - Throws: `BatchError` where another picture of the folder has one of them, too; `Errno`.
  func claim(_ name: FileName, in folder: InputFolder, at path: FilePath) throws {
    let places = scheme.places(for: name)
    guard !folder.outputs.isEmpty, places.contains(where: { $0.name != name }) else { return }
    let identity = folder.directory.identity
    let isKnown = claims[identity] != nil
    for place in places {
      let claimant = claims[identity]?[place.hashValue]
      guard claimant != name.hashValue else { continue }
      if !isKnown || claimant != nil {
        try refuseCollision(of: name, for: place, in: folder, at: path.removingLastComponent())
      }
    }
    if !isKnown { try readNames(of: folder.directory) }
    for place in places {
      let former = claims[identity]?.updateValue(name.hashValue, forKey: place.hashValue)
      if former == nil { count += 1 }
    }
  }

  private func readNames(of directory: Directory) throws {
    let names = try names(of: directory)
    let claimCount = names.count * scheme.outputCount
    if count + claimCount > Self.maximumCount { (claims, count) = ([:], 0) }
    var known: [Int: Int] = [:]
    for index in 0..<names.count {
      let name = names.name(at: index)
      for place in scheme.places(for: name) { known[place.hashValue] = name.hashValue }
    }
    claims[directory.identity] = known
    count += known.count
  }

  private func refuseCollision(
    of name: FileName, for place: OutputScheme.Place, in folder: InputFolder, at path: FilePath
  ) throws {
    let others = try names(of: folder.directory)
    var clashes = CollisionCheck()
    for index in 0..<others.count {
      let other = others.name(at: index)
      guard scheme.places(for: other).contains(place) else { continue }
      let isPicture =
        selection.admitsFile(path.appending(other))
        && CollisionCheck.isPicture(
          other, in: folder.directory, followingLinks: selection.followsLinks)
      guard other == name || isPicture else { continue }
      clashes.add(
        folder.path.appending(other),
        for: folder.outputs[place.folderIndex].path.appending(place.name))
    }
    try clashes.refuse()
  }

  private func names(of directory: Directory) throws -> FolderListing {
    try FolderListing(of: directory) { name, kind in kind != .folder && selection.shows(name) }
  }
}
