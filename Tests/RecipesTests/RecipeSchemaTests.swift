import Configuration
import Foundation
import ImageBatch
import TestSupport
import Testing

@testable import Recipes

@Suite("The schema of recipes") struct RecipeSchemaTests {
  /// What is printed, read as any other program reads it.
  private static let printed = Result { try JSONSchema(json: Array(RecipeSchema.text.utf8)) }

  private static func isAccepted(_ yaml: String) throws -> Bool {
    let node = try #require(try YAMLNode(yaml: Array(yaml.utf8)))
    return try printed.get().accepts(node)
  }

  private static func isRead(_ yaml: String) -> Bool {
    (try? Recipe(yaml: Array(yaml.utf8), named: "r.yaml")) != nil
  }

  @Test("is JSON, says its draft, and has every operation, parameter and default")
  func document() throws {
    let json = try JSONSerialization.jsonObject(with: Data(RecipeSchema.text.utf8))
    let root = try #require(json as? [String: Any])
    #expect(root["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    for operation in OperationDescription.all {
      #expect(RecipeSchema.text.contains("\"\(operation.name)\": {"))
      for parameter in operation.parameters {
        #expect(RecipeSchema.text.contains("\"\(parameter.name)\": {"))
        if let text = parameter.defaultText {
          #expect(RecipeSchema.text.contains("Default: \(text)."))
        }
      }
    }
    let examples = try #require(root["examples"] as? [[String: Any]])
    for example in examples {
      let yaml = try JSONSerialization.data(withJSONObject: example)
      #expect(Self.isRead(String(decoding: yaml, as: UTF8.self)))
    }
  }

  /// Values near those that parameters take.
  private static let values = [
    "1", "0", "-1", "2.5", "90", "180", "1000000", "1000001", "4x4", "4x", "x4", "0x4", "50%", "0%",
    "99999%", "top", "center", "inside", "box", "white", "\"#fff\"", "\"#ff88\"", "transparent",
    "red",
    "true", "none", "floyd-steinberg", "{}", "[]", "", "\"4x4\"", "\"1\"",
  ]

  @Test(
    "takes of each operation's values those that are read, and no others",
    arguments: OperationDescription.all)
  func agreement(_ operation: OperationDescription) throws {
    var random = SplitMix64(seed: 48)
    let names = operation.parameters.map(\.name) + ["siez"]
    var acceptedCount = 0
    for round in 0..<600 {
      var pairs: [String: String] = [:]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        pairs[names.randomElement(using: &random) ?? ""] = Self.values.randomElement(using: &random)
      }
      let mapping = pairs.map { "\($0.key): \($0.value)" }.sorted().joined(separator: ", ")
      let alone = Self.values.randomElement(using: &random) ?? ""
      let yaml = "steps:\n  - \(operation.name): " + (round % 3 == 0 ? alone : "{\(mapping)}")
      let isAccepted = try Self.isAccepted(yaml)
      acceptedCount += isAccepted ? 1 : 0
      guard isAccepted != Self.isRead(yaml) else { continue }
      // What is out of range by its digits, a number that is no size for being hexadecimal, and what
      // does not go together, no pattern tells.
      let isOfDigits = ["1000001", "99999%", "0x4"].contains(where: yaml.contains)
      #expect(
        isAccepted && (isOfDigits || ["levels", "resize", "overlay"].contains(operation.name)),
        "\(yaml)")
    }
    #expect(acceptedCount > 0)
  }

  @Test(
    "takes whole files that are read, and no others",
    arguments: [
      ("steps: [flip, {rotate: 90}]", true), ("steps: []", true),
      ("steps: [{flip: , flop: }]", false),
      ("steps: [{}]", false), ("steps: [5]", false), ("steps: {flip: }", false), ("to: png", true),
      ("to: pbm", false), ("outputs: []", false), ("outputs: [{}]", true),
      (
        "outputs: [{folder: a, size: 40, steps: [flop], to: qoi, metadata: all, compression: 12}]",
        true
      ),
      ("outputs: [{folder: /a}]", false), ("outputs: [{suffix: a.b}]", false), ("size: 4", false),
      ("auto-orient: false", true), ("auto-orient: 0", false), ("metadata: some", false),
    ])
  func files(yaml: String, isSound: Bool) throws {
    #expect(try Self.isAccepted(yaml) == isSound)
    #expect(Self.isRead(yaml) == isSound)
  }

  @Test("whatever stands in a file, it is read or told, and what is read the schema takes")
  func mutations() throws {
    let original = Array(
      """
      steps:
        - crop 100x100 position=top
        - pad: {size: 120, background: "#fff"}
      to: png
      outputs:
        - {folder: small, size: 50%}
        - {suffix: -x, steps: ["rotate 90"]}
      """.utf8)
    var random = SplitMix64(seed: 4)
    let letters = Array("abcx019 \n:-{}[]\"'#%=,".utf8)
    var readCount = 0
    for _ in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = letters.randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: index)
        default: bytes.insert(letters.randomElement(using: &random) ?? 0, at: index)
        }
      }
      let yaml = String(decoding: bytes, as: UTF8.self)
      guard Self.isRead(yaml) else { continue }
      readCount += 1
      #expect(try Self.isAccepted(yaml), "\(yaml)")
    }
    #expect(readCount > 5)
  }
}
