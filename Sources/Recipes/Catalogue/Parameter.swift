import Configuration
import SystemPackage

/// What an operation may be told, with the type of its value: what is listed, checked, read and
/// written into the schema is all said here.
struct Parameter<Value: Sendable>: Sendable {
  let description: ParameterDescription
  fileprivate let defaultValue: Value?
  fileprivate let read: @Sendable (YAMLNode.Scalar, Arguments) -> Value?

  /// - Parameters:
  ///   - meaning: what it is, in some words, with the unit.
  ///   - schema: what a value looks like.
  ///   - defaultText: how people name the default; nil where a value is needed.
  ///   - isPositional: whether the value may stand without the name.
  init(
    _ name: String, _ meaning: String, schema: JSONValue, default defaultValue: Value?,
    defaultText: String?, isPositional: Bool,
    reading read: @escaping @Sendable (YAMLNode.Scalar, Arguments) -> Value?
  ) {
    precondition((defaultValue == nil) == (defaultText == nil), "a default and its name")
    description = ParameterDescription(
      name: name, meaning: meaning, defaultText: defaultText,
      isPositional: isPositional || defaultText == nil, schema: schema)
    self.defaultValue = defaultValue
    self.read = read
  }

  /// A parameter whose values mean the same wherever they stand.
  init(
    _ name: String, _ meaning: String, schema: JSONValue, default defaultValue: Value?,
    defaultText: String?, isPositional: Bool, read: @escaping @Sendable (YAMLNode.Scalar) -> Value?
  ) {
    self.init(
      name, meaning, schema: schema, default: defaultValue, defaultText: defaultText,
      isPositional: isPositional, reading: { scalar, _ in read(scalar) })
  }

  /// The value that was given, or the default.
  ///
  /// - Throws: a problem for a value that the schema accepts and the type does not.
  func value(in arguments: Arguments) throws(ConfigurationError.Problem) -> Value {
    guard let node = arguments.values[description.name] else {
      guard let defaultValue else { throw arguments.missing(description.name) }
      return defaultValue
    }
    guard case .scalar(let scalar) = node.content, let value = read(scalar, arguments) else {
      throw description.check.mismatch(of: node, at: "\(arguments.path).\(description.name)")
    }
    return value
  }
}

/// A parameter as it is listed.
public struct ParameterDescription: Sendable {
  /// The word before `=`.
  public let name: String

  /// What it is, in some words, with the unit.
  public let meaning: String

  /// How the default is named; nil where a value is needed.
  public let defaultText: String?

  /// Whether the value may stand without the name.
  public let isPositional: Bool

  let schema: JSONValue

  /// The schema, as it judges.
  let check: JSONSchema

  fileprivate init(
    name: String, meaning: String, defaultText: String?, isPositional: Bool, schema: JSONValue
  ) {
    self.name = name
    self.meaning = meaning
    self.defaultText = defaultText
    self.isPositional = isPositional
    self.schema = schema
    check = JSONSchema(of: schema)
  }

  /// Whether it is said by its name alone.
  var isFlag: Bool {
    guard case .object(let keys) = schema else { return false }
    return keys.contains { key, value in
      if case .string("boolean") = value { key == "type" } else { false }
    }
  }

  /// What it says of itself within a schema.
  var describedSchema: JSONValue {
    let suffix = defaultText.map { " Default: \($0)." } ?? ""
    return JSONValue.object([(key: "description", value: .string(meaning + "." + suffix))])
      .merging(schema)
  }
}

/// What an operation was told.
struct Arguments {
  /// By the parameters' names.
  let values: [String: YAMLNode]

  /// Where the operation stands, for messages.
  let path: String
  let position: TextPosition

  /// Where the names of files begin.
  let folder: FilePath

  func missing(_ name: String) -> ConfigurationError.Problem {
    .init("\(path): '\(name)' is missing", at: position)
  }
}

extension JSONSchema {
  /// The schema that stands in a piece of JSON of this program.
  init(of value: JSONValue) {
    do throws(ConfigurationError.Problem) {
      try self.init(json: Array(value.text().utf8))
    } catch {
      preconditionFailure("a schema of this program: \(error)")
    }
  }
}

extension JSONValue {
  fileprivate func merging(_ other: JSONValue) -> JSONValue {
    guard case .object(let left) = self, case .object(let right) = other else { return other }
    return .object(left + right)
  }
}
