import Testing

/// Which files are jobs.
@Suite(.besideOthers) struct SelectionTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    for name in [
      "a.ppm", "b.ppm", ".hidden.ppm", "sub/a.ppm", "sub/c.ppm", "sub/deep/a.ppm", ".dir/d.ppm",
    ] as [ByteString] {
      try sandbox.write(Picture.pixmap(8, 8), to: "in" / name)
    }
  }

  /// The paths below IN that a run with these options takes up.
  private func selected(
    _ options: [ByteString], list: String = "", _ location: SourceLocation = #_sourceLocation
  ) async throws -> [String] {
    let ending = try await sandbox.start(["inspect", "in"] + options) {
      $0.standardInput = .bytes(Array(list.utf8))
    }.ending(location)
    #expect(ending.status == .exited(0), "\(ending.errorText)", sourceLocation: location)
    return ending.outputLines.dropFirst().compactMap { line in
      line.firstRange(of: "in/").map { String(line[$0.upperBound...]) }
    }
  }

  @Test("without options: all but what is hidden, files before folders, sorted")
  func plain() async throws {
    #expect(
      try await selected([]) == ["a.ppm", "b.ppm", "sub/a.ppm", "sub/c.ppm", "sub/deep/a.ppm"])
  }

  @Test("--hidden takes names with a dot in front, too")
  func hidden() async throws {
    #expect(
      try await selected(["--hidden"]) == [
        ".hidden.ppm", "a.ppm", "b.ppm", ".dir/d.ppm", "sub/a.ppm", "sub/c.ppm", "sub/deep/a.ppm",
      ])
  }

  @Test(
    "--include and --exclude match names, or paths where they have a slash; both repeat",
    arguments: [
      ("--include a.ppm", "a.ppm sub/a.ppm sub/deep/a.ppm"),
      ("--include a* --include c*", "a.ppm sub/a.ppm sub/c.ppm sub/deep/a.ppm"),
      ("--include sub/*", "sub/a.ppm sub/c.ppm sub/deep/a.ppm"),
      ("--include [bc].ppm", "b.ppm sub/c.ppm"),
      ("--exclude a.ppm", "b.ppm sub/c.ppm"),
      ("--exclude sub", "a.ppm b.ppm"),
      ("--exclude deep --exclude b*", "a.ppm sub/a.ppm sub/c.ppm"),
      ("--exclude sub/deep", "a.ppm b.ppm sub/a.ppm sub/c.ppm"),
      ("--include a.ppm --exclude sub/a.ppm", "a.ppm sub/deep/a.ppm"),
      ("--include nothing", ""),
    ])
  func patterns(options: String, expected: String) async throws {
    let options = options.split(separator: " ").map { ByteString(String($0)) }
    #expect(try await selected(options) == expected.split(separator: " ").map(String.init))
  }

  @Test("--files-from takes a list in place of a walk, from a file or standard input")
  func lists() async throws {
    let list = "sub/c.ppm\n./a.ppm\n\nsub/c.ppm\n.hidden.ppm\n"
    let expected = ["sub/c.ppm", "a.ppm", ".hidden.ppm"]
    try sandbox.write(list, to: "list")
    #expect(try await selected(["--files-from", "list"]) == expected)
    #expect(try await selected(["--files-from", "-"], list: list) == expected)
    let zeros = list.replacing("\n", with: "\0")
    #expect(try await selected(["--files-from", "-", "--null"], list: zeros) == expected)
    #expect(try await selected(["--files-from", "-", "-0"], list: zeros) == expected)
    #expect(try await selected(["--files-from", "-"], list: "") == [])
    #expect(
      try await selected(["--files-from", "-", "--exclude", "sub/*"], list: list)
        == ["a.ppm", ".hidden.ppm"])
  }

  @Test("66: a list whose paths end with zeros is no list of lines")
  func zerosAmongLines() async throws {
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "--files-from", "-") {
      $0.standardInput = .bytes(Array("a.ppm\0sub/c.ppm\0".utf8))
    }
    #expect(ending.status == .exited(66))
    #expect(
      ending.messages == ["imgbatch: the list holds zero bytes, which end its paths with --null"])
    #expect(!sandbox.exists("out/a.ppm"))
  }

  @Test("with zeros, a list may hold any name")
  func oddList() async throws {
    let name = ByteString([0x0A, 0xFF]) + ".ppm"
    try sandbox.write(Picture.pixmap(8, 8), to: "in" / name)
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--files-from", "-", "-0"
    ) { $0.standardInput = .bytes(name.bytes + [0]) }
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 1))
    #expect(try sandbox.tree("out").names == [name])
  }

  @Test("what a list names and is not there, or not below IN, fails by name; the rest is done")
  func badList() async throws {
    try sandbox.write(Picture.pixmap(8, 8), to: "outside.ppm")
    let list = "a.ppm\ngone.ppm\n../outside.ppm\n/etc/passwd\nsub/../a.ppm\ngone/x.ppm\nsub\n"
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--files-from", "-"
    ) { $0.standardInput = .bytes(Array(list.utf8)) }
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 1, skipped: 1, failed: 5))
    let outside = "the path leads outside in"
    let missing = "No such file or directory"
    #expect(
      Set(ending.failures) == [
        FailureLine(path: "in/gone.ppm", stage: "read", message: missing),
        FailureLine(path: "../outside.ppm", stage: "walk", message: outside),
        FailureLine(path: "/etc/passwd", stage: "walk", message: outside),
        FailureLine(path: "sub/../a.ppm", stage: "walk", message: outside),
        FailureLine(path: "in/gone/x.ppm", stage: "walk", message: missing),
      ])
    #expect(try sandbox.tree("").files.keys.filter { $0.name == "outside.ppm" }.count == 1)
    #expect(try sandbox.tree("out").names == ["a.ppm"])
  }

  @Test(
    "the content tells the format: a picture's name without a picture fails, other files are skipped"
  )
  func contentDecides() async throws {
    try sandbox.write(Picture.pixmap(8, 8), to: "mixed/picture-without-ending")
    try sandbox.write(Picture.pixmap(8, 8), to: "mixed/wrong-ending.png")
    try sandbox.write("words", to: "mixed/words.txt")
    try sandbox.write("", to: "mixed/empty.txt")
    for ending in ["png", "jpg", "PNG", "webp", "ppm", "qoi"] {
      try sandbox.write("words", to: "mixed/words.\(ending)")
    }
    try sandbox.write("", to: "mixed/empty.png")
    let ending = try await sandbox.run("resize", "mixed", "out", "--size", "4", "-v")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 2, skipped: 2, failed: 7))
    for failure in ending.failures {
      #expect(failure.stage == "decode" && failure.message.hasPrefix("no image: "))
    }
    #expect(ending.messages.contains("imgbatch: mixed/words.txt: skipped: no image"))
    #expect(
      try sandbox.tree("out").names == ["picture-without-ending", "wrong-ending.png"])
    #expect(try sandbox.bytes(of: "out/wrong-ending.png").starts(with: "P6".utf8))
  }
}
