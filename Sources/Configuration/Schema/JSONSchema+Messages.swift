// Messages are made of what the schema says; there is no second list of keys or limits.
extension JSONSchema {
  /// Says what is expected, with examples, and what was found.
  package func mismatch(of node: YAMLNode, at name: String) -> ConfigurationError.Problem {
    let subject = name.isEmpty ? "" : "\(name): "
    // Words that are expected by name need no example.
    let named = (alternatives + [self]).flatMap { $0.choices ?? [] }
    let examples = enumeration(examples.filter { !$0.isOne(of: named) }.map(\.written), "or")
    let suffix = examples.isEmpty || name.isEmpty ? "" : ", such as \(examples)"
    return .init(
      "\(subject)expected \(expectation)\(suffix); found \(node.found)", at: node.position)
  }

  /// What is expected of a key.
  func expectation(of key: String) -> String {
    properties.first { $0.name == key }?.schema.expectation ?? ""
  }

  /// Names a key that is none, and the one that may be meant.
  func unknownKey(_ entry: YAMLNode.Entry) -> ConfigurationError.Problem {
    let names = properties.map(\.name)
    let hint =
      nearestSpelling(to: entry.key, among: names).map { "did you mean '\($0)'?" }
      ?? "known are \(enumeration(names, "and"))"
    return .init("unknown key '\(entry.key.shortened)', \(hint)", at: entry.position)
  }

  /// Words that complete a sentence that begins with "expected".
  ///
  /// An alternative is named by its title, since nobody wants to read its pattern; all others by
  /// what they demand.
  package var expectation: String {
    if !alternatives.isEmpty {
      return enumeration(alternatives.map { $0.title ?? $0.expectation }, "or")
    }
    if let choices { return enumeration(choices.map(\.written), "or") }
    if let pattern { return "text that matches \(pattern)" }
    return switch kind {
    case .object: maximumCount == 1 ? "one key and its value" : "keys and their values"
    case .array: minimumCount == nil ? "a list" : "a list that is not empty"
    case .string: "text"
    case .number: "a number" + range
    case .integer: "a whole number" + range
    case .boolean: "true or false"
    case .null: "nothing"
    case nil: "a value"
    }
  }

  private var range: String {
    let bounds = (
      minimum.map { ScalarValue.number($0).written }, maximum.map { ScalarValue.number($0).written }
    )
    return switch bounds {
    case (let minimum?, let maximum?): " from \(minimum) to \(maximum)"
    case (let minimum?, nil): " of at least \(minimum)"
    case (nil, let maximum?): " of at most \(maximum)"
    case (nil, nil): ""
    }
  }
}

/// `a`, `a or b`, `a, b or c`.
private func enumeration(_ words: [String], _ conjunction: String) -> String {
  guard let last = words.last, words.count > 1 else { return words.last ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
}

extension YAMLNode {
  fileprivate func isOne(of values: [ScalarValue]) -> Bool {
    if case .scalar(let scalar) = content { values.contains(scalar.value) } else { false }
  }

  /// The value as it is written in a YAML file.
  fileprivate var written: String {
    switch content {
    case .mapping: "a mapping"
    case .list(let elements): elements.isEmpty ? "an empty list" : "a list"
    case .scalar(let scalar): scalar.value.written
    }
  }

  /// The value as a message names what was found.
  fileprivate var found: String {
    guard case .scalar(let scalar) = content else { return written }
    if scalar.value == .null { return "nothing" }
    return scalar.isQuoted ? "the text \"\(scalar.text.shortened)\"" : scalar.text.shortened
  }
}

extension ScalarValue {
  fileprivate var written: String {
    switch self {
    case .null: "nothing"
    case .boolean(let value): String(value)
    case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
    case .string(let text): text
    }
  }
}

extension String {
  /// The beginning of a text, for messages.
  package var shortened: String {
    let limit = 40
    let start = unicodeScalars.prefix(limit)
    return String(start) + (start.endIndex == unicodeScalars.endIndex ? "" : "…")
  }
}
