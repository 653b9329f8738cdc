import ArgumentParser
import Configuration
import ImageBatch
import ImageCodecs

/// How a run goes about its work.
struct RunningOptions: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "Pictures worked on at once; auto is what affinity and control groups allow. (default: auto)",
      valueName: "n|auto"))
  var workers: WorkerCount?

  @Option(
    help: ArgumentHelp(
      "Bytes that all jobs together may hold. (default: half of what is free)",
      valueName: "bytes|auto"))
  var memory: MemoryBudget?

  @Option(
    help: ArgumentHelp(
      "Files started in a time, such as 50/s. (default: unlimited)", valueName: "rate"))
  var rate: JobRate?

  @Option(
    help: ArgumentHelp(
      "Bytes read and written in a time, such as 20M/s. (default: unlimited)", valueName: "rate"))
  var ioRate: ByteRate?

  @Option(
    help: ArgumentHelp("Time for the whole run, such as 10m. (default: none)", valueName: "time"))
  var timeout: TimeLimit?

  @Option(help: ArgumentHelp("Time for one file, such as 30s. (default: none)", valueName: "time"))
  var jobTimeout: TimeLimit?

  @Option(
    help: ArgumentHelp(
      "Time after which a file that is still worked on is named, once. (default: 30s)",
      valueName: "time"))
  var slowAfter: TimeLimit?

  @Option(
    help: ArgumentHelp(
      "Read what is not said here from a file, and again when it changes.", valueName: "file"),
    completion: .file())
  var config: PathArgument?

  @Option(
    help: ArgumentHelp(
      "Pixels that a picture may have. (default: 268M)", valueName: "pixels"))
  var maxPixels: PixelCount?

  @Flag(exclusivity: .chooseLast)
  var failures = FailureFlag.keepGoing

  enum FailureFlag: String, EnumerableFlag, CustomStringConvertible {
    case keepGoing, failFast

    /// What the parser would find out by reflection.
    var description: String { rawValue }

    static func help(for value: Self) -> ArgumentHelp? {
      switch value {
      case .keepGoing: "A file that fails is told, and the rest done."
      case .failFast: "The first file that fails cancels the rest."
      }
    }
  }

  /// What may change during a run, as far as it is said here.
  var configuration: Configuration {
    var configuration = Configuration()
    configuration.workers = workers
    configuration.memory = memory
    configuration.rate = rate
    configuration.ioRate = ioRate
    configuration.timeout = timeout
    configuration.jobTimeout = jobTimeout
    configuration.slowAfter = slowAfter
    return configuration
  }

  /// The plan that these options make of what is to be done.
  ///
  /// - Parameter settings: those of the start.
  func plan(
    _ work: Plan.Work, of input: PathArgument, settings: RunSettings
  ) -> Plan {
    var plan = Plan(
      work, of: input.isStandardStream ? .standardInput : .path(input.path), settings: settings)
    plan.failurePolicy = failures == .failFast ? .failFast : .keepGoing
    if let maxPixels { plan.limits.maximumPixelCount = maxPixels.pixelCount }
    return plan
  }
}
