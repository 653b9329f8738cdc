import ArgumentParser
import ImageBatch

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "verify",
    abstract: "Decode everything, write nothing, and tell what is broken.",
    discussion: """
      Examples:
        imgbatch verify ./in
        imgbatch verify ./in --report verdicts.jsonl --quiet
      """)

  @Argument(help: .input, completion: .file()) var input: PathArgument

  @OptionGroup(title: "Selecting") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func run() throws {
    let settings = LiveSettings(running, talking)
    var plan = running.plan(.verify, of: input, settings: settings.current.run)
    selection.apply(to: &plan)
    Session(
      plan, verb: .verified, talking: talking, listing: nil, settings: settings
    ).run()
  }
}
