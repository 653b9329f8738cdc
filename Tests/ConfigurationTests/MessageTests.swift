import Configuration
import Testing

@Suite("What is told about a file that cannot be used")
struct MessageTests {
  /// All that an error says, or nil where there is none.
  static func message(_ yaml: String) -> String? { message(Array(yaml.utf8)) }

  static func message(_ bytes: [UInt8]) -> String? {
    do throws(ConfigurationError) {
      _ = try Configuration(yaml: bytes, named: "c.yaml")
      return nil
    } catch {
      return error.description
    }
  }

  static let known =
    "known are workers, memory, rate, io-rate, timeout, job-timeout, slow-after and log-level"

  @Test(
    "A6: a key that is none is named, with the one that may be meant",
    arguments: [
      ("worker: 4", "1:1: unknown key 'worker', did you mean 'workers'?"),
      ("rate: 4\nwrokers: 4", "2:1: unknown key 'wrokers', did you mean 'workers'?"),
      ("{Workers: 4}", "1:2: unknown key 'Workers', did you mean 'workers'?"),
      ("io_rate: 4", "1:1: unknown key 'io_rate', did you mean 'io-rate'?"),
      ("\"jobtimeout\": 4", "1:1: unknown key 'jobtimeout', did you mean 'job-timeout'?"),
      ("log level: info", "1:1: unknown key 'log level', did you mean 'log-level'?"),
      ("colour: red", "1:1: unknown key 'colour', \(known)"),
      ("1: 2", "1:1: unknown key '1', \(known)"),
      ("null: 2", "1:1: unknown key 'null', \(known)"),
      ("<<: {workers: 4}", "1:1: unknown key '<<', \(known)"),
      ("\"\\e[1m\": 1", "1:1: unknown key '\\u{1B}[1m', \(known)"),
    ])
  func unknownKeys(yaml: String, expected: String) {
    #expect(Self.message(yaml) == "c.yaml:" + expected)
  }

  static let workers = "workers: expected a whole number from 1 to 1024 or auto, such as 4; found "
  static let memory =
    "memory: expected a number of bytes (K, M, G, T) or auto, such as 512M or 1.5G; found "
  static let rate =
    "rate: expected a number of jobs (/s, /m, /h) or unlimited, such as 50/s, 600/h or 2.5; found "
  static let byteRate =
    "io-rate: expected a number of bytes (K, M, G, T; /s, /m, /h) or unlimited, such as 20M/s or "
    + "1G/h; found "
  static let timeout =
    "timeout: expected a time (ms, s, m, h) or none, such as 10m, 1.5h or 90; found "

  @Test(
    "A6: a value that is out of range or of another kind is told with what was expected",
    arguments: [
      ("workers: 0", "1:10: \(workers)0"),
      ("workers: 1025", "1:10: \(workers)1025"),
      ("workers: 4.5", "1:10: \(workers)4.5"),
      ("workers: \"4\"", "1:10: \(workers)the text \"4\""),
      ("workers:", "1:9: \(workers)nothing"),
      ("workers: ~", "1:10: \(workers)nothing"),
      ("workers: yes", "1:10: \(workers)yes"),
      ("workers: true", "1:10: \(workers)true"),
      ("workers: [4]", "1:10: \(workers)a list"),
      ("workers:\n  count: 4", "2:3: \(workers)a mapping"),
      ("memory: lots", "1:9: \(memory)lots"),
      ("memory: -1", "1:9: \(memory)-1"),
      ("memory: 0", "1:9: \(memory)0"),
      ("memory: 99999999T", "1:9: \(memory)99999999T"),
      ("rate: 0", "1:7: \(rate)0"),
      ("rate: 0/s", "1:7: \(rate)0/s"),
      ("rate: -1/s", "1:7: \(rate)-1/s"),
      ("rate: .nan", "1:7: \(rate).nan"),
      ("rate: .inf", "1:7: \(rate).inf"),
      ("rate: inf", "1:7: \(rate)inf"),
      ("rate: \"50/s\\n\"", "1:7: \(rate)the text \"50/s\\u{A}\""),
      ("rate: 1:30", "1:7: \(rate)1:30"),
      ("io-rate: 20M/d", "1:10: \(byteRate)20M/d"),
      ("timeout: 10 m", "1:10: \(timeout)10 m"),
      ("timeout: 99999999h", "1:10: \(timeout)99999999h"),
      ("timeout: 0.0001ms", "1:10: \(timeout)0.0001ms"),
      ("log-level: loud", "1:12: log-level: expected error, info or debug; found loud"),
      ("- workers", "1:1: expected keys and their values; found a list"),
      ("\n\nworkers", "3:1: expected keys and their values; found workers"),
    ])
  func values(yaml: String, expected: String) {
    #expect(Self.message(yaml) == "c.yaml:" + expected)
  }

