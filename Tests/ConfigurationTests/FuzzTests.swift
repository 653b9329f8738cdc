@testable import Configuration
import TestSupport
import Testing

@Suite("Garbage")
struct FuzzTests {
  private static let seeds = [
    "workers: 4\nmemory: 512M\nrate: 50/s\nio-rate: 20M/s\ntimeout: 10m\nlog-level: info\n",
    "{\"workers\": 4, 'memory': \"512M\\u00e9\", rate: [1, {a: b}], ? x : y}\n",
    "--- # c\na: &x !!str |+\n  text\n  more\nb: *x\n...\n%TAG ! tag:x,2000:\n---\n- - - >-\n a\n",
  ]

  private static let tokens = [
    "&a ", "*a", "? ", ": ", "- ", "[", "]", "{", "}", ",", "!!binary ", "!<x> ", "|\n", ">-\n",
    "\"", "'", "#", "---\n", "...\n", "%YAML 1.2\n", "\t", "\n", "\r", "\\x", "\\u{D800}", "<<: ",
    "\u{FEFF}", "\u{2028}", "\u{85}", "é", "=", "~", "@", "`", "0", "workers",
  ].map { Array($0.utf8) }

  /// Reads bytes and asks nothing of the result but that there is one.
  private func read(_ bytes: [UInt8]) {
    do throws(ConfigurationError) {
      _ = try Configuration(yaml: bytes, named: "c.yaml")
    } catch {
      #expect(!error.problems.isEmpty && error.problems.count <= JSONSchema.maximumProblemCount)
      #expect(error.problems.allSatisfy { $0.line ?? 1 >= 1 && $0.column ?? 1 >= 1 })
      #expect(error.description.split(separator: "\n").count == error.problems.count)
    }
  }

  @Test("A6, 45: random bytes never trap", arguments: 0..<4)
  func randomBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let count = Int.random(in: 0...200, using: &random)
      read((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
      read((0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) })
    }
  }

  @Test("A6, 45: YAML with pieces changed, dropped and put in never traps", arguments: 0..<4)
  func mutations(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for round in 0..<1500 {
      var bytes = Array(Self.seeds[round % Self.seeds.count].utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + 3))
        case 2: bytes = Array(bytes[..<at] + bytes.prefix(40) + bytes[at...])
        default:
          let token = Self.tokens[Int.random(in: Self.tokens.indices, using: &random)]
          bytes.insert(contentsOf: token, at: at)
        }
      }
      read(bytes)
    }
  }

  @Test("A7: every beginning of a file is read or refused")
  func truncations() {
    for seed in Self.seeds {
      let bytes = Array(seed.utf8)
      for count in 0...bytes.count { read(Array(bytes.prefix(count))) }
    }
  }

  private static func filled(_ piece: String, _ count: Int = 1 << 17) -> String {
    String(repeating: piece, count: count / piece.utf8.count)
  }

  /// A file, and how what is told of it begins.
  private static let bombs: [(yaml: String, expected: String)] = [
    (aliases, "1:4: anchors (&name)"),
    (filled("- *a\n"), "1:3: aliases (*name)"),
    (filled("["), "1:34: nested too deeply"),
    (filled("[\n"), "34:1: nested too deeply"),
    (filled("- "), "1:67: nested too deeply"),
    (filled("{a: "), "1:133: nested too deeply"),
    (indentation, "34:34: nested too deeply"),
    (filled("? "), "1:3: a key must be a word"),
    (keysOfKeys, "1:2: a key must be a word"),
    ("[" + filled("[]: a, "), "1:2: a key must be a word"),
  ]

  private static var aliases: String {
    let levels = (0..<30).map { "a\($0): &a [*a, *a, *a, *a]\n" }
    return "a: &a [x, x]\n" + levels.joined() + "? *a\n: b"
  }

  private static var indentation: String {
    (0..<1100).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
  }

  private static var keysOfKeys: String {
    let key = String(repeating: "{", count: 99) + "a" + String(repeating: ": b}", count: 99)
    return filled(key)
  }

  @Test(
    "A6: bombs are refused: aliases of aliases, deep nesting, keys of keys",
    arguments: FuzzTests.bombs)
  func refusedBombs(yaml: String, expected: String) {
    let message = MessageTests.message(yaml)
    #expect(message?.hasPrefix("c.yaml:" + expected) == true, "\(message ?? "accepted")")
  }
}
