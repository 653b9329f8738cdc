@testable import Configuration
import Foundation
import TestSupport
import Testing

@Suite("The schema and what goes by it")
struct SchemaTests {
  static let schema = JSONSchema.configuration

  /// Whether the type of a key's value takes a text.
  static let parsers: [String: @Sendable (String) -> Bool] = [
    "workers": { WorkerCount($0) != nil },
    "memory": { MemoryBudget($0) != nil },
    "rate": { JobRate($0) != nil },
    "io-rate": { ByteRate($0) != nil },
    "timeout": { TimeLimit($0) != nil },
    "job-timeout": { TimeLimit($0) != nil },
    "slow-after": { TimeLimit($0) != nil },
    "log-level": { LogLevel($0) != nil },
  ]

  static func schema(_ key: String) throws -> JSONSchema {
    try #require(schema.properties.first { $0.name == key }).schema
  }

  private static func node(_ value: ScalarValue, _ text: String) -> YAMLNode {
    var isQuoted = false
    if case .string = value { isQuoted = true }
    return YAMLNode(content: .scalar(.init(text, isQuoted: isQuoted)), position: TextPosition())
  }

  private func load(_ json: String) throws -> JSONSchema { try JSONSchema(json: Array(json.utf8)) }

  private func problems(_ yaml: String, _ schema: JSONSchema) throws -> [String] {
    let node = try #require(try YAMLNode(yaml: Array(yaml.utf8)))
    return schema.problems(of: node).map { "\($0.line ?? 0):\($0.column ?? 0): \($0.message)" }
  }

  @Test("is JSON, says its draft, and every key has a title, a description and examples")
  func document() throws {
    let json = try JSONSerialization.jsonObject(with: Data(Configuration.schemaText.utf8))
    let root = try #require(json as? [String: Any])
    #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(root["additionalProperties"] as? Bool == false)
    let properties = try #require(root["properties"] as? [String: [String: Any]])
    #expect(Set(properties.keys) == Set(Self.parsers.keys))
    for property in properties.values {
      #expect((property["title"] as? String)?.isEmpty == false)
      #expect((property["description"] as? String)?.isEmpty == false)
      #expect((property["examples"] as? [Any])?.isEmpty == false)
    }
  }

