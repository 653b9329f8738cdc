import Configuration
import ImageBatch

/// An operation as it is listed, checked and made.
public struct OperationDescription: Sendable {
  /// Its word.
  public let name: String

  /// What it does, in a sentence.
  public let meaning: String

  /// How it is written.
  public let example: String

  /// What it may be told, those without a name first.
  public let parameters: [ParameterDescription]

  /// Makes the operation of arguments that the schema accepts.
  let make: @Sendable (Arguments) throws(ConfigurationError.Problem) -> any Operation

  /// The schema of its arguments, as it judges.
  let check: JSONSchema

  /// Why values that are right one by one do not go together.
  struct Refusal: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
  }

  /// An operation whose parameters are handed over in their order, each as a value of its type.
  init<each Value: Sendable>(
    _ name: String, _ meaning: String, example: String,
    _ parameters: repeat Parameter<each Value>,
    make: @escaping @Sendable (repeat each Value) throws(Refusal) -> any Operation
  ) {
    var descriptions: [ParameterDescription] = []
    repeat descriptions.append((each parameters).description)
    let known = (repeat each parameters)
    self.name = name
    self.meaning = meaning
    self.example = example
    self.parameters = descriptions
    self.make = { arguments throws(ConfigurationError.Problem) in
      let values = (repeat try (each known).value(in: arguments))
      do throws(Refusal) {
        return try make(repeat each values)
      } catch {
        throw .init("\(arguments.path): \(error.reason)", at: arguments.position)
      }
    }
    check = JSONSchema(of: Self.argumentSchema(descriptions))
  }

  /// What its arguments look like as a mapping.
  var argumentSchema: JSONValue { Self.argumentSchema(parameters) }

  private static func argumentSchema(_ parameters: [ParameterDescription]) -> JSONValue {
    let needed = parameters.filter { $0.defaultText == nil }.map(\.name)
    let schema: JSONValue = [
      "type": "object", "additionalProperties": false,
      "properties": .object(parameters.map { (key: $0.name, value: $0.describedSchema) }),
    ]
    return needed.isEmpty
      ? schema : schema.adding(["required": .array(needed.map { .string($0) })])
  }
}
