import ArgumentParser
import ImageBatch

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List pictures: format, size, depth, colour type, orientation, bytes.",
    discussion: """
      Examples:
        imgbatch inspect ./in
        imgbatch inspect ./in --json | jq -r 'select(.width > 4000).input'
      """)

  @Argument(
    help: ArgumentHelp("A folder, one picture, or - for standard input.", valueName: "in"),
    completion: .file())
  var input: PathArgument

  @Flag(help: "A JSON object a line.")
  var json = false

  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func run() throws {
    let listing: any Listing = json ? JSONInspection() : InspectionTable()
    Session(
      running.plan(.inspect, of: input, selection), verb: "inspected", talking: talking,
      listing: listing
    ).run()
  }
}

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Decode everything, write nothing, and tell what is broken.",
    discussion: """
      Examples:
        imgbatch verify ./in
        imgbatch verify ./in --report broken.jsonl --quiet
      """)

  @Argument(
    help: ArgumentHelp("A folder, one picture, or - for standard input.", valueName: "in"),
    completion: .file())
  var input: PathArgument

  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func run() throws {
    Session(
      running.plan(.verify, of: input, selection), verb: "verified", talking: talking, listing: nil
    ).run()
  }
}
