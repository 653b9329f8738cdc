import ArgumentParser
import ImageBatch
import ImageCodecs

/// How outputs are written.
struct WritingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Metadata to keep: safe is colour space, resolution, copyright and author. (default: safe)",
      valueName: "safe|all|none"))
  var metadata: MetadataPolicy?

  @Flag(
    name: .customLong("no-auto-orient"),
    help: "Leave pictures as they are stored, and their orientation tag with them.")
  var keepsOrientation = false

  @Flag(
    help: "Of animations write the still alone: the first frame, or the picture apart from them.")
  var firstFrame = false

  @Option(help: ArgumentHelp("From 0, fastest, to 12, smallest. (default: 6)", valueName: "level"))
  var compression: Int?

  @Flag(help: "Leave outputs alone that exist already.")
  var skipExisting = false

  @Flag(help: "Count a file as written when it is on the disk (fsync).")
  var durable = false

  func validate() throws {
    guard (0...12).contains(compression ?? 0) else {
      throw ValidationError("--compression goes from 0 to 12.")
    }
  }

  /// What is said here wins over what a recipe says, for all of its outputs.
  func apply(to recipe: inout Recipe) {
    if keepsOrientation { recipe.appliesOrientation = false }
    if firstFrame { recipe.keepsAnimations = false }
    if let metadata {
      recipe.metadata = metadata
      for index in recipe.outputs.indices { recipe.outputs[index].metadata = nil }
    }
    if let compression {
      recipe.encoding.compression = compression
      for index in recipe.outputs.indices { recipe.outputs[index].encoding = nil }
    }
  }

  func apply(to plan: inout Plan) {
    plan.skipsExisting = skipExisting
    plan.isDurable = durable
  }
}
