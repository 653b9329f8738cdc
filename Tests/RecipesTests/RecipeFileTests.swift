import Configuration
import ImageBatch
import ImageCodecs
import Raster
import SystemPackage
import Testing

@testable import Recipes

@Suite("Recipe files") struct RecipeFileTests {
  private static func recipe(_ yaml: String) throws -> Recipe {
    try Recipe(yaml: Array(yaml.utf8), named: "r.yaml")
  }

  /// All that is said of a file, or nothing.
  private static func messages(_ yaml: String) -> [String] {
    do throws(ConfigurationError) {
      _ = try Recipe(yaml: Array(yaml.utf8), named: "r.yaml")
      return []
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
  }

  @Test("a file with everything in it")
  func everything() throws {
    let recipe = try Self.recipe(
      """
      # Thumbnails.
      steps:
        - crop 100x100
        - rotate: 90
      to: png
      metadata: none
      compression: 9
      auto-orient: false
      outputs:
        - {}
        - folder: small/square
          size: 40x
          steps: [flip]
          to: qoi
        - suffix: "@2x"
          metadata: all
          compression: 0
      """)
    #expect(recipe.operations.count == 2)
    #expect(recipe.format == .png)
    #expect(recipe.metadata == MetadataPolicy.none)
    #expect(recipe.encoding.compression == 9)
    #expect(!recipe.appliesOrientation)
    #expect(recipe.outputs.map(\.folder.string) == ["", "small/square", ""])
    #expect(recipe.outputs.map(\.suffix) == ["", "", "@2x"])
    #expect(recipe.outputs.map(\.format) == [nil, .qoi, nil])
    #expect(recipe.outputs.map(\.metadata) == [nil, nil, .all])
    #expect(recipe.outputs.map(\.encoding?.compression) == [nil, nil, 0])
    #expect(
      try CatalogueTests.steps(of: recipe.outputs[1].operations)
        == CatalogueTests.steps(of: [ResizeRequest(size: .width(40)), SingleStep(Orient(.flipped))])
    )
    #expect(recipe.outputs[2].operations.isEmpty)
  }

  @Test("what is not said is as the command line has it")
  func defaults() throws {
    let recipe = try Self.recipe("steps: [flip]")
    #expect(recipe.format == nil && recipe.metadata == .safe && recipe.appliesOrientation)
    #expect(recipe.encoding == EncodeOptions())
    #expect(recipe.outputs.count == 1)
  }

  @Test(
    "what is wrong is told by line and column, all of it at once",
    arguments: [
      ("", ["r.yaml: the recipe is empty: 'steps' or 'outputs' are missing"]),
      ("stps: []", ["r.yaml:1:1: unknown key 'stps', did you mean 'steps'?"]),
      ("steps: flip", ["r.yaml:1:8: steps: expected a list; found flip"]),
      (
        "steps:\n  - crp 4x4\n  - resize 10 fit=insde\n  - corp: 4\n  - 5\nto: jpeg",
        [
          "r.yaml:2:5: unknown operation 'crp', did you mean 'crop'?",
          "r.yaml:3:19: steps[2].resize.fit: expected inside, outside, cover, contain or fill; "
            + "found insde",
          "r.yaml:4:5: unknown operation 'corp', did you mean 'crop'?",
          "r.yaml:5:5: steps[4]: expected an operation, such as 'crop 400x400' or {crop: {size: "
            + "400x400}}",
          "r.yaml:6:5: to: expected png, ppm, pgm, pam or qoi; found jpeg",
        ]
      ),
      (
        "steps:\n  - crop:\n      siz: 4\n  - \"rotate 400\"\n  - {flip: , flop: }",
        [
          "r.yaml:3:7: unknown key 'siz', did you mean 'size'?",
          "r.yaml:3:7: steps[1].crop: 'size' is missing",
          "r.yaml:4:13: steps[2].rotate.angle: expected a number from -360 to 360; found 400",
          "r.yaml:5:5: steps[3]: expected an operation, such as 'crop 400x400' or {crop: {size: "
            + "400x400}}",
        ]
      ),
      (
        "outputs: []",
        ["r.yaml:1:10: outputs: expected a list that is not empty; found an empty list"]
      ),
      (
        "outputs:\n  - folder: a\n  - folder: b\n  - folder: a",
        [
          "r.yaml:4:5: outputs[3]: has the name of outputs[1]: 'folder', 'suffix' or 'to' tells them "
            + "apart"
        ]
      ),
      (
        "to: png\noutputs: [{to: qoi}, {to: png}, {}]",
        [
          "r.yaml:2:33: outputs[3]: has the name of outputs[2]: 'folder', 'suffix' or 'to' tells them "
            + "apart"
        ]
      ),
      (
        "outputs:\n  - folder: ../a\n  - suffix: a/b\n  - size: 0x4\n    steps: [flp]\n  - flder: c",
        [
          "r.yaml:2:13: outputs[1].folder: expected the path of a folder below OUT, such as small or "
            + "web/small; found ../a",
          "r.yaml:3:13: outputs[2].suffix: expected text without a slash or a dot, such as -640 or "
            + "@2x; found a/b",
          "r.yaml:4:11: outputs[3].size: expected a size in pixels, one side or a share, such as "
            + "800x600, 800, 800x, x600 or 50%; found 0x4",
          "r.yaml:5:13: unknown operation 'flp', did you mean 'flip'?",
          "r.yaml:6:5: unknown key 'flder', did you mean 'folder'?",
        ]
      ),
      (
        "compression: 13",
        ["r.yaml:1:14: compression: expected a whole number from 0 to 12; found 13"]
      ),
      (
        "outputs:\n  - size: 1000001x1",
        [
          "r.yaml:2:11: outputs[1].size: expected a size in pixels, one side or a share, such as "
            + "800x600, 800, 800x, x600 or 50%; found 1000001x1"
        ]
      ),
    ])
  func messages(yaml: String, expected: [String]) {
    #expect(Self.messages(yaml) == expected)
  }

  @Test(
    "the path of a folder stays below OUT",
    arguments: [
      ("/a", false), ("..", false), (".", false), ("a/..", false), ("a/./b", false),
      ("a//b", false),
      ("a/", false), ("../a", false), ("a", true), ("a/b", true), ("..a", true), (".a/b.c", true),
      ("a b", true), ("é", true), ("...", true),
    ])
  func folders(path: String, isAllowed: Bool) {
    #expect(Self.messages("outputs:\n  - folder: '\(path)'").isEmpty == isAllowed)
  }

  @Test("a file of rubbish is told in twenty lines, and of none in the wrong order")
  func rubbish() {
    let yaml = "steps:\n" + (0..<100).map { "  - nothing\($0)\n" }.joined()
    let messages = Self.messages(yaml)
    #expect(messages.count == JSONSchema.maximumProblemCount)
    #expect(messages.first?.hasPrefix("r.yaml:2:5: ") == true)
  }
}
