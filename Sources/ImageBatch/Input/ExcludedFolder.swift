import SystemPackage

/// OUT, as the walk sees it: what lies there is no input, whatever path leads there.
struct ExcludedFolder {
  private let identity: FileIdentity

  /// Whether IN lies there itself, so that only the folder as such is left out.
  private let holdsInput: Bool

  /// - Parameter input: IN.
  init(_ identity: FileIdentity, input: Directory) {
    self.identity = identity
    holdsInput = (try? input.isWithin(identity)) ?? false
  }

  /// Whether a folder is left out.
  ///
  /// - Parameter isLinked: whether a symbolic link led to it. Else it was come to by way of the
  ///   folder above it, which was asked about before.
  /// - Throws: what keeps one from knowing.
  func contains(_ folder: Directory, isLinked: Bool) throws(Errno) -> Bool {
    guard isLinked, !holdsInput else { return folder.identity == identity }
    return try folder.isWithin(identity)
  }
}
