import ArgumentParser
import ImageBatch
import ImageCodecs

/// How outputs are written.
struct WritingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Metadata to keep: safe is colour space, resolution, copyright and author.",
      valueName: "safe|all|none"))
  var metadata = MetadataPolicy.safe

  @Flag(
    name: .customLong("no-auto-orient"),
    help: "Leave pictures as they are stored, and their orientation tag with them.")
  var keepsOrientation = false

  @Flag(
    help: "Of animations write the still alone: the first frame, or the picture apart from them.")
  var firstFrame = false

  @Option(help: ArgumentHelp("From 0, fastest, to 12, smallest.", valueName: "level"))
  var compression = 6

  @Flag(help: "Leave outputs alone that exist already.")
  var skipExisting = false

  @Flag(help: "Count a file as written when it is on the disk (fsync).")
  var durable = false

  func validate() throws {
    guard (0...12).contains(compression) else {
      throw ValidationError("--compression goes from 0 to 12.")
    }
  }

  func apply(to recipe: inout Recipe) {
    recipe.metadata = metadata
    recipe.appliesOrientation = !keepsOrientation
    recipe.keepsAnimations = !firstFrame
    recipe.encoding = EncodeOptions(compression: compression)
  }

  func apply(to plan: inout Plan) {
    plan.skipsExisting = skipExisting
    plan.isDurable = durable
  }
}
