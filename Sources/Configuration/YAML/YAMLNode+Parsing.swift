extension YAMLNode {
  /// Deeper trees are nobody's configuration.
  private static let maximumDepth = 32

  /// Reads a YAML file that is one document of plain keys, values and lists; nil if it is empty.
  ///
  /// Anchors, aliases and tags are refused, as are keys that are no words, and keys that occur
  /// twice. It takes time and memory in proportion to the file's size.
  ///
  /// - Throws: the first problem; there may be more behind it.
  package init?(yaml bytes: [UInt8]) throws(ConfigurationError.Problem) {
    var events = try YAMLEvents(YAMLText(bytes))
    guard case .documentStart = try events.next() else { return nil }
    try self.init(events.next(), of: &events, depth: 0)
    // The document's end, and what comes behind it.
    _ = try events.next()
    guard case .streamEnd = try events.next() else {
      throw .init("a second document begins; a file holds one", at: events.position)
    }
    if case .scalar(let scalar) = content, scalar.value == .null { return nil }
  }

  /// Reads what `event`, the last one, has begun, to its end.
  private init(
    _ event: YAMLEvents.Event, of events: inout YAMLEvents, depth: Int
  ) throws(ConfigurationError.Problem) {
    position = events.position
    guard depth <= Self.maximumDepth else { throw .init("nested too deeply", at: position) }
    switch event {
    case .scalar(let text, let isQuoted):
      content = .scalar(Scalar(text, isQuoted: isQuoted))
    case .listStart:
      var elements: [YAMLNode] = []
      while let element = try events.nextInside() {
        elements.append(try YAMLNode(element, of: &events, depth: depth + 1))
      }
      content = .list(elements)
    case .mappingStart:
      var entries: [Entry] = []
      var places: [String: TextPosition] = [:]
      while let event = try events.nextInside() {
        let place = events.position
        guard case .scalar(let key, _) = event else {
          throw .init("a key must be a word", at: place)
        }
        if let first = places.updateValue(place, forKey: key) {
          throw .init("key '\(key)' occurs more than once", at: first)
        }
        let value = try YAMLNode(events.next(), of: &events, depth: depth + 1)
        entries.append(Entry(key: key, position: place, value: value))
      }
      content = .mapping(entries)
    case .end, .documentStart, .documentEnd, .streamEnd:
      preconditionFailure("a node is a scalar, a list or a mapping")
    }
  }
}
