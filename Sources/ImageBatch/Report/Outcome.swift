public import ConcurrencyPrimitives
public import ImageCodecs
public import Raster
public import SystemPackage

/// The end of a job; every job that was found has exactly one.
public struct Outcome: Sendable {
  /// How it ended.
  public enum Status: Sendable {
    /// The output stands complete under its name.
    case written
    /// The picture was read to its end without an error; nothing was to be written.
    case verified
    /// The header was read.
    case inspected
    /// The picture was held against its counterpart.
    case compared(Verdict)
    /// What would be done is known; nothing was done.
    case planned
    /// The output was there already.
    case upToDate
    /// Left alone by rule, with the rule.
    case skipped(String)
    case failed(JobFailure)
    /// The run ended first.
    case cancelled(Interruption)
  }

  /// The place of the job in the order of the input, from 0.
  public internal(set) var index = 0

  /// The input as people know it: IN and the path below it.
  public var input: FilePath { displayPath.path }

  let displayPath: DisplayPath

  /// The outputs, where there are or would be any, in the order of the recipe.
  public var outputs: [Output] = []

  /// One of the pictures that are made of the input.
  public struct Output: Sendable {
    /// As people know it.
    public var path: FilePath { displayPath.path }
    private let displayPath: DisplayPath
    /// The size of the picture that was, or would be, written.
    public var size: PixelSize?
    /// The size of the file, once it is complete.
    public var byteCount: Int?

    init(_ displayPath: DisplayPath) { self.displayPath = displayPath }
  }

  /// The output that could not be written, where that is why the job failed.
  public internal(set) var failedOutput: FilePath?

  /// What the input was compared with, where it was, or would have been.
  public var counterpart: FilePath?

  /// How it ended.
  public var status: Status

  /// What the file's header said, once it was read.
  public var header: ImageHeader?

  /// The size of the input file.
  public var inputByteCount: Int?

  /// The bytes that the job had to hold at once, as its permit counts them.
  public var memoryByteCount: Int?

  /// Which of the run's settings the job went by, from 1; nil where it did not come so far.
  public internal(set) var settingsGeneration: Int?

  /// Whether the file changed while it was read, and is to be worked on again.
  var isSuperseded = false

  /// Where the time went.
  public var times: StageTimes

  /// What was odd and yet no failure, a sentence each.
  public var warnings: [String]

  init(input: DisplayPath, status: Status) {
    displayPath = input
    self.status = status
    times = StageTimes()
    warnings = []
  }
}

extension Outcome {
  /// The first output.
  public var output: FilePath? { outputs.first?.path }

  /// The size of the first output.
  public var outputSize: PixelSize? { outputs.first?.size }

  /// The size of all output files together, once they are complete.
  public var outputByteCount: Int? {
    let byteCounts = outputs.compactMap(\.byteCount)
    return byteCounts.isEmpty || byteCounts.count < outputs.count ? nil : byteCounts.reduce(0, +)
  }

  /// The failure, if it failed.
  public var failure: JobFailure? {
    if case .failed(let failure) = status { failure } else { nil }
  }
}
