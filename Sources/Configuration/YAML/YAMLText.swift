/// A file's bytes as text that is safe to hand to a YAML parser.
///
/// The parser composes a tree before anybody can look at it, and makes hashes of the keys as it
/// goes. Keys that are aliases of aliases, or collections of keys of collections, would cost time
/// without bound, so that a file with more than a few marks that could begin them is refused
/// beforehand. The count is too high at times, in quoted text and in comments behind values, and
/// never too low; the few that are let through are refused by name, in `YAMLNode.init(yaml:)`.
struct YAMLText {
  let text: String

  /// The text's scalars that are harmless in small numbers.
  private struct Suspects {
    var count = 0
    var first = TextPosition()

    static let allowed = 8

    mutating func add(at position: TextPosition) {
      if count == 0 { first = position }
      count += 1
    }
  }

  /// Checks that the bytes are UTF-8 without control characters, and that they hold no bomb.
  ///
  /// - Throws: the first problem, and where it is.
  init(_ bytes: [UInt8]) throws(ConfigurationError.Problem) {
    // A byte order mark takes no column.
    let bytes = bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    var aliases = Suspects()
    var complexKeys = Suspects()
    var position = TextPosition()
    var previous: Unicode.Scalar = "\n"
    var previousMark: Unicode.Scalar = "\n"
    var isComment = false
    var isIndentation = true

    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    scan: while true {
      let scalar: Unicode.Scalar
      switch decoder.decode(&iterator) {
      case .scalarValue(let next): scalar = next
      case .emptyInput: break scan
      case .error: throw .init("not UTF-8 text", at: position)
      }
      guard scalar.isYAMLCharacter else {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw .init("a control character, U+\(code), is not allowed", at: position)
      }

      // A line whose first mark is # holds neither alias nor key, be it a comment or text in quotes.
      if isIndentation, scalar == "#" { isComment = true }
      if scalar != " ", scalar != "\t" { isIndentation = false }
      if !isComment, previous.endsToken {
        if scalar == "*" { aliases.add(at: position) }
        if scalar == "?" { complexKeys.add(at: position) }
      }
      if !isComment, scalar == ":", previousMark == "]" || previousMark == "}" {
        complexKeys.add(at: position)
      }

      if scalar == "\n" || scalar == "\r" {
        if !(scalar == "\n" && previous == "\r") { position.line += 1 }
        position.column = 1
        isComment = false
        isIndentation = true
      } else {
        position.column += 1
      }
      previous = scalar
      if scalar != " ", scalar != "\t" { previousMark = scalar }
    }

    guard aliases.count <= Suspects.allowed else {
      throw .init("aliases (*name) are not supported", at: aliases.first)
    }
    guard complexKeys.count <= Suspects.allowed else {
      throw .init("keys that are lists or mappings are not supported", at: complexKeys.first)
    }
    text = String(decoding: bytes, as: UTF8.self)
  }
}

extension Unicode.Scalar {
  /// See YAML 1.2.2, production 1: c-printable.
  fileprivate var isYAMLCharacter: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
      true
    default: false
    }
  }

  /// Whether a token may begin behind it; within a word, no mark is more than a letter.
  fileprivate var endsToken: Bool {
    switch self {
    case " ", "\t", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}": true
    case "[", "]", "{", "}", ",", ":", "-", "?", "\"", "'": true
    default: false
    }
  }
}
