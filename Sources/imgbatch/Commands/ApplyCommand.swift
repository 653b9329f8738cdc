import ArgumentParser
import ImageBatch

struct ApplyCommand: ParsableCommand, StandingConversion {
  static let configuration = CommandConfiguration(
    command: "apply",
    abstract: "Do one thing after the other with pictures, as options or a recipe file say.",
    discussion: """
      'imgbatch ops' lists the operations. A recipe may have several outputs for each picture, which \
      is decoded once.

      Examples:
        imgbatch apply ./in ./out --op 'crop 400x400 position=centre' --op 'rotate 90'
        imgbatch apply ./in ./out --op 'resize 640' --to png
        imgbatch apply ./in ./out --recipe recipe.yaml
      """)

  @OptionGroup(title: "Steps") var steps: StepOptions
  @OptionGroup var format: OutputFormatOptions
  @OptionGroup var conversion: ConversionOptions

  @Flag(name: [.customShort("n"), .long], help: "Only tell what would be done.")
  var dryRun = false

  func validate() throws { try steps.validateOne() }
  func recipe() throws -> Recipe { try format.apply(to: steps.recipe()) }
  func run() throws { try convert { $0.isDryRun = dryRun } }
}
