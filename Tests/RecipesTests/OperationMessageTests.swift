import Configuration
import ImageBatch
import Testing

@testable import Recipes

@Suite("What is told about an operation that is none") struct OperationMessageTests {
  private static let position =
    "expected centre, top, bottom, left, right, top-left, top-right, bottom-left, "
    + "bottom-right, center, attention or entropy; found "

  @Test(
    "the column, what is wrong, and what may be meant",
    arguments: [
      ("crp 4", "1: unknown operation 'crp', did you mean 'crop'?"),
      ("  Rezise 4", "3: unknown operation 'Rezise', did you mean 'resize'?"),
      ("crop=4", "1: unknown operation 'crop=4', \(known)"),
      ("sepia", "1: unknown operation 'sepia', \(known)"),
      ("", "1: an operation is missing"), ("   ", "1: an operation is missing"),
      ("crop", "1: crop: 'size' is missing"),
      ("crop 4y", "6: crop.size: \(frame)4y"), ("crop size=0", "11: crop.size: \(frame)0"),
      ("crop 4 position=tp", "17: crop.position: \(position)tp"),
      ("crop 4 postion=top", "8: unknown key 'postion', did you mean 'position'?"),
      ("crop 4 5", "8: crop: unexpected '5', a value needs its name: size=, position="),
      ("crop 4 size=5", "8: crop.size: occurs more than once"),
      ("resize 4 enlrge", "10: resize: unexpected 'enlrge', did you mean 'enlarge'?"),
      ("resize 4 enlarge=yes", "18: resize.enlarge: expected true or false; found yes"),
      ("flip 4", "6: flip: unexpected '4', it takes no values"),
      ("rotate 400", "8: rotate.angle: expected a number from -360 to 360; found 400"),
      (
        "pad 9 background=red",
        "18: pad.background: expected a colour, such as #ff8800, #fff, white "
          + "or transparent; found red"
      ),
      ("gamma 0", "7: gamma.gamma: expected a number from 0.01 to 100; found 0"),
      ("gamma x", "7: gamma.gamma: expected a number from 0.01 to 100; found x"),
      ("quantise 2.5", "10: quantise.colours: expected a whole number from 2 to 256; found 2.5"),
      (
        "flatten #0000",
        "9: flatten.background: expected a colour without alpha, such as #ff8800, "
          + "#fff or white; found #0000"
      ),
      ("levels black=0.5 white=0.5", "1: levels: 'black' is not below 'white'"),
      ("resize 4 position=entropy", "1: resize: 'position: entropy' needs 'fit: cover'"),
      ("crop '4", "6: a quote that is not closed"),
      ("é \u{1B}[1m", "1: unknown operation 'é', \(known)"),
      (
        String(repeating: "x", count: 99),
        "1: unknown operation '\(String(repeating: "x", count: 40))…', \(known)"
      ),
    ])
  func messages(line: String, expected: String) {
    let error = #expect(throws: ConfigurationError.self) { try Recipe.operations(["flip", line]) }
    let problems = (error?.problems ?? []).map { "\($0.column ?? 0): \($0.message)" }
    #expect(problems == [expected])
    #expect(error?.path == "--op '\(line)'")
    #expect(error?.problems.allSatisfy { $0.line == nil } == true)
  }

  private static let known =
    "known are " + OperationDescription.all.map(\.name).joined(separator: ", ")
  private static let frame =
    "expected a width and a height in pixels, such as 400x300 or 400; found "

  @Test("all that is wrong with one is told")
  func several() {
    let error = #expect(throws: ConfigurationError.self) {
      try Recipe.operations(["resize 4y fit=in side=3"])
    }
    #expect(error?.problems.map(\.column) == [8, 15, 18])
  }
}
