import Testing

/// Where outputs go, and what becomes of what stands there.
@Suite(.besideOthers) struct OutputTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("the tree is mirrored, and only folders that hold outputs are made")
  func mirroredTree() async throws {
    let names: [ByteString] = ["a.ppm", "x/b.ppm", "x/y/c.ppm", "z z/d.ppm"]
    for name in names { try sandbox.write(Picture.pixmap(8, 8), to: "in" / name) }
    try sandbox.makeFolder("in/empty/emptier")
    try sandbox.write("words", to: "in/texts/words.txt")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.summary == Summary(done: 4, skipped: 1))
    let tree = try sandbox.tree("out")
    #expect(tree.names == names.sorted())
    #expect(tree.entries.keys.sorted() == (names + ["x", "x/y", "z z"]).sorted())
  }

  @Test(
    "OUT may end with a slash, lie deeper, or be there already",
    arguments: [
      "out/", "./out", "there", "there/new",
    ])
  func outputFolder(output: String) async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write("mine", to: "there/mine.txt")
    let ending = try await sandbox.run("resize", "in/", ByteString(output), "--size", "4")
    #expect(ending.status == .exited(0))
    for name in ["000.ppm", "001.ppm"] as [ByteString] {
      #expect(sandbox.exists(ByteString(output) / name))
    }
    #expect(try sandbox.text(of: "there/mine.txt") == "mine")
  }

  /// What one picture's output is called.
  struct Naming: CustomTestStringConvertible {
    let arguments: String
    let output: ByteString
    let isPNG: Bool

    init(_ arguments: String, _ output: ByteString, isPNG: Bool = false) {
      (self.arguments, self.output, self.isPNG) = (arguments, output, isPNG)
    }

    var testDescription: String { arguments }

    static let all = [
      Naming("resize a.ppm b.ppm --size 4", "b.ppm"),
      Naming("resize a.ppm b.png --size 4", "b.png", isPNG: true),
      Naming("resize a.ppm b.PNG --size 4", "b.PNG", isPNG: true),
      Naming("resize a.ppm b.data --size 4", "b.data"),
      Naming("resize a.ppm there --size 4", "there/a.ppm"),
      Naming("resize a.ppm new/ --size 4", "new/a.ppm"),
      Naming("convert a.ppm b.png --to png", "b.png", isPNG: true),
      Naming("convert a.ppm there --to png", "there/a.png", isPNG: true),
      Naming("convert a.ppm new/ --to png", "new/a.png", isPNG: true),
      Naming("convert a.ppm b.data --to png", "b.data", isPNG: true),
      Naming("convert map.v2 there --to png", "there/map.v2.png", isPNG: true),
    ]
  }

  @Test(
    "one picture's output has the name that was given, or its own in a folder",
    arguments: Naming.all)
  func singleOutput(_ naming: Naming) async throws {
    for name in ["a.ppm", "map.v2"] as [ByteString] {
      try sandbox.write(Picture.pixmap(8, 8), to: name)
    }
    try sandbox.makeFolder("there")
    let before = try sandbox.tree("").files
    let arguments = naming.arguments.split(separator: " ").map { ByteString(String($0)) }
    let ending = try await sandbox.start(arguments).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    let news = try sandbox.tree("").files.filter { before[$0.key] == nil }
    #expect(news.keys.sorted() == [naming.output])
    let bytes = news.values.first ?? []
    #expect(Picture.isWhole(bytes) && bytes.starts(with: PNGFile.signature) == naming.isPNG)
  }

  @Test(
    "convert gives each format its ending, and keeps the pixels",
    arguments: [
      "png", "ppm", "pam", "qoi",
    ])
  func convertedNames(format: String) async throws {
    let picture = Picture.pixmap(12, 8)
    try sandbox.write(picture, to: "in/a.ppm")
    try sandbox.write(Picture.png(12, 8), to: "in/sub/b.png")
    let ending = try await sandbox.run("convert", "in", "out", "--to", ByteString(format))
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.tree("out").names == ["a.\(format)", "sub/b.\(format)"])
    let back = try await sandbox.run("convert", "out", "back", "--to", "ppm")
    #expect(back.status == .exited(0))
    #expect(try sandbox.bytes(of: "back/a.ppm") == picture)
    #expect(try sandbox.bytes(of: "back/sub/b.ppm") == picture)
  }

  @Test("an existing output is replaced, or with --skip-existing left alone and counted")
  func existingOutput() async throws {
    try sandbox.writePixmaps(3)
    try sandbox.write("old", to: "out/001.ppm")
    let skipping = try await sandbox.run("resize", "in", "out", "--size", "4", "--skip-existing")
    #expect(skipping.summary == Summary(done: 2, upToDate: 1))
    #expect(try sandbox.text(of: "out/001.ppm") == "old")
    let replacing = try await sandbox.run("resize", "in", "out", "--size", "4", "--durable")
    #expect(replacing.summary == Summary(done: 3))
    #expect(Picture.isWhole(try sandbox.bytes(of: "out/001.ppm")))
  }

  @Test(
    "F46: outputs have the mode that the umask leaves of 0666",
    arguments: [
      ("000", 0o666), ("027", 0o640), ("077", 0o600),
    ])
  func modes(mask: String, mode: UInt32) async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write("old", to: "out/001.ppm")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4",
      through: ["sh", "-c", "umask \(mask) && exec \"$@\"", "sh"])
    #expect(ending.status == .exited(0))
    for (name, entry) in try sandbox.tree("out").entries {
      #expect(entry.mode & 0o777 == mode, "\(name)")
    }
  }

  @Test("F8: a folder in an output's place fails by name, and stays")
  func folderInOutputsPlace() async throws {
    try sandbox.writePixmaps(3)
    try sandbox.makeFolder("out/001.ppm")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.status == .exited(1) && ending.summary == Summary(done: 2, failed: 1))
    #expect(
      ending.failures
        == [FailureLine(path: "out/001.ppm", stage: "write", message: "Is a directory")])
    #expect(try sandbox.tree("out").entries.keys.sorted() == ["000.ppm", "001.ppm", "002.ppm"])
  }

  @Test("F46: an empty environment is enough")
  func emptyEnvironment() async throws {
    try sandbox.writePixmaps(2)
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", through: ["env", "-i"])
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 2))
  }

  @Test("--dry-run and plan tell the same and write nothing")
  func dryRun() async throws {
    try sandbox.write(Picture.pixmap(64, 48), to: "in/a.ppm")
    try sandbox.write(Picture.png(8, 8), to: "in/sub/b.png")
    try sandbox.write("no picture", to: "in/c.png")
    let before = try sandbox.tree("")
    for output in ["out", "in/out"] as [ByteString] {
      let dry = try await sandbox.run("resize", "in", output, "--size", "32", "--dry-run")
      let plan = try await sandbox.run("plan", "resize", "in", output, "--size", "32")
      #expect(dry.status == .exited(1) && plan.status == .exited(1))
      #expect(dry.output == plan.output)
      #expect(dry.summary == Summary(verb: "planned", done: 2, failed: 1))
      let line = /(.+) -> (.+): (\d+x\d+) -> (\d+x\d+), \d+\.\d MB of memory/
      let found = dry.outputLines.compactMap { $0.wholeMatch(of: line)?.output }.map {
        [$0.1, $0.2, $0.3, $0.4].joined(separator: " ")
      }
      #expect(
        found == [
          "in/a.ppm \(output)/a.ppm 64x48 32x24", "in/sub/b.png \(output)/sub/b.png 8x8 8x8",
        ])
      #expect(try sandbox.tree("") == before)
    }
    let one = try await sandbox.run("convert", "in/a.ppm", "new.png", "--to", "png", "-n")
    #expect(one.status == .exited(0) && !sandbox.exists("new.png"))
  }

  @Test("- stands for a standard stream: the format is told by the content")
  func standardStreams() async throws {
    let picture = Picture.pixmap(12, 8)
    try sandbox.write(picture, to: "a.ppm")
    let through = try await sandbox.run("resize", "-", "-", "--size", "6") {
      $0.standardInput = .bytes(picture)
    }
    #expect(through.status == .exited(0) && through.summary == Summary(done: 1))
    #expect(Picture.size(of: through.output) ?? (0, 0) == (6, 4))
    let convert = try await sandbox.run("convert", "-", "-", "--to", "png") {
      $0.standardInput = .bytes(picture)
    }
    #expect(convert.output.starts(with: PNGFile.signature) && Picture.isWhole(convert.output))
    let out = try await sandbox.run("resize", "a.ppm", "-", "--size", "6")
    #expect(out.output == through.output)
    let named = try await sandbox.run("resize", "-", "b.ppm", "--size", "6") {
      $0.standardInput = .bytes(picture)
    }
    #expect(named.status == .exited(0))
    #expect(try sandbox.bytes(of: "b.ppm") == through.output)
    let renamed = try await sandbox.run("resize", "-", "c.qoi") {
      $0.standardInput = .bytes(picture)
    }
    #expect(renamed.status == .exited(0))
    #expect(try sandbox.bytes(of: "c.qoi").starts(with: Array("qoif".utf8)))
    let foreign = try await sandbox.run("resize", "-", "c.jpg") {
      $0.standardInput = .bytes(picture)
    }
    #expect(foreign.status == .exited(64) && !sandbox.exists("c.jpg"))
    let inspect = try await sandbox.run("inspect", "-", "--json") {
      $0.standardInput = .bytes(convert.output)
    }
    #expect(inspect.outputText.contains("\"input\":\"-\""))
    #expect(inspect.outputText.contains("\"format\":\"png\""))
    for bytes in [[], Array("words".utf8), Array(picture.dropLast())] {
      let ending = try await sandbox.run("resize", "-", "-", "--size", "6") {
        $0.standardInput = .bytes(bytes)
      }
      #expect(ending.status == .exited(1) && ending.output.isEmpty)
      #expect(ending.failures.map(\.path) == ["-"])
    }
  }
}
