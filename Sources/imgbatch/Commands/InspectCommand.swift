import ArgumentParser
import ImageBatch

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "inspect",
    abstract: "List pictures: format, size, depth, colour type, orientation, bytes.",
    discussion: """
      Examples:
        imgbatch inspect ./in
        imgbatch inspect ./in --json | jq -r 'select(.width > 4000).input'
      """)

  @Argument(help: .input, completion: .file()) var input: PathArgument

  @Flag(help: "A JSON object a line.")
  var json = false

  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func validate() throws {
    guard !talking.reportsToStandardOutput else {
      throw ValidationError("The list and --report can't both be standard output.")
    }
  }

  func run() throws {
    let listing: any Listing = json ? JSONInspection() : InspectionTable()
    let settings = LiveSettings(running, talking)
    var plan = running.plan(.inspect, of: input, settings: settings.current.run)
    selection.apply(to: &plan)
    Session(
      plan, verb: .inspected, talking: talking, listing: listing, settings: settings
    ).run()
  }
}
