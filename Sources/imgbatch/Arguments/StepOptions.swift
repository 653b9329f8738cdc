import ArgumentParser
import Configuration
import ImageBatch
import Recipes
import SystemPackage

/// What is done with pictures, said step by step or in a file.
struct StepOptions: ParsableArguments {
  @Option(
    name: .customLong("op"),
    help: ArgumentHelp(
      "An operation, such as 'crop 400x400 position=top'; again for the next. See imgbatch ops.",
      valueName: "operation"))
  var operations: [String] = []

  @Option(
    name: .customLong("recipe"),
    help: ArgumentHelp(
      "A file with the steps, the format and the outputs. See imgbatch ops --schema.",
      valueName: "file"),
    completion: .file())
  var recipeFile: PathArgument?

  /// Operations that are none are a mistake in the usage.
  func validate() throws { _ = try parsedOperations() }

  /// Whether anything is said here.
  var isSaid: Bool { !operations.isEmpty || recipeFile != nil }

  /// - Throws: unless steps are said in one way.
  func validateOne() throws {
    guard isSaid else { throw ValidationError("--op or --recipe says what is to be done.") }
    guard operations.isEmpty || recipeFile == nil else {
      throw ValidationError("--op and --recipe exclude each other.")
    }
  }

  /// The recipe; ends the process where the file is none.
  ///
  /// - Throws: what is wrong with operations.
  func recipe() throws -> Recipe {
    guard let path = recipeFile?.path else {
      return Recipe(try parsedOperations())
    }
    do throws(ConfigurationError) {
      let file = try ConfigurationFile(at: path, named: path.escaped)
      return try Recipe(
        yaml: file.bytes, named: path.escaped, filesIn: path.removingLastComponent())
    } catch {
      ExitStatus.configurationInvalid.exit(saying: error)
    }
  }
}

extension StepOptions {
  private func parsedOperations() throws -> [any Operation] {
    do throws(ConfigurationError) {
      return try Recipe.operations(operations)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

/// The format, where another than the input's or the recipe's is wanted.
struct OutputFormatOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The format. (default: that of the recipe, else of the input)",
      valueName: FormatArgument.allValueStrings.joined(separator: "|")))
  var to: FormatArgument?

  /// The recipe with all of its outputs in that format.
  func apply(to recipe: Recipe) -> Recipe {
    guard let to else { return recipe }
    var recipe = recipe
    recipe.format = to.format
    for index in recipe.outputs.indices { recipe.outputs[index].format = nil }
    return recipe
  }
}
