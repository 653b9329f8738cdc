/// A piece of JSON whose keys keep their order, for documents that people read.
enum JSONValue: Sendable {
  case object([(key: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  case integer(Int)
  case number(Double)
  case boolean(Bool)
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .boolean(value) }
  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { (key: $0, value: $1) })
  }
}

extension JSONValue {
  /// The object with more keys behind its own; anything else as it is.
  func adding(_ keys: KeyValuePairs<String, JSONValue>) -> JSONValue {
    guard case .object(let entries) = self else { return self }
    return .object(entries + keys.map { (key: $0, value: $1) })
  }

  /// The JSON text: on one line where that is short, else indented by two spaces a level.
  func text(indentation: String = "") -> String {
    let line = compactText
    if indentation.utf8.count + line.utf8.count <= 96 { return line }
    let inner = indentation + "  "
    switch self {
    case .object(let entries):
      let lines = entries.map {
        inner + Self.quoted($0.key) + ": " + $0.value.text(indentation: inner)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indentation)}"
    case .array(let elements):
      let lines = elements.map { inner + $0.text(indentation: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indentation)]"
    default: return line
    }
  }

  private var compactText: String {
    switch self {
    case .object(let entries):
      let pairs = entries.map { Self.quoted($0.key) + ": " + $0.value.compactText }
      return pairs.isEmpty ? "{}" : "{ " + pairs.joined(separator: ", ") + " }"
    case .array(let elements):
      return "[" + elements.map(\.compactText).joined(separator: ", ") + "]"
    case .string(let text): return Self.quoted(text)
    case .integer(let number): return String(number)
    case .number(let number): return Int(exactly: number).map(String.init) ?? String(number)
    case .boolean(let value): return String(value)
    }
  }

  /// See RFC 8259, section 7.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
