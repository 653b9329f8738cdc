/// A piece of a YAML file, and where it begins.
///
/// It is a tree of plain values: no anchors, no aliases, no tags. What a file may hold is said in
/// `init(yaml:)`, and whoever reads the tree need not know which library made it.
package struct YAMLNode: Sendable {
  /// What stands there.
  package enum Content: Sendable {
    case scalar(Scalar)
    case list([YAMLNode])
    case mapping([Entry])
  }

  /// A key, where it stands, and its value.
  package struct Entry: Sendable {
    package let key: String
    package let position: TextPosition
    package let value: YAMLNode

    /// A key and its value.
    package init(key: String, position: TextPosition, value: YAMLNode) {
      self.key = key
      self.position = position
      self.value = value
    }
  }

  /// A word or a number, as it was written and as what it counts.
  package struct Scalar: Sendable {
    package let text: String
    package let isQuoted: Bool
    package let value: ScalarValue

    /// A word or a number, as it is written.
    package init(_ text: String, isQuoted: Bool) {
      self.text = text
      self.isQuoted = isQuoted
      value = isQuoted ? .string(text) : ScalarValue(plain: text)
    }
  }

  package let content: Content
  package let position: TextPosition

  /// A piece that stands at `position`.
  package init(content: Content, position: TextPosition) {
    self.content = content
    self.position = position
  }
}

/// What a scalar means by the core schema of YAML 1.2, section 10.3.2.
///
/// Not by YAML 1.1, where `on` is a truth value, `010` is eight and `1:30` is ninety: editors that
/// check files against a JSON Schema go by 1.2.
package enum ScalarValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  /// JSON knows one kind of number; `.nan` and `.inf` are among them here.
  case number(Double)
  case string(String)

  init(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .boolean(true)
    case "false", "False", "FALSE": self = .boolean(false)
    case ".nan", ".NaN", ".NAN": self = .number(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .number(-.infinity)
    default: self = Self.number(text).map { .number($0) } ?? .string(text)
    }
  }

  private static func number(_ text: String) -> Double? {
    let body = text.utf8
    if text.hasPrefix("0x") || text.hasPrefix("0o") {
      let digits = text.dropFirst(2)
      guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
        return nil
      }
      return Int(digits, radix: text.hasPrefix("0x") ? 16 : 8).map { Double($0) }
    }
    // strtod(3) takes more than YAML does: hexadecimal fractions, "infinity".
    let alphabet = "0123456789+-.eE".utf8
    guard body.contains(where: { (0x30...0x39).contains($0) }),
      body.allSatisfy({ alphabet.contains($0) })
    else { return nil }
    return Double(text)
  }
}