  @Test(
    "A6: what is no YAML, or more of it than a configuration needs, is told with its place",
    arguments: [
      ("a: b: c", "1:5: no valid YAML: mapping values are not allowed in this context"),
      ("workers: 4\n\tmemory: 4\n", "2:1: a tab; YAML is indented by spaces"),
      ("\tworkers: 4", "1:1: a tab; YAML is indented by spaces"),
      ("rate: 1\nworkers: 4\nworkers: 5", "2:1: key 'workers' occurs more than once"),
      ("a: &x 4\nb: *x", "1:4: anchors (&name) and aliases (*name) are not supported"),
      ("workers: *x", "1:10: aliases (*name) are not supported"),
      ("workers: !!binary aGFsbG8=", "1:10: tags (!!binary) are not supported"),
      ("workers: !!int 4", "1:10: tags (!!int) are not supported"),
      ("workers: !!str 4", "1:10: tags (!!str) are not supported"),
      ("workers: !!str \"4\"", "1:10: \(workers)the text \"4\""),
      ("!mine {workers: 4}", "1:1: tags (!mine) are not supported"),
      ("workers: 4\n---\nworkers: 5", "2:1: a second document begins; a file holds one"),
      (
        "workers: 'a",
        "1:10: no valid YAML: found unexpected end of stream while scanning a quoted scalar"
      ),
      (
        "{workers: 4",
        "1:1: no valid YAML: did not find expected ',' or '}' while parsing a flow mapping"
      ),
      ("? [a]\n: b", "1:3: a key must be a word"),
      ("[a]: b", "1:1: a key must be a word"),
      ("workers: \u{1}", "1:10: a control character, U+1, is not allowed"),
      ("%YAML 3.0\n---\na: b", "1:1: no valid YAML: found incompatible YAML document"),
    ])
  func syntax(yaml: String, expected: String) {
    #expect(Self.message(yaml) == "c.yaml:" + expected)
  }

  @Test("A6: bytes that are no UTF-8 are told with their place, and UTF-16 is none")
  func encodings() {
    #expect(Self.message(Array("a: é\nb: ".utf8) + [0xFF]) == "c.yaml:2:4: not UTF-8 text")
    #expect(Self.message([0xFF, 0xFE, 0x61, 0x00]) == "c.yaml:1:1: not UTF-8 text")
    #expect(Self.message([0xC3]) == "c.yaml:1:1: not UTF-8 text")
  }

  @Test("A6: all that is wrong is told at once, in the order of the file")
  func several() {
    let yaml = """
      workers: 0
      # The next is fine.
      rate: 50/s
      colour: red
      timeout: 99999999h
      log-level: loud
      """
    #expect(
      Self.message(yaml) == """
        c.yaml:1:10: \(Self.workers)0
        c.yaml:4:1: unknown key 'colour', \(Self.known)
        c.yaml:5:10: \(Self.timeout)99999999h
        c.yaml:6:12: log-level: expected error, info or debug; found loud
        """)
  }

  @Test("A6: a file of nothing but mistakes does not fill a screen")
  func manyMistakes() {
    let yaml = (0..<1000).map { "k\($0): 1\n" }.joined()
    #expect(Self.message(yaml)?.split(separator: "\n").count == 20)
  }

  @Test("columns count characters, and a byte order mark is none")
  func columns() {
    #expect(Self.message("{é: 1}")?.hasPrefix("c.yaml:1:2: unknown key 'é'") == true)
    #expect(Self.message("\u{FEFF}worker: 1")?.hasPrefix("c.yaml:1:1: unknown key") == true)
    #expect(Self.message("# é\r\nworker: 1")?.hasPrefix("c.yaml:2:1: unknown key") == true)
  }

  @Test("a name that could drive a terminal is escaped, and a long value is cut")
  func escaping() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(
        yaml: Array("rate: \(String(repeating: "é", count: 99))".utf8), named: "\u{1B}c")
    }
    let tail = String(repeating: "é", count: 40) + "…"
    #expect(error?.description == "\\u{1B}c:1:7: \(Self.rate)\(tail)")
    #expect(error?.problems.first?.line == 1)
    #expect(error?.problems.first?.column == 7)
  }
}
