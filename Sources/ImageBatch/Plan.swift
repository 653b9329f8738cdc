public import ImageCodecs
public import SystemPackage

/// What a batch is to do, decided before it starts. A value: it never changes while the batch runs.
public struct Plan: Sendable {
  /// Where the pictures come from.
  public enum Input: Hashable, Sendable {
    /// A folder, or one picture.
    case path(FilePath)
    /// One picture.
    case standardInput
  }

  /// Paths below IN to work on, in place of a walk.
  public struct FileListSource: Hashable, Sendable {
    /// The file that holds the list; nil for standard input.
    public var path: FilePath?
    /// Whether each path is ended by a zero byte instead of a line feed.
    public var isZeroTerminated: Bool

    /// A list in a file, or on standard input.
    public init(path: FilePath?, isZeroTerminated: Bool) {
      self.path = path
      self.isZeroTerminated = isZeroTerminated
    }
  }

  /// Where the outputs go.
  public enum Output: Hashable, Sendable {
    /// A folder where IN is one; where IN is one picture, a folder that exists or a file's name.
    case path(FilePath)
    /// A folder, whether it exists or not.
    case folder(FilePath)
    /// One picture.
    case standardOutput
  }

  /// What is done with each picture.
  public enum Work: Sendable {
    case write(Recipe, to: Output)
    /// Read to its end and forgotten.
    case verify
    /// Its header read.
    case inspect
    /// Held against its counterpart.
    case compare(ComparisonRequest)
  }

  /// What the first failure means for the rest.
  public enum FailurePolicy: Hashable, Sendable {
    case keepGoing
    case failFast
  }

  /// Where the pictures come from.
  public var input: Input
  /// The paths to work on; nil for a walk.
  public var fileList: FileListSource?
  /// Which files are jobs.
  public var selection = InputSelection()
  /// What is done with each picture.
  public var work: Work

  /// Whether IN is a single picture, as far as its name tells.
  ///
  /// No file system is asked, which may never answer.
  package var isNamedLikeOnePicture: Bool {
    switch input {
    case .standardInput: true
    case .path(let path): path.lastName.flatMap { ClaimedFormat($0) } != nil
    }
  }

  /// Whether to go on with what arrives in IN, a folder, until the run is stopped.
  public var isWatching = false

  /// Whether only to tell what would be done.
  public var isDryRun = false

  /// Whether an output that exists already is left alone.
  public var skipsExisting = false

  /// Whether data and names must be on the disk before a job counts as written.
  public var isDurable = false

  /// What a picture may ask for.
  public var limits = DecodeLimits()
  /// How the run goes about its work at its start; see `Batch.reconfigure`.
  public var settings: RunSettings

  /// What the first failure means for the rest.
  public var failurePolicy = FailurePolicy.keepGoing

  /// Whether to count the files in a walk of its own, so that progress knows its end.
  public var countsAhead = false

  /// A plan with the defaults for all that is not said.
  public init(_ work: Work, of input: Input, settings: RunSettings = RunSettings()) {
    self.work = work
    self.input = input
    self.settings = settings
  }
}

extension Plan.Work {
  /// Where outputs go; nil where nothing is written.
  var output: Plan.Output? {
    switch self {
    case .write(_, let output): output
    case .compare(let request): request.differences
    case .verify, .inspect: nil
    }
  }

  /// Where outputs go below it, and by which names.
  var scheme: OutputScheme {
    switch self {
    case .write(let recipe, _): OutputScheme(recipe)
    case .compare: .ending(.png)
    case .verify, .inspect: .kept
    }
  }
}
