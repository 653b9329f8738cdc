import Configuration
import Glibc
import ImageBatch
import Raster
import SystemPackage
import Testing

@testable import Recipes

@Suite("The catalogue of operations") struct CatalogueTests {
  /// A folder with the picture that examples name.
  private static let folder: FilePath = {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/imgbatch-recipes-XXXXXX".utf8CString)
    mkdtemp(&template)
    let folder = FilePath(platformString: template)
    let file = try? FileDescriptor.open(
      folder.appending("logo.png"), .writeOnly, options: .create, permissions: .ownerReadWrite)
    _ = try? file?.closeAfter { try file?.writeAll("P5\n1 1\n255\n+".utf8) }
    return folder
  }()

  private static let size = PixelSize(width: 300, height: 200)

  /// What an operation comes to for a picture of that size with alpha.
  static func steps(_ line: String, for size: PixelSize = size) throws -> String {
    let operations = try Recipe.operations([line], filesIn: folder)
    #expect(operations.count == 1)
    return try steps(of: operations, for: size)
  }

  static func steps(
    of operations: [any ImageBatch.Operation], for size: PixelSize = size
  ) throws -> String {
    var layout = try RowLayout(size: size, format: PixelFormat(.rgba, .eight))
    var words: [String] = []
    for operation in operations {
      for step in try operation.steps(for: layout) {
        layout = try step.outputLayout(for: layout)
        words.append("\(step)")
      }
    }
    return words.joined(separator: "\n")
  }

  @Test("every example is an operation of its own", arguments: OperationDescription.all)
  func examples(_ operation: OperationDescription) throws {
    #expect(operation.example.split(separator: " ").first.map(String.init) == operation.name)
    let size = PixelSize(width: 700, height: 700)
    #expect(try !Self.steps(operation.example, for: size).isEmpty, "it does something")
  }

  @Test("names are unlike each other, sentences end, and values without a name come first")
  func shape() {
    #expect(Set(OperationDescription.all.map(\.name)).count == OperationDescription.all.count)
    for operation in OperationDescription.all {
      #expect(operation.meaning.hasSuffix("."))
      #expect(Set(operation.parameters.map(\.name)).count == operation.parameters.count)
      let isPositional = operation.parameters.map(\.isPositional)
      #expect(isPositional == isPositional.filter { $0 } + isPositional.filter { !$0 })
      for parameter in operation.parameters {
        #expect(!parameter.meaning.isEmpty && !parameter.meaning.hasSuffix("."))
        #expect(operation.listing.contains("\n    \(parameter.name) "))
      }
      #expect(operation.listing.hasPrefix(operation.example + "\n"))
      #expect(operation.listing.split(separator: "\n").allSatisfy { $0.utf8.count <= 100 })
    }
  }

  @Test("a default that is said changes nothing", arguments: OperationDescription.all)
  func defaults(_ operation: OperationDescription) throws {
    let plain = try Self.steps(operation.example)
    for parameter in operation.parameters {
      guard let value = parameter.defaultText, !value.contains(" "),
        !operation.example.contains("\(parameter.name)=")
      else { continue }
      let isSaid = parameter.isPositional && operation.example.contains(" ")
      if isSaid { continue }
      #expect(try Self.steps("\(operation.example) \(parameter.name)=\(value)") == plain)
    }
  }

  @Test(
    "one line and a mapping say the same",
    arguments: [
      ("crop 100x50 position=top", "{crop: {size: 100x50, position: top}}"),
      ("crop size=100", "{crop: 100}"), ("crop 100", "crop: {size: \"100x100\"}"),
      ("crop position=top 100x50", "crop: {position: top, size: 100x50}"),
      ("resize 400 enlarge", "resize: {size: 400, enlarge: true}"),
      ("resize 50%", "resize: 50%"), ("resize 120x", "resize: 120x"),
      (
        "resize 100 filter=catmull-rom fit=fill",
        "resize: {size: 100, filter: catmull-rom, fit: fill}"
      ),
      ("pad 400x300 background=#fff", "pad: {size: 400x300, background: \"#fff\"}"),
      ("pad '400x300' background=\"white\"", "\"pad 400x300 background=#ffffff\""),
      ("  rotate   90 ", "rotate: 90"), ("rotate angle=270", "rotate: {angle: 270}"),
      ("flip", "flip"), ("flip", "flip:"), ("flop", "flop: {}"),
      ("brightness 1.5", "brightness: 1.5"), ("gamma 2", "gamma: {gamma: 2.0}"),
      ("quantise", "quantise: {colours: 256}"), ("flatten", "flatten: black"),
    ])
  func forms(line: String, yaml: String) throws {
    let recipe = try Recipe(yaml: Array("steps:\n  - \(yaml)\n".utf8), named: "r.yaml")
    #expect(try Self.steps(of: recipe.operations) == Self.steps(line))
  }

  @Test("a picture to lay over others is read before the start, or told")
  func overlay() throws {
    #expect(try Self.steps("overlay logo.png opacity=0.5").hasPrefix("Overlay("))
    for (name, message) in [
      ("gone.png", "/gone.png: No such file or directory"), (".", ": Is a directory"),
      ("/dev/null", "/dev/null: no image that can be read"),
    ] {
      let error = #expect(throws: ConfigurationError.self) {
        try Recipe.operations(["overlay \(name)"], filesIn: Self.folder)
      }
      #expect(
        error?.problems.first?.message.hasSuffix(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("operations do what they are called")
  func meanings() throws {
    #expect(try Self.steps("crop 400") == "", "nothing is as large")
    #expect(
      try Self.steps("crop 400x100 position=bottom")
        == "\(Crop(to: PixelRect(x: 0, y: 100, width: 300, height: 100)))")
    #expect(
      try Self.steps("pad 100x300 background=#102030 position=top")
        == "\(Pad(canvas: PixelSize(width: 300, height: 300), offset: .zero, background: Colour(red: 16, green: 32, blue: 48)))"
    )
    #expect(try Self.steps("rotate 90") == "\(Rotate(degrees: 90, background: .transparent))")
    #expect(try Self.steps("rotate 270") == "\(Rotate(degrees: 270, background: .transparent))")
    #expect(try Self.steps("rotate -360") == "")
    #expect(
      try Self.steps("crop 100 position=attention")
        == "\(ContentCrop(to: PixelSize(width: 100, height: 100), by: .attention))")
    #expect(try Self.steps("trim") == "\(Trim(tolerance: 10))")
    #expect(try Self.steps("blur 2") == "\(Blur(sigma: 2))")
    #expect(try Self.steps("sharpen 0.8") == "\(Sharpen(sigma: 0.8))")
    #expect(try Self.steps("flip") == "\(Orient(.flipped))")
    #expect(try Self.steps("flop") == "\(Orient(.mirrored))")
    #expect(
      try Self.steps("resize 150x150 fit=cover position=left")
        == Self.steps(of: [
          ResizeRequest(size: .box(width: 150, height: 150), fit: .cover, position: .left)
        ]))
    #expect(try Self.steps("tint white amount=0.25") == "\(Tint(.white, amount: 0.25))")
    #expect(
      try Self.steps("levels black=0.25 out-white=0.5")
        == "\(Levels(inputBlack: 0.25, outputWhite: 0.5))")
    #expect(try Self.steps("quantise 16 dithering=none") == "\(Quantise(to: 16, dithering: .none))")
  }
}
