/// Takes typed values out of a mapping that a schema describes.
struct ValueReader {
  /// What the schema does not accept, and what no value could be made of, in the order of the text.
  private(set) var problems: [ConfigurationError.Problem]

  private let schema: JSONSchema
  private let entries: [YAMLNode.Entry]

  init(_ node: YAMLNode, _ schema: JSONSchema) {
    self.schema = schema
    problems = schema.problems(of: node)
    entries = if case .mapping(let entries) = node.content { entries } else { [] }
  }

  /// The value of a key; nil if there is none, or none that the schema accepts.
  ///
  /// A value that the schema accepts and its type does not, such as one with a unit that is out of
  /// range, is a problem like any other.
  ///
  /// - Precondition: the schema has such a property.
  mutating func value<Value: WordOrNumber>(for key: String) -> Value? {
    guard let property = schema.properties.first(where: { $0.name == key }) else {
      preconditionFailure("a key that the schema does not have: \(key)")
    }
    guard let node = entries.first(where: { $0.key == key })?.value, !isRefused(node) else {
      return nil
    }
    if case .scalar(let scalar) = node.content {
      switch scalar.value {
      case .string(let text): if let value = Value(text) { return value }
      case .number(let number): if let value = Value(number: number) { return value }
      case .null, .boolean: break
      }
    }
    problems.append(property.schema.mismatch(of: node, at: key))
    problems.sort { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    return nil
  }

  /// Whether the schema has had its say; to ask it again would cost as much as the first time.
  private func isRefused(_ node: YAMLNode) -> Bool {
    problems.count >= JSONSchema.maximumProblemCount
      || problems.contains { $0.line == node.position.line && $0.column == node.position.column }
  }
}
