import ImageCodecs
import SystemPackage

/// Where all outputs of a picture go, and by which names.
struct OutputScheme: Sendable {
  /// The folders below OUT that mirror IN, each once; an empty path is OUT itself.
  let folders: [FilePath]

  private let rules: [Rule]

  private struct Rule {
    let folderIndex: Int
    let naming: OutputNaming
  }

  /// The place of an output within the mirrors of a folder.
  struct Place: Hashable {
    let folderIndex: Int
    let name: FileName
  }

  /// One output beside the mirrored input.
  init(_ naming: OutputNaming) {
    folders = [FilePath()]
    rules = [Rule(folderIndex: 0, naming: naming)]
  }

  static let kept = OutputScheme(.kept)

  static func ending(_ format: ImageFormat) -> OutputScheme { OutputScheme(.ending(format)) }

  init(_ recipe: Recipe) {
    var folders: [FilePath] = []
    rules = recipe.outputs.map { output in
      let naming = OutputNaming(format: output.format ?? recipe.format, suffix: output.suffix)
      let known = folders.firstIndex(of: output.folder)
      if known == nil { folders.append(output.folder) }
      return Rule(folderIndex: known ?? folders.count - 1, naming: naming)
    }
    self.folders = folders
  }

  /// How many pictures are made of one.
  var outputCount: Int { rules.count }

  /// Whether outputs have names that OUT, as the name of a file, cannot give them.
  var namesOutputs: Bool {
    rules.count > 1 || folders != [FilePath()] || rules.contains { !$0.naming.suffix.isEmpty }
  }

  /// The outputs of an input of that name, in the order of the recipe.
  func places(for input: FileName) -> [Place] {
    rules.map { Place(folderIndex: $0.folderIndex, name: $0.naming.name(for: input)) }
  }

  /// Where the outputs of an input go; nowhere where nothing is written.
  ///
  /// - Parameter folder: that of the input.
  func destinations(for input: FileName, in folder: InputFolder) -> [Destination] {
    guard !folder.outputs.isEmpty else { return [] }
    return places(for: input).map { .file(folder.outputs[$0.folderIndex], $0.name) }
  }

  /// The mirrors of IN below OUT.
  func roots(below output: OutputFolder) -> [OutputFolder] {
    folders.map { path in
      path.components.reduce(output) { OutputFolder(FileName($1), in: $0) }
    }
  }

  /// The folders that IN may not have, by their paths below it: their mirror in one folder of OUT
  /// would be the mirror of IN in another.
  var reservedFolders: [FilePath] {
    folders.flatMap { outer in
      folders.filter { $0 != outer && $0.starts(with: outer) }.map { inner in
        FilePath(root: nil, inner.components.dropFirst(outer.components.count))
      }
    }
  }
}
