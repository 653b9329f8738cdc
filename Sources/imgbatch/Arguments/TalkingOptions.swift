import ArgumentParser
import Configuration

/// What a run tells while it goes on.
struct TalkingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A progress line: auto shows it on a terminal. (default: auto)",
      valueName: "auto|always|never"))
  var progress: ProgressChoice?

  enum ProgressChoice: String, WordArgument {
    case auto, always, never
  }

  @Option(
    help: ArgumentHelp(
      "Write a JSON object a line for each job, and one for the run, to a file or - for standard "
        + "output.", valueName: "file"),
    completion: .file())
  var report: PathArgument?

  @Option(
    help: ArgumentHelp(
      "What is said: error is failures alone, debug has a line for each file. (default: info)",
      valueName: LogLevel.allValueStrings.joined(separator: "|")))
  var logLevel: LogLevel?

  @Flag(name: [.short, .long], help: "The same as --log-level error.")
  var quiet = false

  @Flag(name: [.short, .long], help: "The same as --log-level debug.")
  var verbose = false

  /// The level that is asked for here, if one is.
  var saidLogLevel: LogLevel? { quiet ? .error : verbose ? .debug : logLevel }

  var reportsToStandardOutput: Bool { report?.isStandardStream == true }

  func validate() throws {
    guard [quiet, verbose, logLevel != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--quiet, --verbose and --log-level exclude each other.")
    }
  }
}
