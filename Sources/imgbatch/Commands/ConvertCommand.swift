import ArgumentParser
import ImageBatch
import ImageCodecs

/// The format that pictures are written in.
struct ConvertOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The format; - as OUT needs it.",
      valueName: FormatArgument.allValueStrings.joined(separator: "|")))
  var to: FormatArgument

  var recipe: Recipe { Recipe(format: to.format) }
}

struct ConvertCommand: ParsableCommand, StandingConversion {
  static let configuration = CommandConfiguration(
    command: "convert",
    abstract: "Write pictures in another format: the same pixels, exactly, or a failure.",
    discussion: """
      Examples:
        imgbatch convert ./in ./out --to qoi
        imgbatch convert scan.pgm scan.png --to png
        imgbatch convert - - --to ppm < a.png > a.ppm
      """)

  @OptionGroup(title: "Format") var target: ConvertOptions
  @OptionGroup var conversion: ConversionOptions

  @Flag(name: [.customShort("n"), .long], help: "Only tell what would be done.")
  var dryRun = false

  func recipe() -> Recipe { target.recipe }
  func run() throws { try convert { $0.isDryRun = dryRun } }
}
