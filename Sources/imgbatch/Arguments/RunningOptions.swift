import ArgumentParser
import ImageBatch
import ImageCodecs

/// How a run goes about its work.
struct RunningOptions: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "Pictures worked on at once; auto is what affinity and control groups allow.",
      valueName: "n|auto"))
  var workers = WorkerCountArgument.automatic

  @Option(
    help: ArgumentHelp(
      "Bytes that all jobs together may hold. (default: half of what is free)",
      valueName: "bytes"))
  var memory: ByteCountArgument?

  @Option(help: ArgumentHelp("Time for the whole run, such as 10m.", valueName: "time"))
  var timeout: DurationArgument?

  @Option(help: ArgumentHelp("Time for one file, such as 30s.", valueName: "time"))
  var jobTimeout: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "Pixels that a picture may have. (default: 268M)", valueName: "pixels"))
  var maxPixels: PixelCountArgument?

  @Flag(exclusivity: .chooseLast)
  var failures = FailureFlag.keepGoing

  enum FailureFlag: String, EnumerableFlag {
    case keepGoing, failFast

    static func help(for value: Self) -> ArgumentHelp? {
      switch value {
      case .keepGoing: "A file that fails is told, and the rest done."
      case .failFast: "The first file that fails cancels the rest."
      }
    }
  }

  func apply(to plan: inout Plan) {
    plan.timeout = timeout?.duration
    plan.jobTimeout = jobTimeout?.duration
    plan.failurePolicy = failures == .failFast ? .failFast : .keepGoing
    if let maxPixels { plan.limits.maximumPixelCount = maxPixels.pixelCount }
  }

  /// The plan that these options make of what is to be done.
  func plan(_ work: Plan.Work, of input: PathArgument, _ selection: SelectionOptions) -> Plan {
    var plan = Plan(
      work, of: input.isStandardStream ? .standardInput : .path(input.path),
      workerCount: workers.count, memoryByteCount: memory?.byteCount)
    apply(to: &plan)
    selection.apply(to: &plan)
    return plan
  }
}