  @Test("every example is accepted, and its key makes a difference")
  func examples() throws {
    for property in Self.schema.properties {
      for example in property.schema.examples {
        guard case .scalar(let scalar) = example.content else {
          Issue.record("an example that is no scalar")
          continue
        }
        let yaml = "\(property.name): \(scalar.text)"
        #expect(try Configuration(yaml: Array(yaml.utf8), named: "c.yaml") != Configuration())
      }
    }
    for example in Self.schema.examples { #expect(Self.schema.accepts(example)) }
  }

  /// Texts near those that are accepted: by chance, and from the letters that matter.
  private static func texts(_ count: Int, seed: UInt64) -> [String] {
    var random = SplitMix64(seed: seed)
    let letters = Array("0123456789.kKmMgGtTiIbB/smhauto unlimited-+eE\nı")
    let pieces = ["1", "0", "10", "4.5", "0.0", "1024", "K", "M", "iB", "B", "ms", "s", "/s", "/h"]
    let words = ["auto", "none", "unlimited", "info", "error", "debug"]
    return (0..<count).map { index in
      switch index % 3 {
      case 0:
        String(
          (0..<Int.random(in: 0...8, using: &random)).map { _ in
            letters[Int.random(in: letters.indices, using: &random)]
          })
      case 1:
        (0..<Int.random(in: 1...4, using: &random)).map { _ in
          pieces[Int.random(in: pieces.indices, using: &random)]
        }.joined()
      default: words[Int.random(in: words.indices, using: &random)]
      }
    }
  }

  /// The schema takes a number without a unit only as a number, the command line only as text.
  private static func acceptance(of text: String, by schema: JSONSchema) -> Bool {
    let value = ScalarValue(plain: text)
    return schema.accepts(node(value, text))
  }

  /// Where schema and type differ, and why that is meant.
  private static func isDocumented(_ text: String, key: String) -> Bool {
    // YAML has more ways to write a number: signs, exponents, a point at an end, octal, 4.0 for 4.
    if case .number(let number) = ScalarValue(plain: text) {
      if text.contains(where: { "+eE".contains($0) }) || text.hasPrefix(".") || text.hasSuffix(".")
      {
        return true
      }
      // A file has whole bytes where they are a size; the command line rounds fractions.
      if key == "memory" || key == "workers" { return text.contains(".") }
      return number < 0.001 || number > 1e9
    }
    // So little, or so much, that nothing comes of it; and texts longer than any sense.
    if text.unicodeScalars.count > 32 { return true }
    return ["memory", "timeout", "job-timeout", "slow-after"].contains(key) && text.contains("0.0")
  }

  @Test("accepts the texts that the types take, and no others", arguments: parsers.keys.sorted())
  func agreement(key: String) throws {
    let schema = try Self.schema(key)
    let parser = try #require(Self.parsers[key])
    var acceptedCount = 0
    for text in Self.texts(3000, seed: 45) {
      let isAccepted = Self.acceptance(of: text, by: schema)
      acceptedCount += isAccepted ? 1 : 0
      guard isAccepted != parser(text), !Self.isDocumented(text, key: key) else { continue }
      Issue.record("\(key): \(text.debugDescription): the schema says \(isAccepted)")
    }
    #expect(acceptedCount > 100)
  }

  @Test("what the schema accepts is taken, or told as a problem, never dropped")
  func nothingDropped() {
    for text in Self.texts(400, seed: 7) {
      for key in Self.parsers.keys {
        let yaml = "\(key): \"\(text.replacing("\n", with: "\\n"))\""
        guard MessageTests.message(yaml) == nil else { continue }
        #expect((try? Configuration(yaml: Array(yaml.utf8), named: "")) != Configuration())
      }
    }
  }

  @Test(
    "a schema with a keyword that is not understood is not loaded",
    arguments: [
      (
        #"{"type": "object", "dependentRequired": {}}"#,
        "1:20: keyword 'dependentRequired' is not understood"
      ),
      (#"{"properties": {"a": {"format": "date"}}}"#, "1:23: keyword 'format' is not understood"),
      (#"{"anyOf": [{"oneOf": []}]}"#, "1:13: keyword 'oneOf' is not understood"),
      (#"{"items": {"uniqueItems": true}}"#, "1:12: keyword 'uniqueItems' is not understood"),
      (#"{"additionalProperties": {}}"#, "1:26: only true and false are understood"),
      (#"{"type": ["string", "null"]}"#, "1:10: no scalar"),
      (#"{"type": "date"}"#, "1:10: no type"),
      (#"{"pattern": "("}"#, "1:13: no pattern"),
      (#"{"minimum": "1"}"#, "1:13: no number"),
      (#"true"#, "1:1: no object"),
    ])
  func refusedSchemas(json: String, expected: String) {
    let problem = #expect(throws: ConfigurationError.Problem.self) { try load(json) }
    #expect(
      problem.map { "\($0.line ?? 0):\($0.column ?? 0): \($0.message)" } == expected)
  }

  @Test("goes down into lists and mappings, and names the way")
  func nesting() throws {
    let schema = try load(
      #"""
      {"type": "object", "additionalProperties": false, "properties": {
        "steps": {"type": "array", "items": {"anyOf": [
          {"title": "a step", "type": "string"},
          {"title": "a step with settings", "type": "object", "additionalProperties": false,
           "properties": {"crop": {"type": "string"}, "amount": {"type": "number", "minimum": 0}}}
        ]}},
        "strict": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 9}}
      }}
      """#)
    #expect(
      try problems("steps: [sharpen, {crop: 4x4, amount: 0.8}]\nstrict: true", schema).isEmpty)
    #expect(
      try problems("steps:\n  - crop: 4x4\n    amount: -1\n  - corp: 1\n  - 5\n  - []", schema) == [
        "3:13: steps[1].amount: expected a number of at least 0; found -1",
        "4:5: unknown key 'corp', did you mean 'crop'?",
        "5:5: steps[3]: expected a step or a step with settings; found 5",
        "6:5: steps[4]: expected a step or a step with settings; found an empty list",
      ])
    #expect(
      try problems("strict: yes\ntags: [1, 0, {}]\nsteps: 5", schema) == [
        "1:9: strict: expected true or false; found yes",
        "2:11: tags[2]: expected a whole number from 1 to 9; found 0",
        "2:14: tags[3]: expected a whole number from 1 to 9; found a mapping",
        "3:8: steps: expected a list; found 5",
      ])
  }

  @Test(
    "plain words mean what YAML 1.2 says",
    arguments: [
      ("", ScalarValue.null), ("~", .null), ("null", .null), ("nULL", .string("nULL")),
      ("true", .boolean(true)), ("FALSE", .boolean(false)), ("yes", .string("yes")),
      ("on", .string("on")), ("4", .number(4)), ("-4", .number(-4)), ("+4", .number(4)),
      ("010", .number(10)), ("0o10", .number(8)), ("0x1F", .number(31)), ("0x-1", .string("0x-1")),
      ("0x", .string("0x")), ("1.5", .number(1.5)), ("1.", .number(1)), (".5", .number(0.5)),
      ("1e3", .number(1000)), ("e3", .string("e3")), ("1_000", .string("1_000")),
      ("1:30", .string("1:30")), (".inf", .number(.infinity)), ("-.INF", .number(-.infinity)),
      ("inf", .string("inf")), ("nan", .string("nan")), ("0x1p3", .string("0x1p3")),
      ("--1", .string("--1")), ("1.2.3", .string("1.2.3")), ("2020-01-01", .string("2020-01-01")),
    ])
  func scalars(text: String, value: ScalarValue) { #expect(ScalarValue(plain: text) == value) }

  @Test("a word is near another if a third of it is wrong at most")
  func spelling() {
    let words = ["workers", "rate", "io-rate"]
    #expect(nearestSpelling(to: "wokrers", among: words) == "workers")
    #expect(nearestSpelling(to: "IO RATE", among: words) == "io-rate")
    #expect(nearestSpelling(to: "rat", among: words) == "rate")
    #expect(nearestSpelling(to: "ra", among: words) == nil)
    #expect(nearestSpelling(to: "", among: words) == nil)
    #expect(nearestSpelling(to: String(repeating: "workers", count: 100), among: words) == nil)
  }
}
