import Yams

extension YAMLNode {
  /// Deeper trees are nobody's configuration.
  private static let maximumDepth = 32

  /// Reads a YAML file that is one document of plain keys, values and lists; nil if it is empty.
  ///
  /// Anchors, aliases and tags are refused: nothing here needs them, and a file of a kilobyte could
  /// stand for terabytes by them. So are keys that are no words, and keys that occur twice.
  ///
  /// The parser goes down a thousand levels before anybody can stop it, which takes up to 3 MB of
  /// the thread's stack, of the 8 MB that Linux gives.
  ///
  /// - Throws: the first problem; there may be more behind it.
  package init?(yaml bytes: [UInt8]) throws(ConfigurationError.Problem) {
    let text = try YAMLText(bytes).text
    do {
      // Not the default encoding: it asks the environment, and prints to standard output.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return nil }
      // Nodes hold their anchors weakly; the parser holds them.
      self = try withExtendedLifetime(parser) { try YAMLNode(root, depth: 0) }
    } catch let problem as ConfigurationError.Problem {
      throw problem
    } catch let error as YamlError {
      throw ConfigurationError.Problem(error, in: text)
    } catch {
      throw ConfigurationError.Problem("no YAML: \(error)")
    }
    if case .scalar(let scalar) = content, scalar.value == .null { return nil }
  }

  private init(_ node: Node, depth: Int) throws(ConfigurationError.Problem) {
    position = TextPosition(node.mark)
    guard node.anchor == nil else {
      throw .init("anchors (&name) and aliases (*name) are not supported", at: position)
    }
    guard depth <= Self.maximumDepth else { throw .tooDeep(at: position) }
    switch node {
    case .scalar(let scalar):
      // The parser itself calls quoted text a string.
      let isQuoted = scalar.style != .plain
      try Self.checkTag(scalar.tag, isString: isQuoted, at: position)
      content = .scalar(Scalar(scalar.string, isQuoted: isQuoted))
    case .sequence(let list):
      try Self.checkTag(list.tag, isString: false, at: position)
      var elements: [YAMLNode] = []
      for element in list { elements.append(try YAMLNode(element, depth: depth + 1)) }
      content = .list(elements)
    case .mapping(let mapping):
      try Self.checkTag(mapping.tag, isString: false, at: position)
      var entries: [Entry] = []
      for (key, value) in mapping { entries.append(try Entry(key, value, depth: depth + 1)) }
      content = .mapping(entries)
    case .alias(let alias):
      throw .init("aliases (*\(alias.anchor.rawValue)) are not supported", at: position)
    }
  }

  fileprivate static func checkTag(
    _ tag: Tag, isString: Bool, at position: TextPosition
  ) throws(ConfigurationError.Problem) {
    let name = tag.rawValue
    let isImplied = name == Tag.Name.implicit.rawValue
    guard isImplied || (isString && name == Tag.Name.str.rawValue) else {
      let prefix = "tag:yaml.org,2002:"
      let shown = name.hasPrefix(prefix) ? "!!" + name.dropFirst(prefix.count) : name
      throw .init("tags (\(shown)) are not supported", at: position)
    }
  }
}

extension YAMLNode.Entry {
  fileprivate init(_ key: Node, _ value: Node, depth: Int) throws(ConfigurationError.Problem) {
    position = TextPosition(key.mark)
    guard key.anchor == nil else {
      throw .init("anchors (&name) and aliases (*name) are not supported", at: position)
    }
    guard case .scalar(let scalar) = key else {
      throw .init("a key must be a word", at: position)
    }
    // The parser has looked for double keys, which made a string of every plain one.
    try YAMLNode.checkTag(scalar.tag, isString: true, at: position)
    self.key = scalar.string
    self.value = try YAMLNode(value, depth: depth)
  }
}

extension TextPosition {
  fileprivate init(_ mark: Mark?) {
    self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
  }
}

extension ConfigurationError.Problem {
  fileprivate static func tooDeep(at position: TextPosition) -> Self {
    Self("nested too deeply", at: position)
  }

  /// What the parser says, in the words of somebody who writes a configuration.
  fileprivate init(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(problem, at: TextPosition(mark), context, in: text)
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        "key '\(keys.first ?? "")' occurs more than once", at: TextPosition(context.mark))
    case .memory:
      self.init("too little memory to read it")
    default:
      // Writing, and bytes that are no text, which were seen before.
      self.init("no YAML")
    }
  }

  private init(
    _ problem: String, at mark: TextPosition, _ context: YamlError.Context?, in text: String
  ) {
    // What ends with the file is to be mended where it begins.
    let found = mark.scalar(in: text)
    let position = found == nil ? context.map { TextPosition($0.mark) } ?? mark : mark
    if problem.hasPrefix("Maximum nesting level") {
      self = .tooDeep(at: position)
    } else if problem.hasSuffix("another document") {
      self.init("a second document begins; a file holds one", at: position)
    } else if problem.hasSuffix("undefined alias") {
      self.init("aliases (*name) are not supported", at: position)
    } else if problem.hasPrefix("found a tab")
      || (problem.hasPrefix("found character that cannot start") && found == "\t")
    {
      self.init("a tab; YAML is indented by spaces", at: position)
    } else {
      self.init(
        "no valid YAML: \(problem)" + (context.map { " \($0.text)" } ?? ""), at: position)
    }
  }
}

extension TextPosition {
  /// The scalar that stands here.
  fileprivate func scalar(in text: String) -> Unicode.Scalar? {
    let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
    guard lines.indices.contains(line - 1) else { return nil }
    return lines[line - 1].unicodeScalars.dropFirst(column - 1).first
  }
}
