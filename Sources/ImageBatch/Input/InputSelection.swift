import Glibc
public import SystemPackage

/// Which files below IN are jobs.
public struct InputSelection: Sendable {
  /// Only files that match one of these; empty: all.
  ///
  /// A pattern is a glob(7), matched by fnmatch(3): one without a slash against the name, one with
  /// a slash against the whole path below IN, where `*` crosses slashes, as in `find -path`.
  public var includedPatterns: [FilePath]

  /// No file, and no folder with all that is in it, that matches one of these.
  public var excludedPatterns: [FilePath]

  /// Names that start with a dot, too.
  public var includesHidden: Bool

  /// Symbolic links lead to what they name.
  public var followsLinks: Bool

  /// A choice; without arguments, all files that are not hidden.
  public init(
    includedPatterns: [FilePath] = [], excludedPatterns: [FilePath] = [],
    includesHidden: Bool = false,
    followsLinks: Bool = false
  ) {
    self.includedPatterns = includedPatterns
    self.excludedPatterns = excludedPatterns
    self.includesHidden = includesHidden
    self.followsLinks = followsLinks
  }

  /// Whether a name is seen at all: not a hidden one, unless they are wanted, and never that of a
  /// file that is not whole yet.
  func shows(_ name: UnsafeBufferPointer<CChar>) -> Bool {
    includesHidden ? !TemporaryName.matches(name) : name.first != .dot
  }

  /// Whether a file belongs to the run.
  ///
  /// - Parameter path: below IN; not asked for where every file does.
  func admitsFile(_ path: @autoclosure () -> FilePath) -> Bool {
    (includedPatterns.isEmpty || matches(path(), includedPatterns)) && !isExcluded(path())
  }

  /// Whether a file or folder is left out by name, with all that is in it.
  ///
  /// - Parameter path: below IN; not asked for where nothing is left out.
  func isExcluded(_ path: @autoclosure () -> FilePath) -> Bool {
    !excludedPatterns.isEmpty && matches(path(), excludedPatterns)
  }

  private func matches(_ path: FilePath, _ patterns: [FilePath]) -> Bool {
    patterns.contains { pattern in
      let isPath = pattern.root != nil || pattern.components.count > 1
      let subject = isPath ? path : path.nameAlone
      return pattern.withPlatformString { pattern in
        subject.withPlatformString { fnmatch(pattern, $0, 0) == 0 }
      }
    }
  }
}

extension FilePath {
  /// The last component as a path of its own.
  fileprivate var nameAlone: FilePath {
    lastComponent.map { FilePath(root: nil, [$0]) } ?? self
  }
}
