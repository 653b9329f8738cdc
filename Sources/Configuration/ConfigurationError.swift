/// Why a file cannot be used, with everything that is wrong with it: who mends a file wants to see
/// all of it at once.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One thing that is wrong.
  public struct Problem: Error, Hashable, Sendable {
    /// Counts from 1; nil where it is the file as a whole.
    public let line: Int?

    /// Counts Unicode scalars from 1; nil where it is the file as a whole.
    public let column: Int?

    /// What was found, and what was expected.
    public let message: String

    /// A problem; without a position, one of the file as a whole.
    package init(_ message: String, at position: TextPosition? = nil) {
      line = position?.line
      column = position?.column
      self.message = message
    }

    /// The problem in a text that is one line.
    package var withoutLine: Problem { Problem(message, line: nil, column: column) }

    private init(_ message: String, line: Int?, column: Int?) {
      self.message = message
      self.line = line
      self.column = column
    }
  }

  /// The file, as it was named.
  public let path: String

  /// At least one, in the order in which they stand in the file.
  public let problems: [Problem]

  /// - Precondition: there is a problem.
  package init(_ path: String, _ problems: [Problem]) {
    precondition(!problems.isEmpty, "an error without a reason")
    self.path = path
    self.problems = problems
  }

  init(_ path: String, _ message: String) { self.init(path, [Problem(message)]) }

  /// A line for each problem, as compilers write it: `path:line:column: message`.
  public var description: String {
    problems.map { problem in
      let place = [problem.line, problem.column].compactMap { $0.map { ":\($0)" } }.joined()
      return "\(path.printable)\(place): \(problem.message.printable)"
    }.joined(separator: "\n")
  }
}

/// A place in a text.
package struct TextPosition: Hashable, Comparable, Sendable {
  /// Counts from 1.
  package var line: Int

  /// Counts Unicode scalars from 1.
  package var column: Int

  /// A place; without arguments, the beginning.
  package init(line: Int = 1, column: Int = 1) {
    self.line = line
    self.column = column
  }

  package static func < (left: TextPosition, right: TextPosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

extension String {
  /// The text with control characters, and the marks that turn its direction, written as `\u{N}`,
  /// so that no file can drive a terminal or break a line.
  var printable: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069:
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
