public import Configuration
public import ImageBatch
public import SystemPackage

extension Recipe {
  /// Reads the operations of a command line, each on a line of its own.
  ///
  /// - Parameter folder: where the names of files begin.
  /// - Throws: all that is wrong with them: which one, and the column in it.
  public static func operations(
    _ lines: [String], filesIn folder: FilePath = FilePath()
  ) throws(ConfigurationError) -> [any Operation] {
    var operations: [any Operation] = []
    for line in lines {
      var reader = OperationReader(filesIn: folder)
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
