import Testing

/// The same PNGs in fewer bytes.
@Suite(.besideOthers) struct OptimizeTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("each level keeps the pixels, and none makes a file larger", arguments: [0, 2, 6])
  func levels(level: Int) async throws {
    for (index, side) in [1, 7, 40].enumerated() {
      try sandbox.write(Picture.png(side, 9, seed: index), to: "in/\(index).png")
    }
    let ending = try await sandbox.run("optimize", "in", "out", "--level", "\(level)")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    let before = try sandbox.tree("in").files
    let after = try sandbox.tree("out").files
    #expect(after.keys.sorted() == before.keys.sorted())
    for (name, bytes) in after { #expect(bytes.count <= before[name]?.count ?? 0, "\(name)") }
    // Stored blocks shrink.
    #expect(after.values.reduce(0) { $0 + $1.count } < before.values.reduce(0) { $0 + $1.count })
    #expect(try await pixels(of: "out") == pixels(of: "in"))
  }

  /// What each picture is as pixmaps.
  private func pixels(of folder: ByteString) async throws -> [ByteString: [UInt8]] {
    let target = folder + "-pixels"
    let ending = try await sandbox.run("convert", folder, target, "--to", "pam")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    return try sandbox.tree(target).files
  }

  @Test("what is as small as it gets is copied, byte for byte")
  func again() async throws {
    try sandbox.write(Picture.png(30, 20), to: "in/a.png")
    for (from, to) in [("in", "once"), ("once", "twice")] as [(ByteString, ByteString)] {
      let ending = try await sandbox.run("optimize", from, to)
      #expect(ending.status == .exited(0), "\(ending.errorText)")
    }
    #expect(try sandbox.bytes(of: "twice/a.png") == sandbox.bytes(of: "once/a.png"))
  }

  @Test("other formats and animations are copied")
  func copies() async throws {
    try sandbox.write(Picture.pixmap(9, 9), to: "in/a.ppm")
    let picture = PNGFile(width: 2, height: 2, samples: [UInt8](repeating: 7, count: 12))
    func control(_ number: UInt32) -> [UInt8] {
      let numbers = [number, 2, 2, 0, 0].flatMap { PNGFile.bigEndian($0) }
      return PNGFile.chunk("fcTL", numbers + [0, 1, 0, 10, 0, 0])
    }
    let rows = [UInt8](repeating: 0, count: 14)
    let second = PNGFile.chunk("fdAT", PNGFile.bigEndian(2) + PNGFile.zlib(rows))
    let start = PNGFile.signature + picture.header
    let counts = PNGFile.chunk("acTL", PNGFile.bigEndian(2) + PNGFile.bigEndian(0))
    let frames = control(0) + picture.data + control(1) + second
    try sandbox.write(start + counts + frames + PNGFile.chunk("IEND", []), to: "in/b.png")
    let ending = try await sandbox.run("optimize", "in", "out", "--metadata", "all")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.tree("out").files == sandbox.tree("in").files)
  }

  @Test(
    "the orientation's tag stays, or the picture is turned; texts are there as --metadata says",
    arguments: ["safe", "none"])
  func metadata(policy: String) async throws {
    var picture = PNGFile(width: 8, height: 4, samples: [UInt8](repeating: 9, count: 96))
    let exif: [UInt8] =
      Array("MM".utf8) + [
        0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
      ]
    picture.ancillaryChunks =
      PNGFile.chunk("eXIf", exif)
      + PNGFile.chunk("tEXt", Array("Copyright".utf8) + [0] + Array("somebody".utf8))
    try sandbox.write(picture.bytes, to: "in/a.png")
    let ending = try await sandbox.run("optimize", "in", "out", "--metadata", ByteString(policy))
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    let bytes = try sandbox.bytes(of: "out/a.png")
    #expect(bytes.count < picture.bytes.count)
    #expect(Picture.size(of: bytes) ?? (0, 0) == (policy == "safe" ? (8, 4) : (4, 8)))
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    #expect(text.contains("eXIf") == (policy == "safe"))
    #expect(text.contains("somebody") == (policy == "safe"))
  }

  @Test("what would be done is told, and not done, in either of two ways")
  func plan() async throws {
    for index in 0..<3 { try sandbox.write(Picture.png(9, 7, seed: index), to: "in/\(index).png") }
    let plan = try await sandbox.run("plan", "optimize", "in", "out", "--level", "1")
    #expect(plan.status == .exited(0), "\(plan.errorText)")
    #expect(plan.summary == Summary(verb: "planned", done: 3))
    #expect(plan.outputText.split(separator: "\n").count >= 3)
    let dryRun = try await sandbox.run("optimize", "in", "out", "--level", "1", "--dry-run")
    #expect(dryRun.outputText == plan.outputText)
    #expect(!sandbox.exists("out"))
  }

  @Test("64: levels go from 0 to 6, and --compression is no part of it")
  func usage() async throws {
    try sandbox.writePixmaps(1)
    for words in [
      ["--level", "7"], ["--level", "-1"], ["--level", "x"], ["--compression", "9"],
    ] {
      for command in [["optimize"], ["plan", "optimize"]] as [[ByteString]] {
        let ending = try await sandbox.start(
          command + ["in", "out"] + words.map { ByteString($0) }
        ).ending()
        #expect(ending.status == .exited(64), "\(words)")
        #expect(!sandbox.exists("out"))
      }
    }
  }
}
