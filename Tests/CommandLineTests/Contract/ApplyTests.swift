import FoundationEssentials
import Testing

/// Operations on the command line and in recipe files, and `imgbatch ops`.
@Suite(.besideOthers) struct ApplyTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("an operation is what the option is: apply --op 'resize 12' is resize --size 12")
  func equality() async throws {
    try sandbox.writePixmaps(3)
    try sandbox.write(Picture.png(40, 30), to: "in/d/a.png")
    for (operation, options) in [
      ("resize 12", "--size 12"), ("resize 50%", "--size 50%"),
      ("resize 10x10 fit=cover position=top-left", "--size 10x10 --fit cover --position top-left"),
      ("resize 10x10 fit=cover position=entropy", "--size 10x10 --fit cover --position entropy"),
      (
        "resize 60 fit=contain enlarge background=#fff filter=box",
        "--size 60 --fit contain --enlarge --background #fff --filter box"
      ),
    ] {
      let words = options.split(separator: " ").map { ByteString(String($0)) }
      let resize = try await sandbox.start(["resize", "in", "resized"] + words).ending()
      #expect(resize.status == .exited(0), "\(resize.errorText)")
      let apply = try await sandbox.run("apply", "in", "applied", "--op", ByteString(operation))
      #expect(apply.status == .exited(0), "\(apply.errorText)")
      #expect(try sandbox.tree("applied").files == sandbox.tree("resized").files)
      try sandbox.write("steps: ['\(operation)']\n", to: "recipe.yaml")
      let recipe = try await sandbox.run("apply", "in", "read", "--recipe", "recipe.yaml")
      #expect(recipe.status == .exited(0), "\(recipe.errorText)")
      #expect(try sandbox.tree("read").files == sandbox.tree("resized").files)
      for folder in ["resized", "applied", "read"] as [ByteString] { sandbox.remove(folder) }
    }
  }

  @Test("operations come one after the other")
  func order() async throws {
    try sandbox.write(Picture.pixmap(40, 30), to: "in/a.ppm")
    let ending = try await sandbox.run(
      "apply", "in", "out", "--op", "crop 20x10", "--op", "rotate 90", "--op", "pad 30x30",
      "--to", "png")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(Picture.size(of: try sandbox.bytes(of: "out/a.png")) ?? (0, 0) == (30, 30))
    let other = try await sandbox.run(
      "apply", "in/a.ppm", "b.ppm", "--op", "rotate 90", "--op", "crop 20x10")
    #expect(other.status == .exited(0), "\(other.errorText)")
    #expect(Picture.size(of: try sandbox.bytes(of: "b.ppm")) ?? (0, 0) == (20, 10))
  }

  @Test(
    "64: an operation that is none is told with its column, and nothing is written",
    arguments: [
      ["--op", "crp 4", "Error: --op 'crp 4':1: unknown operation 'crp', did you mean 'crop'?"],
      [
        "--op", "crop 4 postion=top",
        "Error: --op 'crop 4 postion=top':8: unknown key 'postion', did",
      ],
      ["--op", "", "Error: --op '':1: an operation is missing"],
      ["--op", "flip", "--recipe", "r.yaml", "Error: --op and --recipe exclude each other."],
      ["Error: --op or --recipe says what is to be done."],
    ])
  func usage(words: [String]) async throws {
    try sandbox.writePixmaps(1)
    let before = try sandbox.tree("")
    for command in [["apply"], ["plan", "apply"]] as [[ByteString]] {
      let options = words.dropLast().map { ByteString($0) }
      let ending = try await sandbox.start(command + ["in", "out"] + options).ending()
      #expect(ending.status == .exited(64))
      #expect(ending.errorText.hasPrefix(words.last ?? ""), "\(ending.errorText)")
    }
    #expect(try sandbox.tree("") == before)
  }

  @Test("78: a recipe that is none is told by line and column, all of it, and nothing is written")
  func invalidRecipe() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.write("steps:\n  - crp 4\n  - crop: {size: 4y}\nouputs: []\n", to: "r.yaml")
    let before = try sandbox.tree("")
    for command in [["apply"], ["plan", "apply"], ["watch"]] as [[ByteString]] {
      let ending = try await sandbox.start(command + ["in", "out", "--recipe", "r.yaml"]).ending()
      #expect(ending.status == .exited(78), "\(ending.errorText)")
      #expect(
        ending.messages == [
          "imgbatch: r.yaml:2:5: unknown operation 'crp', did you mean 'crop'?",
          "imgbatch: r.yaml:3:18: steps[2].crop.size: expected a width and a height in pixels, such as "
            + "400x300 or 400; found 4y",
          "imgbatch: r.yaml:4:1: unknown key 'ouputs', did you mean 'outputs'?",
        ])
      let missing = try await sandbox.start(command + ["in", "out", "--recipe", "gone"]).ending()
      #expect(missing.status == .exited(78))
    }
    #expect(try sandbox.tree("") == before)
  }

  private static let thumbnails = """
    steps: [crop 20x20]
    outputs:
      - folder: large
      - folder: small
        size: 10
        to: png
      - suffix: -tiny
        size: 5
    """

  @Test("several outputs of each picture, listed in plan and report")
  func outputs() async throws {
    try sandbox.write(Picture.pixmap(40, 30), to: "in/d/a.ppm")
    try sandbox.write(Self.thumbnails, to: "r.yaml")
    let plan = try await sandbox.run("plan", "apply", "in", "out", "--recipe", "r.yaml")
    #expect(plan.status == .exited(0), "\(plan.errorText)")
    #expect(
      plan.outputLines.map { String($0.prefix { $0 != "," }) } == [
        "in/d/a.ppm -> out/large/d/a.ppm: 40x30 -> 20x20",
        "in/d/a.ppm -> out/small/d/a.png: 40x30 -> 10x10",
        "in/d/a.ppm -> out/d/a-tiny.ppm: 40x30 -> 5x5",
      ])
    #expect(!sandbox.exists("out"))
    let ending = try await sandbox.run(
      "apply", "in", "out", "--recipe", "r.yaml", "--report", "report.jsonl", "--verbose")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(ending.summary?.done == 1)
    #expect(ending.messages.count == 4)
    let names = try sandbox.tree("out").names
    #expect(names == ["d/a-tiny.ppm", "large/d/a.ppm", "small/d/a.png"])
    let job = try #require(Report(sandbox.text(of: "report.jsonl")).jobs.first)
    let outputs = try #require(job.outputs)
    #expect(
      outputs.map(\.output) == ["out/large/d/a.ppm", "out/small/d/a.png", "out/d/a-tiny.ppm"])
    #expect(outputs.map(\.width) == [20, 10, 5])
    #expect(job.output == outputs[0].output)
    for output in outputs {
      let bytes = try sandbox.bytes(of: ByteString(output.output))
      #expect(bytes.count == output.outputBytes && Picture.isWhole(bytes))
    }
    #expect(job.outputBytes == outputs.compactMap(\.outputBytes).reduce(0, +))
  }

  @Test("65: two inputs for one output are refused before anything is written")
  func collisions() async throws {
    try sandbox.write(Self.thumbnails, to: "r.yaml")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/a.ppm")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/a.png")
    let clash = try await sandbox.run("apply", "in", "out", "--recipe", "r.yaml")
    #expect(clash.status == .exited(65))
    #expect(clash.errorText.contains("out/small/a.png: in/a.png, in/a.ppm"), "\(clash.errorText)")
    sandbox.remove("in/a.png")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/small/b.ppm")
    let reserved = try await sandbox.run("apply", "in", "out", "--recipe", "r.yaml")
    #expect(reserved.status == .exited(65))
    #expect(reserved.errorText.contains("the folder small"), "\(reserved.errorText)")
    #expect(try sandbox.tree("out").names == [])
  }

  @Test("options win over a recipe; outputs that get one name by that are a mistake in the usage")
  func precedence() async throws {
    try sandbox.write("to: qoi\noutputs: [{folder: a, to: ppm}, {folder: b}]\n", to: "r.yaml")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/a.ppm")
    let ending = try await sandbox.run("apply", "in", "out", "--recipe", "r.yaml", "--to", "png")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.tree("out").names == ["a/a.png", "b/a.png"])
    try sandbox.write("outputs: [{to: ppm}, {to: qoi}]\n", to: "r.yaml")
    let clash = try await sandbox.run("apply", "in", "out", "--recipe", "r.yaml", "--to", "png")
    #expect(clash.status == .exited(64), "\(clash.errorText)")
    let stream = try await sandbox.run("apply", "in/a.ppm", "-", "--recipe", "r.yaml")
    #expect(stream.status == .exited(64), "\(stream.errorText)")
  }

  @Test("a watch goes by a recipe, and not by a size as well")
  func watching() async throws {
    try sandbox.write(Self.thumbnails, to: "r.yaml")
    try sandbox.write(Picture.pixmap(40, 30), to: "in/a.ppm")
    let child = try sandbox.start(["watch", "in", "out", "--recipe", "r.yaml"])
    try await child.until { sandbox.exists("out/a-tiny.ppm") }
    try sandbox.write(Picture.pixmap(40, 30), to: "in/b.ppm")
    try await child.until { sandbox.exists("out/b-tiny.ppm") }
    child.send(15)
    #expect(try await child.ending().status == .ended(bySignal: 15))
    #expect(
      try sandbox.tree("out").names == [
        "a-tiny.ppm", "b-tiny.ppm", "large/a.ppm", "large/b.ppm", "small/a.png", "small/b.png",
      ])
    let both = try await sandbox.run(
      "watch", "in", "out", "--recipe", "r.yaml", "--size", "4")
    #expect(both.status == .exited(64))
  }

  @Test("ops lists every operation with what it may be told, or those that are asked for")
  func listing() async throws {
    let all = try await sandbox.run("ops")
    #expect(all.status == .exited(0))
    #expect(all.outputLines.contains("crop 400x400 position=top"))
    #expect(all.outputLines.contains { $0.contains("tolerance") })
    #expect(all.outputLines.allSatisfy { $0.utf8.count <= 100 })
    let one = try await sandbox.run("ops", "flip")
    #expect(one.outputLines == ["flip", "  Exchanges top and bottom."])
    let wrong = try await sandbox.run("ops", "flipp")
    #expect(wrong.status == .exited(64))
    #expect(wrong.errorText.contains("unknown operation 'flipp', did you mean 'flip'?"))
    let full = try await sandbox.run("ops") { $0.standardOutput = .file("/dev/full") }
    #expect(full.status == .exited(74))
  }

  @Test("every example that ops lists can be carried out")
  func examples() async throws {
    try sandbox.write(Picture.png(500, 4), to: "in/a.png")
    try sandbox.write(Picture.png(3, 3), to: "logo.png")
    let listing = try await sandbox.run("ops")
    let examples = listing.outputLines.filter { !$0.hasPrefix(" ") }
    #expect(examples.count > 5)
    let operations: [ByteString] = examples.flatMap { example -> [ByteString] in
      ["--op", ByteString(example)]
    }
    let ending = try await sandbox.start(["apply", "in", "out"] + operations).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
  }

  @Test("ops --schema prints a JSON Schema")
  func schema() async throws {
    struct Schema: Decodable {
      let type: String
      let properties: [String: Property]

      struct Property: Decodable {}
    }
    let ending = try await sandbox.run("ops", "--schema")
    #expect(ending.status == .exited(0))
    let schema = try JSONDecoder().decode(Schema.self, from: Data(ending.output))
    #expect(schema.type == "object")
    #expect(
      schema.properties.keys.sorted() == [
        "auto-orient", "compression", "metadata", "outputs", "steps", "to",
      ])
  }
}
