import ArgumentParser
import ImageBatch
import ImageCodecs

/// Pictures that are there and those that arrive.
struct WatchedPictures: ConversionPlaces {
  @Argument(help: ArgumentHelp("A folder.", valueName: "in"), completion: .directory)
  var input: PathArgument

  @Argument(help: ArgumentHelp("A folder.", valueName: "out"), completion: .directory)
  var output: PathArgument

  @OptionGroup(title: "Selecting") var patterns: PatternOptions

  func select(in plan: inout Plan) { patterns.apply(to: &plan) }
}

struct WatchCommand: ParsableCommand, ConversionCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Resize what is in a folder, then what arrives, until it is stopped.",
    discussion: """
      A file is taken up when its writer has closed it, or when it was moved in. SIGTERM ends the \
      run when what has begun is done; SIGHUP reads the configuration again.

      Examples:
        imgbatch watch ./in ./out --size 800
        imgbatch watch ./in ./out --to qoi --config imgbatch.yaml
        imgbatch watch ./in ./out --skip-existing --report outcomes.jsonl
      """)

  @OptionGroup(title: "Sizes and resampling") var resize: ResizeOptions

  @Option(
    help: ArgumentHelp(
      "The format. (default: that of the input)",
      valueName: FormatArgument.allValueStrings.joined(separator: "|")))
  var to: FormatArgument?

  @OptionGroup var places: WatchedPictures
  @OptionGroup var conversion: ConversionOptions

  func recipe() -> Recipe {
    var recipe = resize.recipe
    recipe.format = to?.format
    return recipe
  }

  var notice: String? { resize.notice }

  func run() throws { try convert { $0.isWatching = true } }
}
