import ArgumentParser
import ImageBatch
import SystemPackage

/// All that the commands which write pictures have in common.
struct ConversionOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A folder, one picture, or - for standard input.", valueName: "in"),
    completion: .file())
  var input: PathArgument

  @Argument(
    help: ArgumentHelp(
      "A folder; for one picture also a file's name, or - for standard output.", valueName: "out"),
    completion: .file())
  var output: PathArgument

  @OptionGroup(title: "Writing") var writing: WritingOptions
  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func validate() throws {
    guard !(output.isStandardStream && talking.reportsToStandardOutput) else {
      throw ValidationError("OUT and --report can't both be standard output.")
    }
  }

  /// The plan that applies `recipe` to all that is selected.
  func plan(for recipe: Recipe, settings: RunSettings) -> Plan {
    var recipe = recipe
    writing.apply(to: &recipe)
    let target: Plan.Output =
      if output.isStandardStream {
        .standardOutput
      } else if output.namesFolder {
        .folder(output.path)
      } else {
        .path(output.path)
      }
    var plan = running.plan(
      .write(recipe, to: target), of: input, selection, settings: settings)
    writing.apply(to: &plan)
    return plan
  }
}

/// A command that makes pictures of pictures: it can be carried out, or only planned.
protocol ConversionCommand {
  var conversion: ConversionOptions { get }

  /// What becomes of each picture.
  func recipe() throws -> Recipe

  /// What the run says before it starts, if it must.
  var notice: String? { get }
}

extension ConversionCommand {
  var notice: String? { nil }

  /// Carries the command out.
  ///
  /// - Parameter adapt: makes of the plan what the command is about.
  func convert(_ adapt: (inout Plan) -> Void = { _ in }) throws -> Never {
    let recipe = try recipe()
    let settings = LiveSettings(conversion.running, conversion.talking)
    var plan = conversion.plan(for: recipe, settings: settings.current.run)
    adapt(&plan)
    guard !(plan.isDryRun && conversion.talking.reportsToStandardOutput) else {
      throw ValidationError("The plan and --report can't both be standard output.")
    }
    Session(
      plan, verb: plan.isDryRun ? .planned : .written, talking: conversion.talking,
      listing: plan.isDryRun ? PlanListing() : nil, settings: settings
    ).run(notice: notice)
  }
}
