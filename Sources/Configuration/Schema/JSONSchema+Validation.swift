extension JSONSchema {
  /// Who has made as many mistakes has the wrong file.
  package static let maximumProblemCount = 20

  /// What is wrong with a file, in the order of its text, `maximumProblemCount` at most; nothing if
  /// the schema accepts it.
  ///
  /// - Parameter name: what is checked, for messages; empty for the file as a whole.
  package func problems(
    of node: YAMLNode, at name: String = ""
  ) -> [ConfigurationError.Problem] {
    var problems: [ConfigurationError.Problem] = []
    validate(node, at: name, &problems)
    return problems
  }

  /// Whether the schema accepts a value.
  package func accepts(_ node: YAMLNode) -> Bool { problems(of: node).isEmpty }

  private func validate(
    _ node: YAMLNode, at name: String, _ problems: inout [ConfigurationError.Problem]
  ) {
    guard problems.count < Self.maximumProblemCount else { return }
    guard alternatives.isEmpty || alternatives.contains(where: { $0.accepts(node) }) else {
      // Where one alternative alone is a list or a mapping, as the value is, it is the one meant.
      let meant = alternatives.filter { $0.kind != nil && $0.accepts(kindOf: node) }
      if meant.count == 1, node.isCollection {
        meant[0].validate(node, at: name, &problems)
      } else {
        problems.append(mismatch(of: node, at: name))
      }
      return
    }
    guard accepts(kindOf: node), acceptsScalar(node), acceptsCount(of: node) else {
      problems.append(mismatch(of: node, at: name))
      return
    }
    switch node.content {
    case .scalar: break
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        for schema in items { schema.validate(element, at: "\(name)[\(index + 1)]", &problems) }
      }
    case .mapping(let entries):
      for entry in entries {
        if let property = properties.first(where: { $0.name == entry.key }) {
          let path = name.isEmpty ? entry.key : "\(name).\(entry.key)"
          property.schema.validate(entry.value, at: path, &problems)
        } else if !allowsOtherProperties, problems.count < Self.maximumProblemCount {
          problems.append(unknownKey(entry))
        }
      }
      for key in requiredKeys where !entries.contains(where: { $0.key == key }) {
        let subject = name.isEmpty ? "" : "\(name): "
        problems.append(.init("\(subject)'\(key)' is missing", at: node.position))
      }
    }
  }

  private func accepts(kindOf node: YAMLNode) -> Bool {
    guard let kind else { return true }
    switch (kind, node.content) {
    case (.object, .mapping), (.array, .list): return true
    case (_, .scalar(let scalar)):
      switch (kind, scalar.value) {
      case (.null, .null), (.boolean, .boolean), (.string, .string): return true
      // JSON has neither infinities nor NaN.
      case (.number, .number(let number)): return number.isFinite
      case (.integer, .number(let number)): return number.isFinite && number == number.rounded()
      default: return false
      }
    default: return false
    }
  }

  private func acceptsCount(of node: YAMLNode) -> Bool {
    let count =
      switch node.content {
      case .scalar: Int?.none
      case .list(let elements): elements.count
      case .mapping(let entries): entries.count
      }
    guard let count else { return true }
    return count >= minimumCount ?? 0 && count <= maximumCount ?? .max
  }

  private func acceptsScalar(_ node: YAMLNode) -> Bool {
    guard case .scalar(let scalar) = node.content else { return choices == nil }
    if let choices, !choices.contains(scalar.value) { return false }
    switch scalar.value {
    case .null, .boolean: return true
    case .number(let number):
      return number >= minimum ?? -.infinity && number <= maximum ?? .infinity
    case .string(let text):
      // The length first: it bounds what the pattern costs.
      if let maximumLength, text.unicodeScalars.count > maximumLength { return false }
      guard let pattern, let regex = try? Regex(pattern) else { return true }
      return text.contains(regex.matchingSemantics(.unicodeScalar))
    }
  }
}

extension YAMLNode {
  fileprivate var isCollection: Bool {
    if case .scalar = content { false } else { true }
  }
}
