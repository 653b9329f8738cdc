@testable import Configuration
import TestSupport
import Testing

/// A tree, written as YAML by chance, and the place of each of its pieces as it is written.
private struct WrittenTree {
  private(set) var text = ""
  private(set) var root: YAMLNode
  private var position = TextPosition()
  private var random: SplitMix64

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    root = YAMLNode(content: .list([]), position: position)
    writeGap()
    root = write(depth: 0)
    writeGap()
  }

  private mutating func append(_ piece: String) {
    text += piece
    for scalar in piece.unicodeScalars {
      if scalar == "\n" {
        position = TextPosition(line: position.line + 1, column: 1)
      } else {
        position.column += 1
      }
    }
  }

  private mutating func writeGap() {
    let gaps = ["", "", " ", "  ", "\n ", " # é, [*a\n  ", "\n\n "]
    append(gaps.randomElement(using: &random) ?? "")
  }

  private mutating func write(depth: Int) -> YAMLNode {
    let start = position
    let count = Int.random(in: 0...4, using: &random)
    switch Int.random(in: 0..<(depth < 5 ? 4 : 2), using: &random) {
    case 0:
      let word = ["x", "-1.5", "no: w", "ü*", "~", "&", "0x1F"].randomElement(using: &random) ?? ""
      let isQuoted = word.contains(" ") || word.hasPrefix("&") || Bool.random(using: &random)
      append(isQuoted ? "'\(word)'" : word)
      return YAMLNode(content: .scalar(.init(word, isQuoted: isQuoted)), position: start)
    case 1:
      append(#""\u00e9*a \n\"""#)
      return YAMLNode(content: .scalar(.init("é*a \n\"", isQuoted: true)), position: start)
    case 2:
      append("[")
      var elements: [YAMLNode] = []
      for index in 0..<count {
        if index > 0 { append(",") }
        writeGap()
        elements.append(write(depth: depth + 1))
        writeGap()
      }
      append("]")
      return YAMLNode(content: .list(elements), position: start)
    default:
      append("{")
      var entries: [YAMLNode.Entry] = []
      for index in 0..<count {
        if index > 0 { append(",") }
        writeGap()
        let (key, place) = ("é\(index)", position)
        append(Bool.random(using: &random) ? key : "\"\(key)\"")
        append(": ")
        writeGap()
        entries.append(.init(key: key, position: place, value: write(depth: depth + 1)))
        writeGap()
      }
      append("}")
      return YAMLNode(content: .mapping(entries), position: start)
    }
  }
}

@Suite("A YAML file as a tree")
struct YAMLNodeTests {
  private func node(_ yaml: String) throws -> YAMLNode? { try YAMLNode(yaml: Array(yaml.utf8)) }

  @Test("holds what was written, every piece with its place", arguments: 0..<200)
  func writtenTrees(seed: UInt64) throws {
    let tree = WrittenTree(seed: seed)
    let root = try node(tree.text)
    // A null is no content.
    if case .scalar(let scalar) = tree.root.content, scalar.value == .null {
      #expect(root == nil)
    } else {
      #expect(root.map { "\($0)" } == "\(tree.root)", "\(tree.text)")
    }
  }

  @Test("is the same, written with indentation")
  func blocks() throws {
    let yaml = """
      # A comment.
      a:
        - b
        -   c: |
              text
            ? d
            : >-
              more
              text
      'e': "f\\
        g"
      """
    let root = try #require(try node(yaml))
    func scalar(_ text: String, _ line: Int, _ column: Int, isQuoted: Bool = true) -> YAMLNode {
      YAMLNode(
        content: .scalar(.init(text, isQuoted: isQuoted)),
        position: TextPosition(line: line, column: column))
    }
    func mapping(_ entries: [(String, YAMLNode, Int, Int)], _ line: Int, _ column: Int) -> YAMLNode
    {
      let entries = entries.map { key, value, line, column in
        YAMLNode.Entry(key: key, position: .init(line: line, column: column), value: value)
      }
      return YAMLNode(content: .mapping(entries), position: .init(line: line, column: column))
    }
    let inner = mapping(
      [("c", scalar("text\n", 4, 10), 4, 7), ("d", scalar("more text", 7, 9), 6, 9)], 4, 7)
    let list = YAMLNode(
      content: .list([scalar("b", 3, 5, isQuoted: false), inner]),
      position: TextPosition(line: 3, column: 3))
    let expected = mapping(
      [("a", list, 2, 1), ("e", scalar("fg", 10, 6), 10, 1)], 2, 1)
    #expect("\(root)" == "\(expected)")
  }

  @Test(
    "is none where a file says nothing", arguments: ["", " \n", "# a", "---", "---\n...\n", "~"])
  func nothing(yaml: String) throws { #expect(try node(yaml) == nil) }

  @Test("marks that begin aliases and keys elsewhere are text in quotes, words and comments")
  func innocentMarks() throws {
    let element = "- \"*a ? [*b]: c\"  # *d ? [e]: f\n- 3*4?\n"
    let root = try #require(try node(String(repeating: element, count: 40)))
    guard case .list(let elements) = root.content else {
      Issue.record("no list")
      return
    }
    #expect(elements.count == 80)
  }

  @Test("thirty-two levels below the first are read, and no more")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try node(nested(33)) != nil)
    #expect(throws: ConfigurationError.Problem("nested too deeply", at: .init(line: 1, column: 34)))
    {
      try node(nested(34))
    }
  }
}
