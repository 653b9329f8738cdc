import ArgumentParser
import Glibc
import Recipes

struct OpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "ops",
    abstract: "List the operations that 'apply' knows, with what they may be told.",
    discussion: """
      Examples:
        imgbatch ops
        imgbatch ops resize crop
        imgbatch ops --schema > recipe.schema.json
      """)

  @Argument(help: ArgumentHelp("Only these.", valueName: "operation"))
  var names: [String] = []

  @Flag(help: "Print the JSON Schema of recipe files, for editors and other tools.")
  var schema = false

  func validate() throws {
    guard !schema || names.isEmpty else {
      throw ValidationError("--schema is that of all operations.")
    }
    for name in names where !OperationDescription.all.contains(where: { $0.name == name }) {
      throw ValidationError(OperationDescription.unknown(name))
    }
  }

  func run() throws {
    let listed = OperationDescription.all.filter { names.isEmpty || names.contains($0.name) }
    let text = schema ? RecipeSchema.text : listed.map(\.listing).joined(separator: "\n")
    guard Console.write(text, to: STDOUT_FILENO) == nil else { ExitStatus.outputFailed.exit() }
  }
}
