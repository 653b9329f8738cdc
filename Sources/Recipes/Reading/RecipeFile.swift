public import Configuration
public import ImageBatch
import ImageCodecs
import Raster
public import SystemPackage

extension Recipe {
  /// Reads a recipe file; see `RecipeSchema`.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name, for messages.
  ///   - folder: where the names of files in it begin: its own.
  /// - Throws: everything that is wrong with it, or the first thing that is no YAML.
  public init(
    yaml bytes: [UInt8], named path: String, filesIn folder: FilePath = FilePath()
  ) throws(ConfigurationError) {
    let root: YAMLNode?
    do throws(ConfigurationError.Problem) {
      root = try YAMLNode(yaml: bytes)
    } catch {
      throw ConfigurationError(path, [error])
    }
    guard let root else {
      throw ConfigurationError(
        path, [.init("the recipe is empty: 'steps' or 'outputs' are missing")])
    }
    var reader = RecipeReader(filesIn: folder)
    let recipe = reader.recipe(of: root)
    guard reader.problems.isEmpty else { throw ConfigurationError(path, reader.problems) }
    self = recipe
  }
}

/// Reads a recipe, and gathers all that is wrong with it.
private struct RecipeReader {
  private var found: [ConfigurationError.Problem] = []
  private var operations: OperationReader

  init(filesIn folder: FilePath) { operations = OperationReader(filesIn: folder) }

  /// In the order of the text, no more than anybody wants to read.
  var problems: [ConfigurationError.Problem] {
    let sorted = (found + operations.problems).sorted {
      ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0)
    }
    return Array(sorted.prefix(JSONSchema.maximumProblemCount))
  }

  mutating func recipe(of root: YAMLNode) -> Recipe {
    found = RecipeSchema.check.problems(of: root)
    var recipe = Recipe(steps(in: root, at: "steps"))
    recipe.format = format(in: root)
    recipe.metadata = metadata(in: root) ?? recipe.metadata
    recipe.encoding = encoding(in: root) ?? recipe.encoding
    if case .boolean(let value)? = root["auto-orient"]?.scalar?.value {
      recipe.appliesOrientation = value
    }
    guard case .list(let nodes)? = root["outputs"]?.content, !nodes.isEmpty else { return recipe }
    recipe.outputs = nodes.enumerated().map { output(of: $1, at: "outputs[\($0 + 1)]") }
    if found.isEmpty, let (first, second) = recipe.collidingOutputs {
      found.append(
        .init(
          "outputs[\(second + 1)]: has the name of outputs[\(first + 1)]: 'folder', 'suffix' or 'to' "
            + "tells them apart", at: nodes[second].position))
    }
    return recipe
  }

  private mutating func output(of node: YAMLNode, at path: String) -> Recipe.Output {
    var output = Recipe.Output()
    if let size = node["size"]?.scalar {
      if let request = SizeRequest(argument: size.text) {
        output.operations.append(ResizeRequest(size: request))
      } else if let node = node["size"], !isRefused(node) {
        found.append(Self.sizeCheck.mismatch(of: node, at: "\(path).size"))
      }
    }
    output.operations += steps(in: node, at: "\(path).steps")
    output.format = format(in: node)
    output.metadata = metadata(in: node)
    output.encoding = encoding(in: node)
    if let folder = node["folder"]?.scalar { output.folder = FilePath(folder.text) }
    if let suffix = node["suffix"]?.scalar { output.suffix = suffix.text }
    return output
  }

  private static let sizeCheck = JSONSchema(of: ValueSchemas.size)

  private func isRefused(_ node: YAMLNode) -> Bool {
    found.contains { $0.line == node.position.line && $0.column == node.position.column }
  }

  private mutating func steps(in node: YAMLNode, at path: String) -> [any Operation] {
    guard case .list(let nodes)? = node["steps"]?.content else { return [] }
    return nodes.enumerated().compactMap { index, node in
      operations.operation(of: node, at: "\(path)[\(index + 1)]")
    }
  }

  private func format(in node: YAMLNode) -> ImageFormat? {
    ImageFormat.writable.first { $0.name == node["to"]?.scalar?.text }
  }

  private func metadata(in node: YAMLNode) -> MetadataPolicy? {
    node["metadata"]?.scalar.flatMap { MetadataPolicy(rawValue: $0.text) }
  }

  private func encoding(in node: YAMLNode) -> EncodeOptions? {
    guard case .number(let number)? = node["compression"]?.scalar?.value,
      let level = Int(exactly: number), (0...12).contains(level)
    else { return nil }
    return EncodeOptions(compression: level)
  }
}

extension YAMLNode {
  /// The value of a key.
  fileprivate subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  fileprivate var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }
}
