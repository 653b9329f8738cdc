import Configuration
import ImageBatch
import SystemPackage

/// Reads operations, and gathers all that is wrong with them.
struct OperationReader {
  private(set) var problems: [ConfigurationError.Problem] = []

  /// Where the names of files begin.
  private let folder: FilePath

  init(filesIn folder: FilePath) { self.folder = folder }

  /// The operation that stands in a list of steps: on one line, or as a mapping of its name to what
  /// it is told.
  ///
  /// - Parameter path: where it stands, for messages; empty for one alone.
  mutating func operation(of node: YAMLNode, at path: String) -> (any Operation)? {
    do throws(ConfigurationError.Problem) {
      switch node.content {
      case .scalar(let scalar):
        guard case .string(let line) = scalar.value else { break }
        var start = node.position
        if scalar.isQuoted { start.column += 1 }
        return try operation(of: line, at: start, path)
      case .mapping(let entries) where entries.count == 1:
        let operation = try Self.description(entries[0].key, at: entries[0].position)
        return try make(operation, of: Self.arguments(entries[0].value, of: operation), at: path)
      case .mapping, .list: break
      }
      throw .init(
        "\(path): expected an operation, such as 'crop 400x400' or {crop: {size: 400x400}}",
        at: node.position)
    } catch {
      problems.append(error)
      return nil
    }
  }

  private mutating func operation(
    of line: String, at start: TextPosition, _ path: String
  ) throws(ConfigurationError.Problem) -> (any Operation)? {
    let text = try OperationText(line, at: start)
    guard let name = text.name else { throw .init("an operation is missing", at: start) }
    // A name that has `=` in it is none.
    let word = name.key.map { "\($0)=\(name.text)" } ?? name.text
    let operation = try Self.description(word, at: name.position)
    return try make(operation, of: text.mapping(for: operation), at: path)
  }

  private mutating func make(
    _ operation: OperationDescription, of arguments: YAMLNode, at path: String
  ) throws(ConfigurationError.Problem) -> (any Operation)? {
    let place = path.isEmpty ? operation.name : "\(path).\(operation.name)"
    let found = operation.check.problems(of: arguments, at: place)
    problems += found
    guard found.isEmpty, case .mapping(let entries) = arguments.content else { return nil }
    let values = entries.reduce(into: [String: YAMLNode]()) { $0[$1.key] = $1.value }
    return try operation.make(
      Arguments(
        values: values, path: place, position: arguments.position, folder: folder))
  }

  private static func description(
    _ name: String, at position: TextPosition
  ) throws(ConfigurationError.Problem) -> OperationDescription {
    if let description = OperationDescription.named(name) { return description }
    throw .init(OperationDescription.unknown(name), at: position)
  }

  /// What stands behind an operation's name: a mapping, nothing, or one value alone.
  private static func arguments(
    _ node: YAMLNode, of operation: OperationDescription
  ) -> YAMLNode {
    guard case .scalar(let scalar) = node.content else { return node }
    if scalar.value == .null { return YAMLNode(content: .mapping([]), position: node.position) }
    guard let parameter = operation.parameters.first(where: \.isPositional) else { return node }
    let entry = YAMLNode.Entry(key: parameter.name, position: node.position, value: node)
    return YAMLNode(content: .mapping([entry]), position: node.position)
  }
}
