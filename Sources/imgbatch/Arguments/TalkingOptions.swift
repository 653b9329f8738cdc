import ArgumentParser

/// What a run tells while it goes on.
struct TalkingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A progress line: auto shows it on a terminal.", valueName: "auto|always|never"))
  var progress = ProgressChoice.auto

  enum ProgressChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  @Option(
    help: ArgumentHelp(
      "Write a JSON object a line for each job, and one for the run, to a file or - for standard "
        + "output.", valueName: "file"),
    completion: .file())
  var report: PathArgument?

  @Flag(name: [.short, .long], help: "Only failures.")
  var quiet = false

  @Flag(name: [.short, .long], help: "A line for each file.")
  var verbose = false

  var reportsToStandardOutput: Bool { report?.isStandardStream == true }

  func validate() throws {
    guard !(quiet && verbose) else {
      throw ValidationError("--quiet and --verbose exclude each other.")
    }
  }
}
