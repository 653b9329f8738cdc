import Testing

/// Sizes, and what is passed through.
@Suite(.besideOthers) struct ResizeTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// What options make of a picture of 64 times 48 pixels.
  struct Case: CustomTestStringConvertible {
    let options: String
    let width: Int
    let height: Int

    init(_ options: String, _ width: Int, _ height: Int) {
      (self.options, self.width, self.height) = (options, width, height)
    }

    var testDescription: String { options }

    static let all = [
      Case("--size 32x32", 32, 24), Case("--size 32", 32, 24), Case("--size 32x", 32, 24),
      Case("--size x24", 32, 24), Case("--size 50%", 32, 24), Case("--size 33", 33, 25),
      Case("--size 1", 1, 1), Case("--size 64x1", 1, 1), Case("--size 128", 64, 48),
      Case("--size 200%", 64, 48), Case("--size 128 --enlarge", 128, 96),
      Case("--size 200% --enlarge", 128, 96), Case("--size 32x32 --fit inside", 32, 24),
      Case("--size 36x36 --fit outside", 48, 36), Case("--size 32x32 --fit cover", 32, 32),
      Case("--size 32x32 --fit contain", 32, 32), Case("--size 32x20 --fit fill", 32, 20),
      Case("--size 32x32 --fit cover --position top-left", 32, 32),
      Case("--size 32x32 --fit contain --background #ff8800", 32, 32),
    ]
  }

  @Test("--size, --fit and --enlarge", arguments: Case.all)
  func sizes(_ one: Case) async throws {
    for (name, bytes) in [("a.ppm", Picture.pixmap(64, 48)), ("b.png", Picture.png(64, 48))] {
      try sandbox.write(bytes, to: "in/" + ByteString(name))
    }
    let options = one.options.split(separator: " ").map { ByteString(String($0)) }
    let ending = try await sandbox.start(["resize", "in", "out"] + options).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(ending.messages.count == 1, "only a default is announced")
    for (name, bytes) in try sandbox.tree("out").files {
      #expect(Picture.size(of: bytes) ?? (0, 0) == (one.width, one.height), "\(name)")
      #expect(Picture.isWhole(bytes), "\(name)")
    }
  }

  @Test("the default box is 1024x1024, and the first line says so")
  func defaultSize() async throws {
    try sandbox.write(Picture.graymap(1100, 550), to: "in/large.pgm")
    try sandbox.write(Picture.graymap(11, 5), to: "in/small.pgm")
    let notice = "imgbatch: fit inside 1024x1024 (the default size)"
    for command in [["resize"], ["plan", "resize"], ["resize", "-n"]] as [[ByteString]] {
      let ending = try await sandbox.start(command + ["in", "out"]).ending()
      #expect(ending.messages.first == notice && ending.messages.count == 2)
    }
    #expect(Picture.size(of: try sandbox.bytes(of: "out/large.pgm")) ?? (0, 0) == (1024, 512))
    #expect(try sandbox.bytes(of: "out/small.pgm") == sandbox.bytes(of: "in/small.pgm"))
    let quiet = try await sandbox.run("resize", "in", "out", "--quiet")
    #expect(quiet.error.isEmpty)
  }

  @Test("what the help calls a default is what is done where nothing is said")
  func defaults() async throws {
    try sandbox.write(Picture.pixmap(1100, 550), to: "in/a.ppm")
    let help = try await sandbox.run("resize", "--help").unwrappedText
    func said(_ option: String) throws -> [ByteString] {
      let pattern = try Regex<(Substring, Substring)>("--\(option) <.*?\\(default: ([^)]*)\\)")
      let standard = try #require(help.firstMatch(of: pattern)).output.1
      return ["--" + ByteString(option), ByteString(String(standard))]
    }
    let cover: [ByteString] = ["--fit", "cover", "--size", "64x64"]
    let pairs = try [
      ([], said("size") + said("fit") + said("filter")), (cover, cover + said("position")),
    ]
    for (short, long) in pairs {
      for (options, output) in [(short, "short"), (long, "long")] as [([ByteString], ByteString)] {
        let ending = try await sandbox.start(["resize", "in", output] + options).ending()
        #expect(ending.status == .exited(0), "\(ending.errorText)")
      }
      #expect(try sandbox.tree("short").files == sandbox.tree("long").files)
    }
  }

  @Test("a picture that needs no change is passed through byte by byte")
  func passthrough() async throws {
    try sandbox.write(Picture.pixmap(64, 48), to: "in/same.ppm")
    try sandbox.write(Array("P2\n# words\n3 2\n9\n1 2 3\n4 5 6\n".utf8), to: "in/text.pgm")
    try sandbox.write(Picture.png(20, 20), to: "in/stored.png")
    let resize = try await sandbox.run("resize", "in", "out", "--size", "64")
    #expect(resize.status == .exited(0), "\(resize.errorText)")
    for name in ["same.ppm", "stored.png"] as [ByteString] {
      #expect(try sandbox.bytes(of: "out" / name) == sandbox.bytes(of: "in" / name), "\(name)")
    }
    let convert = try await sandbox.run("convert", "in/same.ppm", "again.ppm", "--to", "ppm")
    #expect(convert.status == .exited(0))
    #expect(try sandbox.bytes(of: "again.ppm") == sandbox.bytes(of: "in/same.ppm"))
  }

  @Test("orientation is applied and its tag cleared, unless it is left alone")
  func orientation() async throws {
    var file = PNGFile(
      width: 8, height: 4, samples: (0..<96).map { UInt8(truncatingIfNeeded: $0 * 3) })
    // A TIFF header and one entry: orientation 6, to be turned clockwise.
    let exif =
      Array("MM".utf8) + [0, 42] + PNGFile.bigEndian(8) + [0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1]
      + [0, 6, 0, 0] + PNGFile.bigEndian(0)
    file.ancillaryChunks = PNGFile.chunk("eXIf", exif)
    try sandbox.write(file.bytes, to: "in/turned.png")
    func orientations(_ folder: ByteString) async throws -> [String] {
      let ending = try await sandbox.run("inspect", folder, "--json", "--quiet")
      return ending.outputLines.map { line in
        // The keys are sorted: height, orientation, width.
        let numbers = line.matches(of: /"(height|orientation|width)":(\d+)/).map(\.2)
        return numbers.joined(separator: " ")
      }
    }
    #expect(try await orientations("in") == ["4 6 8"])
    let upright = try await sandbox.run("resize", "in", "out", "--size", "8")
    #expect(upright.status == .exited(0))
    #expect(try await orientations("out") == ["8 1 4"])
    let kept = try await sandbox.run("resize", "in", "kept", "--size", "4", "--no-auto-orient")
    #expect(kept.status == .exited(0))
    #expect(try await orientations("kept").first?.hasPrefix("2 ") == true)
  }

  @Test("P7: outputs and reports are the same for any number of workers, and from run to run")
  func workerCounts() async throws {
    try sandbox.writePixmaps(30, 50, 40)
    try sandbox.writePixmaps(10, 50, 40, in: "in/deep/deeper")
    for index in 0..<10 {
      try sandbox.write(Picture.png(40 + index, 30, seed: index), to: "in/png/\(index).png")
    }
    try sandbox.write("no picture", to: "in/bad.png")
    try sandbox.write("words", to: "in/words.txt")
    func run(_ output: ByteString, _ workers: ByteString) async throws -> [String] {
      let ending = try await sandbox.run(
        "resize", "in", output, "--size", "20", "--workers", workers, "--report", "report.jsonl")
      #expect(ending.status == .exited(1))
      #expect(ending.summary == Summary(done: 50, skipped: 1, failed: 1))
      // Without the times, the name of OUT, and the order.
      return try sandbox.text(of: "report.jsonl").split(separator: "\n").map { line in
        line.replacing(/"seconds":(\{.*?\}|[\d.e-]+)/, with: "").replacing(
          "\"\(output)/", with: "\"")
      }.map { String($0) }.sorted()
    }
    let report = try await run("out1", "1")
    let tree = try sandbox.tree("out1")
    #expect(report.count == 53 && tree.files.count == 50)
    for (output, workers) in [("out2", "2"), ("out7", "7"), ("out64", "64"), ("again", "1")] {
      #expect(try await run(ByteString(output), ByteString(workers)) == report)
      #expect(try sandbox.tree(ByteString(output)).files == tree.files)
    }
  }
}
