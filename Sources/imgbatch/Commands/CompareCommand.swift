import ArgumentParser
import ImageBatch

/// When pictures count as equal.
struct ToleranceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What samples may differ by, in levels of 8 bits; 0.5 is 128 levels of 16 bits.",
      valueName: "levels"))
  var tolerance = 0.0

  @Option(
    name: .customLong("min-psnr"),
    help: ArgumentHelp(
      "Pictures with at least that peak signal-to-noise ratio are equal, too. (default: none)",
      valueName: "dB"))
  var minimumPSNR: Double?

  func validate() throws {
    guard (0...255).contains(tolerance) else {
      throw ValidationError("--tolerance goes from 0 to 255.")
    }
    guard minimumPSNR.map({ $0 >= 0 }) ?? true else {
      throw ValidationError("--min-psnr is not less than 0.")
    }
  }
}

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "compare",
    abstract: "Compare two folders, or two pictures, pixel by pixel.",
    discussion: """
      Files of the same path below A and B are a pair; each pair that differs is a line: the \
      greatest difference of a sample, the peak signal-to-noise ratio, the structural similarity \
      of luma (Wang et al. 2004; windows of 11x11 within the picture, its mean), and how many \
      pixels differ. A picture that only one side has differs, as do two of different size.

      Pixels count, not files: formats may differ, gray equals RGB of the same samples, 8 bits are \
      brought to 16 by 257, and orientation is applied. Translucent pixels are compared over black \
      and over white, and the worse counts; colours that alpha 0 hides do not. Colour profiles and \
      other metadata are not looked at.

      A picture of the differences is A in pale gray with the pixels that differ in red, deeper the \
      more they do, and those that differ within the tolerance in amber.

      The status is 0 where all are equal, 1 where some are different or can't be read.

      Examples:
        imgbatch compare ./before ./after
        imgbatch compare a.png b.qoi --tolerance 1
        imgbatch compare ./expected ./actual --diff ./differences --json
      """)

  @Argument(help: ArgumentHelp("A folder or one picture.", valueName: "a"), completion: .file())
  var input: PathArgument

  @Argument(
    help: ArgumentHelp("A folder where A is one, else a picture.", valueName: "b"),
    completion: .file())
  var other: PathArgument

  @OptionGroup(title: "Tolerance") var tolerance: ToleranceOptions

  @Option(
    help: ArgumentHelp(
      "Write a picture of the differences of each pair as PNG: below a folder, or, for two "
        + "pictures, to a file.", valueName: "out"),
    completion: .file())
  var diff: PathArgument?

  @Flag(help: "A JSON object a line, for equal pairs, too.")
  var json = false

  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func validate() throws {
    guard !talking.reportsToStandardOutput else {
      throw ValidationError("The differences and --report can't both be standard output.")
    }
    guard !input.isStandardStream, !other.isStandardStream, diff?.isStandardStream != true else {
      throw ValidationError("A, B and --diff are folders or files, not standard streams.")
    }
  }

  func run() throws {
    var request = ComparisonRequest(with: other.path)
    request.tolerance = tolerance.tolerance
    request.minimumPSNR = tolerance.minimumPSNR
    request.differences = diff.map { $0.namesFolder ? .folder($0.path) : .path($0.path) }
    let settings = LiveSettings(running, talking)
    var plan = running.plan(.compare(request), of: input, settings: settings.current.run)
    selection.apply(to: &plan)
    Session(
      plan, verb: .compared, talking: talking, listing: json ? JSONComparison() : ComparisonLines(),
      settings: settings
    ).run()
  }
}
