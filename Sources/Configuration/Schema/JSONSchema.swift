/// A JSON Schema (draft 2020-12), as far as the schemas in this program go.
///
/// A schema with a keyword that is not understood here is not loaded: whatever it says would
/// silently be ignored. A schema is read as the YAML that all JSON is, which keeps the order of its
/// keys for messages, and needs no second parser.
package struct JSONSchema: Sendable {
  /// A kind of value.
  enum Kind: String, Sendable {
    case object, array, string, number, integer, boolean, null
  }

  /// A key that an object may have.
  struct Property: Sendable {
    let name: String
    let schema: JSONSchema
  }

  var title: String?
  var examples: [YAMLNode] = []
  var kind: Kind?
  var properties: [Property] = []
  var allowsOtherProperties = true
  var requiredKeys: [String] = []
  /// How many elements an array, or keys an object, has at least.
  var minimumCount: Int?
  /// How many keys an object has at most.
  var maximumCount: Int?
  /// The elements of an array; none or one, in an array because a structure cannot hold itself.
  var items: [JSONSchema] = []
  /// `anyOf`: one of them must hold, if there are any.
  var alternatives: [JSONSchema] = []
  /// `enum`, or the one of `const`.
  var choices: [ScalarValue]?
  var pattern: String?
  var maximumLength: Int?
  var minimum: Double?
  var maximum: Double?

  /// Whether it shows what a value may be.
  package var hasExamples: Bool { !examples.isEmpty }

  /// Reads a schema from its JSON.
  ///
  /// - Throws: what cannot be understood, and where it stands.
  package init(json bytes: [UInt8]) throws(ConfigurationError.Problem) {
    guard let node = try YAMLNode(yaml: bytes) else { throw .init("an empty schema") }
    try self.init(node)
  }

  private init(_ node: YAMLNode) throws(ConfigurationError.Problem) {
    for entry in try node.entries() {
      let value = entry.value
      switch entry.key {
      case "$schema", "$id", "description": _ = try value.string()
      case "title": title = try value.string()
      case "examples": examples = try value.elements()
      case "type": kind = try value.kind()
      case "properties":
        for property in try value.entries() {
          properties.append(Property(name: property.key, schema: try Self(property.value)))
        }
      case "additionalProperties":
        guard case .scalar(let scalar) = value.content, case .boolean(let allows) = scalar.value
        else { throw .init("only true and false are understood", at: value.position) }
        allowsOtherProperties = allows
      case "required":
        for key in try value.elements() { requiredKeys.append(try key.string()) }
      case "minItems", "minProperties": minimumCount = Int(try value.number())
      case "maxProperties": maximumCount = Int(try value.number())
      case "items": items = [try Self(value)]
      case "anyOf":
        for alternative in try value.elements() { alternatives.append(try Self(alternative)) }
      case "enum":
        var values: [ScalarValue] = []
        for choice in try value.elements() { values.append(try choice.scalar()) }
        choices = values
      case "const": choices = [try value.scalar()]
      case "pattern": pattern = try value.pattern()
      case "maxLength": maximumLength = Int(try value.number())
      case "minimum": minimum = try value.number()
      case "maximum": maximum = try value.number()
      default: throw .init("keyword '\(entry.key)' is not understood", at: entry.position)
      }
    }
  }
}

// What a schema is made of. It ships with the program, so that its messages are for its authors.
extension YAMLNode {
  fileprivate func entries() throws(ConfigurationError.Problem) -> [Entry] {
    guard case .mapping(let entries) = content else { throw .init("no object", at: position) }
    return entries
  }

  fileprivate func elements() throws(ConfigurationError.Problem) -> [YAMLNode] {
    guard case .list(let elements) = content else { throw .init("no array", at: position) }
    return elements
  }

  fileprivate func scalar() throws(ConfigurationError.Problem) -> ScalarValue {
    guard case .scalar(let scalar) = content else { throw .init("no scalar", at: position) }
    return scalar.value
  }

  fileprivate func string() throws(ConfigurationError.Problem) -> String {
    guard case .string(let string) = try scalar() else { throw .init("no string", at: position) }
    return string
  }

  fileprivate func number() throws(ConfigurationError.Problem) -> Double {
    guard case .number(let number) = try scalar(), abs(number) < 0x1p63 else {
      throw .init("no number", at: position)
    }
    return number
  }

  fileprivate func kind() throws(ConfigurationError.Problem) -> JSONSchema.Kind {
    guard let kind = JSONSchema.Kind(rawValue: try string()) else {
      throw .init("no type", at: position)
    }
    return kind
  }

  fileprivate func pattern() throws(ConfigurationError.Problem) -> String {
    let pattern = try string()
    guard (try? Regex(pattern)) != nil else { throw .init("no pattern", at: position) }
    return pattern
  }
}
