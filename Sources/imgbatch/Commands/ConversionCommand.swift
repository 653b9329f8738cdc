import ArgumentParser
import ImageBatch
import SystemPackage

/// A command that makes pictures of pictures: it can be carried out, or only planned.
protocol ConversionCommand {
  var input: PathArgument { get }
  var output: PathArgument { get }
  var writing: WritingOptions { get }
  var running: RunningOptions { get }
  var talking: TalkingOptions { get }

  /// Lets a plan work on what is selected.
  func select(in plan: inout Plan)

  /// What becomes of each picture.
  func recipe() throws -> Recipe

  /// What the run says before it starts, if it must.
  var notice: String? { get }
}

/// Pictures that are there, and how new ones are made of them. It is one group, as the parser takes
/// longest over groups.
struct ConversionOptions: ParsableArguments {
  @Argument(help: .input, completion: .file()) var input: PathArgument
  @Argument(help: .output, completion: .file()) var output: PathArgument
  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Writing") var writing: WritingOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions
}

/// A command that works on pictures which are there.
protocol StandingConversion: ConversionCommand {
  var conversion: ConversionOptions { get }
}

extension StandingConversion {
  var input: PathArgument { conversion.input }
  var output: PathArgument { conversion.output }
  var writing: WritingOptions { conversion.writing }
  var running: RunningOptions { conversion.running }
  var talking: TalkingOptions { conversion.talking }

  func select(in plan: inout Plan) { conversion.selection.apply(to: &plan) }
}

extension ConversionCommand {
  var notice: String? { nil }

  /// Carries the command out.
  ///
  /// - Parameter adapt: makes of the plan what the command is about.
  func convert(_ adapt: (inout Plan) -> Void = { _ in }) throws -> Never {
    guard !(output.isStandardStream && talking.reportsToStandardOutput) else {
      throw ValidationError("OUT and --report can't both be standard output.")
    }
    var recipe = try recipe()
    writing.apply(to: &recipe)
    let settings = LiveSettings(running, talking)
    var plan = running.plan(
      .write(recipe, to: target), of: input, settings: settings.current.run)
    select(in: &plan)
    writing.apply(to: &plan)
    adapt(&plan)
    guard !(plan.isDryRun && talking.reportsToStandardOutput) else {
      throw ValidationError("The plan and --report can't both be standard output.")
    }
    Session(
      plan, verb: plan.isDryRun ? .planned : .written, talking: talking,
      listing: plan.isDryRun ? PlanListing() : nil, settings: settings
    ).run(notice: notice)
  }

  private var target: Plan.Output {
    if output.isStandardStream {
      .standardOutput
    } else if output.namesFolder {
      .folder(output.path)
    } else {
      .path(output.path)
    }
  }
}

extension ArgumentHelp {
  /// Pictures that are there.
  static var input: Self {
    ArgumentHelp("A folder, one picture, or - for standard input.", valueName: "in")
  }

  /// Where what is made of them goes.
  static var output: Self {
    ArgumentHelp(
      "A folder; for one picture also a file's name, or - for standard output.", valueName: "out")
  }
}
