import ArgumentParser
import ImageBatch

/// Which files below IN are jobs, by their names.
struct PatternOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only files that match; a pattern with a slash is held against the path below IN.",
      valueName: "glob"))
  var include: [PathArgument] = []

  @Option(help: ArgumentHelp("No files and folders that match.", valueName: "glob"))
  var exclude: [PathArgument] = []

  @Flag(help: "Files and folders whose name starts with a dot, too.")
  var hidden = false

  @Flag(help: "Follow symbolic links; loops are seen.")
  var follow = false

  func apply(to plan: inout Plan) {
    plan.selection = InputSelection(
      includedPatterns: include.map(\.path), excludedPatterns: exclude.map(\.path),
      includesHidden: hidden,
      followsLinks: follow)
  }
}

/// Which files below IN are jobs, where they can be listed as well.
struct SelectionOptions: ParsableArguments {
  @OptionGroup var patterns: PatternOptions

  @Option(
    help: ArgumentHelp(
      "Work on the paths below IN that a file, or - for standard input, lists.",
      valueName: "file"),
    completion: .file())
  var filesFrom: PathArgument?

  @Flag(name: [.customShort("0"), .long], help: "The list's paths end with a zero byte.")
  var null = false

  func validate() throws {
    guard !null || filesFrom != nil else {
      throw ValidationError("--null says how the list of --files-from is written; it is missing.")
    }
  }

  func apply(to plan: inout Plan) {
    patterns.apply(to: &plan)
    plan.fileList = filesFrom.map {
      Plan.FileListSource(
        path: $0.isStandardStream ? nil : $0.path, isZeroTerminated: null)
    }
  }
}
