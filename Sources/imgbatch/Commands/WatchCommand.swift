import ArgumentParser
import ImageBatch

struct WatchCommand: ParsableCommand, ConversionCommand {
  static let configuration = CommandConfiguration(
    command: "watch",
    abstract: "Work on what is in a folder, then on what arrives, until it is stopped.",
    discussion: """
      A file is taken up when its writer has closed it, or when it was moved in. SIGTERM ends the \
      run when what has begun is done; SIGHUP reads the configuration again.

      Examples:
        imgbatch watch ./in ./out --size 800
        imgbatch watch ./in ./out --to qoi --config imgbatch.yaml
        imgbatch watch ./in ./out --recipe recipe.yaml
        imgbatch watch ./in ./out --skip-existing --report outcomes.jsonl
      """)

  @OptionGroup(title: "Sizes and resampling") var resize: ResizeOptions

  @OptionGroup(title: "Steps in place of a size") var steps: StepOptions
  @OptionGroup var format: OutputFormatOptions

  @Argument(help: ArgumentHelp("A folder.", valueName: "in"), completion: .directory)
  var input: PathArgument

  @Argument(help: ArgumentHelp("A folder.", valueName: "out"), completion: .directory)
  var output: PathArgument

  @OptionGroup(title: "Selecting") var patterns: PatternOptions
  @OptionGroup(title: "Writing") var writing: WritingOptions
  @OptionGroup(title: "Running") var running: RunningOptions
  @OptionGroup(title: "Talking") var talking: TalkingOptions

  func validate() throws {
    guard steps.isSaid else { return }
    try steps.validateOne()
    guard !resize.isSaid else {
      throw ValidationError("--op and --recipe take the place of a size and what belongs to it.")
    }
  }

  func select(in plan: inout Plan) { patterns.apply(to: &plan) }

  func recipe() throws -> Recipe {
    try format.apply(to: steps.isSaid ? steps.recipe() : resize.recipe)
  }

  var notice: String? { steps.isSaid ? nil : resize.notice }

  func run() throws { try convert { $0.isWatching = true } }
}
