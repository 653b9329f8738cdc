import ArgumentParser
import ImageBatch

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "plan",
    abstract: "Tell what another command would do: jobs, pixels, memory, collisions.",
    discussion: """
      Nothing is written; the same as --dry-run.

      Examples:
        imgbatch plan resize ./in ./out --size 800
        imgbatch plan convert ./in ./out --to png
        imgbatch plan apply ./in ./out --recipe recipe.yaml
      """,
    subcommands: [Resize.self, Convert.self, Apply.self, Optimize.self])

  struct Resize: ParsableCommand, StandingConversion {
    static let configuration = CommandConfiguration(
      command: "resize", of: "imgbatch plan",
      abstract: "Tell what 'imgbatch resize' would do.")

    @OptionGroup(title: "Sizes and resampling") var resize: ResizeOptions
    @OptionGroup var conversion: ConversionOptions

    func recipe() -> Recipe { resize.recipe }
    var notice: String? { resize.notice }
    func run() throws { try convert { $0.isDryRun = true } }
  }

  struct Convert: ParsableCommand, StandingConversion {
    static let configuration = CommandConfiguration(
      command: "convert", of: "imgbatch plan",
      abstract: "Tell what 'imgbatch convert' would do.")

    @OptionGroup(title: "Format") var target: ConvertOptions
    @OptionGroup var conversion: ConversionOptions

    func recipe() -> Recipe { target.recipe }
    func run() throws { try convert { $0.isDryRun = true } }
  }

  struct Apply: ParsableCommand, StandingConversion {
    static let configuration = CommandConfiguration(
      command: "apply", of: "imgbatch plan",
      abstract: "Tell what 'imgbatch apply' would do.")

    @OptionGroup(title: "Steps") var steps: StepOptions
    @OptionGroup var format: OutputFormatOptions
    @OptionGroup var conversion: ConversionOptions

    func validate() throws { try steps.validateOne() }
    func recipe() throws -> Recipe { try format.apply(to: steps.recipe()) }
    func run() throws { try convert { $0.isDryRun = true } }
  }
  struct Optimize: ParsableCommand, StandingConversion {
    static let configuration = CommandConfiguration(
      command: "optimize", of: "imgbatch plan",
      abstract: "Tell what 'imgbatch optimize' would do.")

    @OptionGroup(title: "Effort") var effort: OptimizeOptions
    @OptionGroup var conversion: ConversionOptions

    func validate() throws { try effort.validate(with: writing) }
    func recipe() -> Recipe { effort.recipe(written: writing) }
    func run() throws { try convert { $0.isDryRun = true } }
  }
}
