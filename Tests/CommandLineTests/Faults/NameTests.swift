import Testing

/// Names that are no text, or that would drive a terminal.
@Suite(.besideOthers) struct NameTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private static let oddNames: [ByteString] = [
    ByteString([0xFF, 0xFE]) + ".ppm", "a\nb.ppm", "a\tb.ppm", "\u{1B}[31mred.ppm", "-rf.ppm",
    "--help.ppm", " lead.ppm", "trail.ppm ", "back\\slash.ppm", "quote\".ppm", "é.ppm",
    "e\u{301}.ppm", "\u{202E}mpp.ppm", "*.ppm", "%s%n.ppm",
    ByteString(repeatElement(UInt8(ascii: "x"), count: 251)) + ".ppm",
    ByteString(repeatElement(0xC3, count: 251)) + ".ppm",
  ]

  /// Whether the text can do nothing to a terminal but be read.
  private func isHarmless(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || (!(0..<0x20).contains(scalar.value) && !(0x7F...0x9F).contains(scalar.value)
          && !(0x202A...0x202E).contains(scalar.value))
    }
  }

  @Test("F29: outputs have their inputs' names byte by byte, and reports give them losslessly")
  func oddNames() async throws {
    for (index, name) in Self.oddNames.enumerated() {
      try sandbox.write(Picture.pixmap(12, 8, seed: index), to: "in" / name)
    }
    try sandbox.write(Picture.pixmap(12, 8), to: ByteString("in/") + [0xFF] + "/inner.ppm")
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "6")
    let ending = try await run.run(expecting: .exited(0))
    #expect(ending.summary == Summary(done: Self.oddNames.count + 1))
    let names = try sandbox.tree("out").names
    #expect(names == (Self.oddNames + [ByteString([0xFF]) + "/inner.ppm"]).sorted())
    let report = try Report(sandbox.text(of: Rehearsal.reportName))
    #expect(Set(report.jobs.compactMap(\.inputPath)) == Set(names.map { "in" / $0 }))
    for job in report.jobs {
      let isText = job.inputPath.map { String(validating: $0.bytes, as: UTF8.self) != nil }
      #expect((job.input != nil) == isText && (job.inputBase64 == nil) == isText)
      #expect((job.output != nil) == isText && (job.outputBase64 == nil) == isText)
    }
  }

  @Test(
    "F29: messages and listings escape what no terminal should see",
    arguments: ["verify", "inspect", "resize", "plan"])
  func messagesAreEscaped(command: String) async throws {
    for name in Self.oddNames {
      try sandbox.write("no picture", to: "in" / name)
      try sandbox.write(Picture.pixmap(4, 4), to: "in/fine" / name)
    }
    let arguments: [ByteString] =
      switch command {
      case "resize": ["resize", "in", "out", "--size", "2", "-v"]
      case "plan": ["plan", "resize", "in", "out", "--size", "2"]
      case let command: [ByteString(command), "in", "-v"]
      }
    let ending = try await sandbox.start(arguments).ending()
    #expect(ending.status == .exited(1))
    #expect(isHarmless(ending.error) && isHarmless(ending.output))
    // `trail.ppm ` promises no picture: its ending is not known.
    #expect(ending.failures.count == Self.oddNames.count - 1)
    #expect(ending.summary?.skipped == 1)
    let paths = Set(ending.failures.map(\.path))
    for path in ["\\xff\\xfe.ppm", "a\\x0ab.ppm", "a\\x09b.ppm", "\\x1b[31mred.ppm", "é.ppm"] {
      #expect(paths.contains("in/" + path))
    }
    #expect(paths.contains("in/back\\\\slash.ppm"))
  }

  @Test("F29: odd paths work on the command line, and -- ends the options")
  func oddArguments() async throws {
    let (input, output) = (ByteString([0xFF, 0xFE]), ByteString([0x6F, 0xE9]))
    try sandbox.write(Picture.pixmap(12, 8), to: input / "a.ppm")
    let folder = try await sandbox.run("resize", input, output, "--size", "6")
    #expect(folder.status == .exited(0) && sandbox.exists(output / "a.ppm"))
    for name in ["-rf.ppm", "--help.ppm"] as [ByteString] {
      try sandbox.write(Picture.pixmap(12, 8), to: name)
      let ending = try await sandbox.run("resize", "--size", "6", "--", name, "-out-" + name)
      #expect(ending.status == .exited(0), "\(ending.errorText)")
      #expect(sandbox.exists("-out-" + name))
    }
    let missing = try await sandbox.run("verify", ByteString([0xFF]) + "\u{1B}[2J")
    #expect(missing.status == .exited(66))
    #expect(missing.messages == ["imgbatch: \\xff\\x1b[2J: No such file or directory"])
  }

  @Test("F29: a name that gets too long with its new ending fails by name; 255 bytes are fine")
  func longNames() async throws {
    let stem = ByteString(repeatElement(UInt8(ascii: "n"), count: 251))
    try sandbox.write(Picture.pixmap(4, 4), to: "in" / (stem + ".ppm"))
    try sandbox.write(Picture.pixmap(4, 4), to: "in" / (stem + "-map"))
    let ending = try await sandbox.run("convert", "in", "out", "--to", "png")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 1, failed: 1))
    #expect(ending.failures.map(\.stage) == ["write"])
    #expect(ending.failures.map(\.message) == ["File name too long"])
    #expect(ending.failures.first?.path == "out/\(stem)-map.png")
    #expect(try sandbox.tree("out").names == [stem + ".png"])
    // The old one is replaced by way of a temporary name, which must not be longer.
    let again = try await sandbox.run("convert", "in", "out", "--to", "png")
    #expect(again.summary == Summary(done: 1, failed: 1))
  }

  @Test("F30: names that differ in case or in composition only are different names")
  func similarNames() async throws {
    let names: [ByteString] = ["A.ppm", "a.ppm", "\u{E9}.ppm", "e\u{301}.ppm"]
    for (index, name) in names.enumerated() {
      try sandbox.write(Picture.pixmap(8, 8, seed: index), to: "in" / name)
    }
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.summary == Summary(done: 4))
    let files = try sandbox.tree("out").files
    #expect(files.keys.sorted() == names.sorted() && Set(files.values).count == 4)
  }
}

extension ByteString {
  fileprivate static func + (left: ByteString, right: [UInt8]) -> ByteString {
    ByteString(left.bytes + right)
  }
}
