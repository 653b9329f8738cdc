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

  struct Resize: PlannedConversion {
    static let configuration = CommandConfiguration(planOf: "resize")

    @OptionGroup(title: "Sizes and resampling") var resize: ResizeOptions
    @OptionGroup var conversion: ConversionOptions

    func recipe() -> Recipe { resize.recipe }
    var notice: String? { resize.notice }
  }

  struct Convert: PlannedConversion {
    static let configuration = CommandConfiguration(planOf: "convert")

    @OptionGroup(title: "Format") var target: ConvertOptions
    @OptionGroup var conversion: ConversionOptions

    func recipe() -> Recipe { target.recipe }
  }

  struct Apply: PlannedConversion {
    static let configuration = CommandConfiguration(planOf: "apply")

    @OptionGroup(title: "Steps") var steps: StepOptions
    @OptionGroup var format: OutputFormatOptions
    @OptionGroup var conversion: ConversionOptions

    func validate() throws { try steps.validateOne() }
    func recipe() throws -> Recipe { try format.apply(to: steps.recipe()) }
  }

  struct Optimize: PlannedConversion {
    static let configuration = CommandConfiguration(planOf: "optimize")

    @OptionGroup(title: "Effort") var effort: OptimizeOptions
    @OptionGroup var conversion: ConversionOptions

    func validate() throws { try effort.validate(with: writing) }
    func recipe() -> Recipe { effort.recipe(written: writing) }
  }
}

/// A conversion of which only the plan is told.
private protocol PlannedConversion: ParsableCommand, StandingConversion {}

extension PlannedConversion {
  func run() throws { try convert { $0.isDryRun = true } }
}

extension CommandConfiguration {
  /// That of the plan of another command.
  fileprivate init(planOf name: String) {
    self.init(
      command: name, of: "imgbatch plan", abstract: "Tell what 'imgbatch \(name)' would do.")
  }
}
