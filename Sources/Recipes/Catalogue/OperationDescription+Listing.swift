import Configuration

extension OperationDescription {
  /// What people read of it: some lines, each ended.
  public var listing: String {
    let width = parameters.map(\.name.utf8.count).max() ?? 0
    let lines = parameters.flatMap { parameter in
      let padding = String(repeating: " ", count: width + 2 - parameter.name.utf8.count)
      return Self.wrapped(
        "    \(parameter.name)\(padding)\(parameter.listing)", hanging: width + 6)
    }
    return ([example, "  \(meaning)"] + lines).map { $0 + "\n" }.joined()
  }

  /// Breaks a line that is too long for a page between its words.
  private static func wrapped(_ text: String, hanging indentation: Int) -> [String] {
    let limit = 96
    var lines: [String] = []
    var rest = text[...]
    while rest.utf8.count > limit,
      let end = rest.prefix(limit).lastIndex(of: " ").map({ rest[..<$0] })
    {
      lines.append(String(end))
      rest = (String(repeating: " ", count: indentation) + rest[end.endIndex...].dropFirst())[...]
    }
    return lines + [String(rest)]
  }

  /// Says that there is no operation of that name, and which may be meant.
  public static func unknown(_ name: String) -> String {
    let names = all.map(\.name)
    let hint =
      nearestSpelling(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "known are \(names.joined(separator: ", "))"
    return "unknown operation '\(name.shortened)', \(hint)"
  }
}

extension OperationDescription: CustomStringConvertible {
  /// The operation's word.
  public var description: String { name }
}

extension ParameterDescription {
  /// What it is, which values there are, and the default.
  fileprivate var listing: String {
    let suffix = defaultText.map { "(default: \($0))" } ?? "(needed)"
    // Where examples are needed, the meaning has them.
    let values = check.hasExamples || check.expectation == "text" ? "" : ": \(check.expectation)"
    return "\(meaning)\(values) \(suffix)"
  }
}
