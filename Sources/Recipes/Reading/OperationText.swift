import Configuration

/// An operation as it is written on one line: `crop 400x400 position=centre`.
///
/// Words are parted by spaces. One with `=` in it is a name and a value; one without is the value of
/// the next parameter that may stand without its name, or the name of a flag. Quotes hold spaces
/// together: `'a b'`, `"a b"`.
struct OperationText {
  /// The operation's name, or nothing.
  let name: Word?
  private let arguments: [Word]

  /// A piece between spaces.
  struct Word {
    fileprivate(set) var key: String?
    fileprivate(set) var text = ""
    fileprivate(set) var isQuoted = false
    let position: TextPosition
    /// Where the value begins, behind `=`.
    fileprivate(set) var valuePosition: TextPosition
  }

  /// Takes a line apart.
  ///
  /// - Parameter start: where it begins.
  /// - Throws: a problem where a quote is not closed.
  init(_ line: String, at start: TextPosition) throws(ConfigurationError.Problem) {
    var words: [Word] = []
    var word: Word?
    var quote: Unicode.Scalar?
    var quotePosition = start
    var position = start
    for scalar in line.unicodeScalars {
      defer { position.column += 1 }
      if quote == nil, scalar == " " || scalar == "\t" {
        if let word { words.append(word) }
        word = nil
        continue
      }
      var current = word ?? Word(position: position, valuePosition: position)
      defer { word = current }
      if scalar == quote {
        quote = nil
      } else if quote == nil, scalar == "'" || scalar == "\"" {
        (quote, quotePosition, current.isQuoted) = (scalar, position, true)
      } else if scalar == "=", quote == nil, !current.isQuoted, current.key == nil {
        current.key = current.text
        current.text = ""
        current.valuePosition.column = position.column + 1
      } else {
        current.text.unicodeScalars.append(scalar)
      }
    }
    guard quote == nil else { throw .init("a quote that is not closed", at: quotePosition) }
    if let word { words.append(word) }
    name = words.first
    arguments = Array(words.dropFirst())
  }

  /// The arguments as the mapping that says the same in a file.
  ///
  /// - Throws: a problem for a value that belongs to no parameter, or one too many.
  func mapping(
    for operation: OperationDescription
  ) throws(ConfigurationError.Problem) -> YAMLNode {
    var entries: [YAMLNode.Entry] = []
    var unnamed = operation.parameters.filter(\.isPositional)[...]
    for word in arguments {
      let parameter: ParameterDescription?
      if let key = word.key {
        parameter = operation.parameters.first { $0.name == key }
      } else if let flag = operation.parameters.first(where: { $0.isFlag && $0.name == word.text })
      {
        parameter = flag
      } else if let next = unnamed.popFirst() {
        parameter = next
      } else {
        throw unexpected(word, in: operation)
      }
      let key = parameter?.name ?? word.key ?? word.text
      guard !entries.contains(where: { $0.key == key }) else {
        throw .init("\(operation.name).\(key): occurs more than once", at: word.position)
      }
      let isFlagAlone = word.key == nil && parameter?.isFlag == true
      entries.append(
        YAMLNode.Entry(
          key: key, position: word.position,
          value: Self.value(isFlagAlone ? "true" : word.text, word, parameter)))
    }
    return YAMLNode(
      content: .mapping(entries), position: name?.position ?? TextPosition())
  }

  /// A number where the parameter takes one, and text where it takes that.
  private static func value(
    _ text: String, _ word: Word, _ parameter: ParameterDescription?
  ) -> YAMLNode {
    func node(isQuoted: Bool) -> YAMLNode {
      YAMLNode(content: .scalar(.init(text, isQuoted: isQuoted)), position: word.valuePosition)
    }
    let plain = node(isQuoted: word.isQuoted)
    guard let parameter, !parameter.check.accepts(plain) else { return plain }
    let quoted = node(isQuoted: true)
    return parameter.check.accepts(quoted) ? quoted : plain
  }

  private func unexpected(
    _ word: Word, in operation: OperationDescription
  ) -> ConfigurationError.Problem {
    let names = operation.parameters.map(\.name)
    let found = "\(operation.name): unexpected '\(word.text.shortened)'"
    guard !names.isEmpty else {
      return .init("\(found), it takes no values", at: word.position)
    }
    let flags = operation.parameters.filter(\.isFlag).map(\.name)
    let hint =
      nearestSpelling(to: word.text, among: flags).map { "did you mean '\($0)'?" }
      ?? "a value needs its name: \(names.map { "\($0)=" }.joined(separator: ", "))"
    return .init("\(found), \(hint)", at: word.position)
  }
}
