import ArgumentParser
import ImageBatch
import ImageCodecs

/// How hard a PNG is tried to be made smaller.
struct OptimizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many ways are tried, from 0, fastest, to 6, smallest.", valueName: "level"))
  var level = 2

  func validate() throws {
    guard (0...6).contains(level) else { throw ValidationError("--level goes from 0 to 6.") }
  }

  /// A picture keeps its orientation's tag, and is turned where there is to be none: it is seen as
  /// before.
  func recipe(written writing: WritingOptions) -> Recipe {
    var recipe = Recipe()
    recipe.appliesOrientation = writing.metadata == MetadataPolicy.none
    recipe.encoding = EncodeOptions(optimization: level)
    return recipe
  }

  func validate(with writing: WritingOptions) throws {
    guard writing.compression == nil else {
      throw ValidationError("--compression is one way to write; 'optimize' has --level.")
    }
  }
}

struct OptimizeCommand: ParsableCommand, StandingConversion {
  static let configuration = CommandConfiguration(
    command: "optimize",
    abstract: "Write the same PNGs in fewer bytes: no pixel changes, and no file grows.",
    discussion: """
      What cannot be made smaller is copied, and so are animations and other formats. Pictures keep \
      the tag of their orientation; --metadata none turns them upright. What --compression is to other \
      commands, --level is to this one.

      Examples:
        imgbatch optimize ./in ./out
        imgbatch optimize ./in ./out --level 4 --metadata all
        imgbatch optimize icon.png icon-small.png
      """)

  @OptionGroup(title: "Effort") var effort: OptimizeOptions
  @OptionGroup var conversion: ConversionOptions

  @Flag(name: [.customShort("n"), .long], help: "Only tell what would be done.")
  var dryRun = false

  func validate() throws { try effort.validate(with: writing) }
  func recipe() -> Recipe { effort.recipe(written: writing) }
  func run() throws { try convert { $0.isDryRun = dryRun } }
}
