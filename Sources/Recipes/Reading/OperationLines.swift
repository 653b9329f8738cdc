public import Configuration
public import ImageBatch

extension Recipe {
  /// Reads the operations of a command line, each on a line of its own.
  ///
  /// - Throws: all that is wrong with them: which one, and the column in it.
  public static func operations(
    _ lines: [String]
  ) throws(ConfigurationError) -> [any Operation] {
    var operations: [any Operation] = []
    for line in lines {
      var reader = OperationReader()
      let node = YAMLNode(
        content: .scalar(.init(line, isQuoted: true)),
        position: TextPosition(line: 1, column: 0))
      if let operation = reader.operation(of: node, at: "") { operations.append(operation) }
      guard reader.problems.isEmpty else {
        throw ConfigurationError("--op '\(line)'", reader.problems.map(\.withoutLine))
      }
    }
    return operations
  }
}
