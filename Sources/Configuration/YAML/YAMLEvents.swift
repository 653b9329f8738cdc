import CYAML

/// What a YAML text is made of, one piece after the other, as libyaml finds them.
///
/// Anchors, aliases and tags are refused as they come: nothing here needs them, and a file of a
/// kilobyte could stand for terabytes by them.
///
/// libyaml holds what it needs for the piece that it is at, and that it is inside of; of a key it
/// looks at most 1024 characters ahead. So whoever stops asking stops the work.
struct YAMLEvents: ~Copyable {
  /// What comes next.
  enum Event {
    case scalar(String, isQuoted: Bool)
    case listStart
    case mappingStart
    /// Of a list or a mapping, whichever was begun last.
    case end
    case documentStart
    case documentEnd
    case streamEnd
  }

  /// libyaml keeps its own address in it, so that it must not move.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let text: YAMLText

  /// Where the last event begins.
  private(set) var position = TextPosition()

  /// Copies the text.
  ///
  /// - Throws: if memory is refused.
  init(_ text: YAMLText) throws(ConfigurationError.Problem) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw .outOfMemory
    }
    self.parser = parser
    self.text = text
    input = .allocate(capacity: text.bytes.count)
    _ = input.initialize(fromContentsOf: text.bytes)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// Goes on to the next event within a list or a mapping; nil at its end.
  ///
  /// - Throws: as `next()` does.
  mutating func nextInside() throws(ConfigurationError.Problem) -> Event? {
    let event = try next()
    if case .end = event { return nil }
    return event
  }

  /// Goes on to the next event; after `streamEnd` there is none, and it must not be asked for.
  ///
  /// - Throws: what is no YAML here, or is refused; nothing may be asked for after it.
  mutating func next() throws(ConfigurationError.Problem) -> Event {
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
      defer { yaml_event_delete(&event) }
      position = TextPosition(event.start_mark)
      switch event.type {
      case YAML_STREAM_START_EVENT: continue
      case YAML_STREAM_END_EVENT: return .streamEnd
      case YAML_DOCUMENT_START_EVENT: return .documentStart
      case YAML_DOCUMENT_END_EVENT: return .documentEnd
      case YAML_ALIAS_EVENT: throw .init("aliases (*name) are not supported", at: position)
      case YAML_SCALAR_EVENT:
        let scalar = event.data.scalar
        let isQuoted = scalar.style != YAML_PLAIN_SCALAR_STYLE
        try refuse(anchor: scalar.anchor, tag: scalar.tag, isString: isQuoted)
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        return .scalar(String(decoding: bytes, as: UTF8.self), isQuoted: isQuoted)
      case YAML_SEQUENCE_START_EVENT:
        let list = event.data.sequence_start
        try refuse(anchor: list.anchor, tag: list.tag)
        return .listStart
      case YAML_MAPPING_START_EVENT:
        let mapping = event.data.mapping_start
        try refuse(anchor: mapping.anchor, tag: mapping.tag)
        return .mappingStart
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
      default: preconditionFailure("an event asked for after the last")
      }
    }
  }

  /// Refuses both, but for the tag of a string where there is one anyway.
  private func refuse(
    anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?, isString: Bool = false
  ) throws(ConfigurationError.Problem) {
    guard anchor == nil else {
      throw .init("anchors (&name) and aliases (*name) are not supported", at: position)
    }
    guard let tag else { return }
    let name = String(cString: tag)
    let prefix = "tag:yaml.org,2002:"
    if isString, name == prefix + "str" { return }
    let shown = name.hasPrefix(prefix) ? "!!" + name.dropFirst(prefix.count) : name
    throw .init("tags (\(shown)) are not supported", at: position)
  }

  /// What libyaml has found wrong, in the words of somebody who writes a configuration.
  private func problem() -> ConfigurationError.Problem {
    guard parser.pointee.error != YAML_MEMORY_ERROR, let words = parser.pointee.problem else {
      return .outOfMemory
    }
    let problem = String(cString: words)
    let context = parser.pointee.context.map { String(cString: $0) }
    let mark = parser.pointee.problem_mark
    let found = text.scalar(at: mark.index)
    // What ends with the line or the file is to be mended where it begins.
    let isAtEnd = found == nil || found == "\n"
    let position = TextPosition(
      isAtEnd && context != nil ? parser.pointee.context_mark : mark)
    if problem.hasPrefix("found a tab")
      || (problem.hasPrefix("found character that cannot start") && found == "\t")
    {
      return .init("a tab; YAML is indented by spaces", at: position)
    }
    return .init(
      "no valid YAML: \(problem)" + (context.map { " \($0)" } ?? ""), at: position)
  }
}

extension TextPosition {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

extension ConfigurationError.Problem {
  fileprivate static var outOfMemory: Self { Self("too little memory to read it") }
}
