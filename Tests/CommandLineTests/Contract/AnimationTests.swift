import Testing

/// What becomes of animated PNG.
@Suite(.besideOthers) struct AnimationTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// An animation of three frames, the second a part that goes again; with eXIf, which says that the
  /// picture lies on its side, where asked.
  private func animation(isOnItsSide: Bool = false) -> [UInt8] {
    func png(_ width: Int, _ height: Int, _ seed: Int) -> PNGFile {
      let samples = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 5 + seed * 40) }
      return PNGFile(width: width, height: height, samples: samples)
    }
    func control(_ number: UInt32, _ rect: [UInt32], _ operations: [UInt8]) -> [UInt8] {
      let words = ([number] + rect).flatMap(PNGFile.bigEndian)
      return PNGFile.chunk("fcTL", words + [0, UInt8(number + 1), 0, 25] + operations)
    }
    func data(_ number: UInt32, _ png: PNGFile) -> [UInt8] {
      // Without the length, the type and the checksum.
      PNGFile.chunk("fdAT", PNGFile.bigEndian(number) + png.data.dropFirst(8).dropLast(4))
    }
    var still = png(16, 8, 1)
    still.ancillaryChunks = PNGFile.chunk("acTL", PNGFile.bigEndian(3) + PNGFile.bigEndian(2))
    if isOnItsSide {
      let tag: [UInt8] = [1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]
      still.ancillaryChunks += PNGFile.chunk(
        "eXIf", [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1] + tag + [0, 0, 0, 0])
    }
    still.ancillaryChunks += control(0, [16, 8, 0, 0], [0, 0])
    let end = PNGFile.chunk("IEND", [])
    return still.bytes.dropLast(end.count) + control(1, [4, 4, 8, 2], [2, 0])
      + data(2, png(4, 4, 3)) + control(3, [16, 8, 0, 0], [0, 1]) + data(4, png(16, 8, 4)) + end
  }

  private func run(_ arguments: [String]) async throws -> Ending {
    try await sandbox.start(arguments.map { ByteString($0) }).ending()
  }

  /// The types of a PNG file's chunks and what they hold.
  private func chunks(_ path: ByteString) throws -> [(type: String, bytes: [UInt8])] {
    let file = try sandbox.bytes(of: path)
    var chunks: [(type: String, bytes: [UInt8])] = []
    var place = PNGFile.signature.count
    while place + 12 <= file.count {
      let count = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      try #require(place + 12 + count <= file.count)
      let type = String(decoding: file[place + 4..<place + 8], as: UTF8.self)
      let bytes = Array(file[place + 8..<place + 8 + count])
      #expect(file[place..<place + 12 + count].elementsEqual(PNGFile.chunk(type, bytes)))
      chunks.append((type, bytes))
      place += 12 + count
    }
    return chunks
  }

  @Test("resizing keeps the frames, their delays and the plays")
  func resize() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "8")
    #expect(ending.status == .exited(0))
    #expect(ending.messages.count == 1)
    let chunks = try chunks("out/a.png")
    #expect(
      chunks.map(\.type)
        == ["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"])
    #expect(chunks[1].bytes == PNGFile.bigEndian(3) + PNGFile.bigEndian(2))
    let controls = chunks.filter { $0.type == "fcTL" }
    #expect(
      controls.map { Array($0.bytes[20..<24]) } == [[0, 1, 0, 25], [0, 2, 0, 25], [0, 4, 0, 25]])
    let inspected = try await sandbox.run("inspect", "out")
    #expect(inspected.outputLines.last?.contains("8x4") == true)
    #expect(inspected.outputLines.last?.contains("rgb 3 frames") == true)
    let json = try await sandbox.run("inspect", "out", "--json")
    #expect(json.outputText.contains("\"frames\":3,"))
    #expect(try await sandbox.run("verify", "out").status == .exited(0))
  }

  @Test("the first frame is resized as the still is")
  func likeStill() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    _ = try await sandbox.run("resize", "in", "out", "--size", "8")
    _ = try await sandbox.run("resize", "in/a.png", "still.png", "--size", "8", "--first-frame")
    _ = try await sandbox.run("convert", "out/a.png", "a.ppm", "--to", "ppm")
    _ = try await sandbox.run("convert", "still.png", "still.ppm", "--to", "ppm")
    #expect(try sandbox.bytes(of: "a.ppm") == sandbox.bytes(of: "still.ppm"))
  }

  @Test("where nothing changes an animation is copied byte for byte, whatever the policy")
  func copy() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    for policy in ["safe", "all", "none"] {
      let out = ByteString("out-\(policy)")
      let ending = try await sandbox.run(
        "convert", "in", out, "--to", "png", "--metadata", ByteString(policy))
      #expect(ending.status == .exited(0))
      #expect(try sandbox.bytes(of: out / "a.png") == animation())
    }
  }

  @Test("--first-frame takes the still alone")
  func firstFrame() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    for command in [
      ["convert", "in", "out", "--to", "png"], ["resize", "in", "small", "--size", "8"],
    ] {
      let ending = try await run(command + ["--first-frame"])
      #expect(ending.status == .exited(0))
      #expect(ending.messages.count == 1)
      #expect(try chunks(ByteString(command[2]) / "a.png").map(\.type) == ["IHDR", "IDAT", "IEND"])
    }
  }

  @Test("a format without animations gets the first frame, and the run says so")
  func otherFormat() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    let ending = try await sandbox.run("convert", "in", "out", "--to", "qoi")
    #expect(ending.status == .exited(0))
    #expect(
      ending.messages.first
        == "imgbatch: in/a.png: warning: an animation: only its first frame is kept")
    let silent = try await sandbox.run("convert", "in", "out", "--to", "qoi", "--first-frame")
    #expect(silent.messages.count == 1)
  }

  @Test("operations take each frame, and several outputs are what runs of their own would make")
  func apply() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    try sandbox.write(
      """
      steps: [crop 12x8, flip]
      outputs:
        - folder: all
        - {folder: small, size: 6}
        - {folder: first, to: qoi}
      """, to: "r.yaml")
    let ending = try await sandbox.run("apply", "in", "out", "--recipe", "r.yaml")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    let warning = "imgbatch: in/a.png: warning: an animation: only its first frame is kept"
    #expect(ending.messages.filter { $0 == warning }.count == 1)
    for (path, words) in [
      ("all/a.png", ["--op", "crop 12x8", "--op", "flip"]),
      ("small/a.png", ["--op", "crop 12x8", "--op", "flip", "--op", "resize 6"]),
      ("first/a.qoi", ["--op", "crop 12x8", "--op", "flip", "--to", "qoi"]),
    ] {
      let folder = "alone-\(path.prefix { $0 != "/" })"
      let run = try await run(["apply", "in", folder] + words)
      #expect(run.status == .exited(0), "\(run.errorText)")
      let alone = try sandbox.bytes(of: ByteString("alone-\(path)"))
      #expect(try sandbox.bytes(of: "out" / ByteString(path)) == alone, "\(path)")
    }
    #expect(try chunks("out/small/a.png").filter { $0.type == "fcTL" }.count == 3)
    let stills = try await sandbox.run(
      "apply", "in", "stills", "--recipe", "r.yaml", "--first-frame")
    #expect(stills.status == .exited(0) && stills.messages.count == 1)
    #expect(try chunks("stills/small/a.png").allSatisfy { $0.type != "acTL" })
  }

  @Test("what would give each frame another size is refused, but for --first-frame")
  func trim() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    let words = ["apply", "in", "out", "--op", "trim"]
    let ending = try await run(words)
    #expect(ending.status == .exited(1))
    #expect(
      ending.messages.first
        == "imgbatch: in/a.png: transform: trim: not for animations, whose frames would differ in "
        + "size; use --first-frame")
    #expect(try await run(["plan"] + words).status == .exited(1))
    #expect(try await run(words + ["--first-frame"]).status == .exited(0))
  }

  @Test("optimize copies an animation, and optimizes its still alone")
  func optimize() async throws {
    try sandbox.write(animation(), to: "in/a.png")
    #expect(try await sandbox.run("optimize", "in", "out").status == .exited(0))
    #expect(try sandbox.bytes(of: "out/a.png") == animation())
    #expect(try await sandbox.run("optimize", "in", "still", "--first-frame").status == .exited(0))
    let types = try chunks("still/a.png").map(\.type)
    #expect(types.first == "IHDR" && !types.contains("acTL") && !types.contains("fdAT"))
    var bytes = animation()
    bytes[bytes.count - 40] ^= 1
    try sandbox.write(bytes, to: "in/a.png")
    #expect(try await sandbox.run("optimize", "in", "bad").status == .exited(1))
  }

  @Test("each frame is turned upright")
  func orientation() async throws {
    try sandbox.write(animation(isOnItsSide: true), to: "in/a.png")
    let ending = try await sandbox.run("convert", "in", "out", "--to", "png")
    #expect(ending.status == .exited(0))
    let chunks = try chunks("out/a.png")
    #expect(Array(chunks[0].bytes[..<8]) == PNGFile.bigEndian(8) + PNGFile.bigEndian(16))
    #expect(chunks.filter { $0.type == "fcTL" }.count == 3)
    #expect(!chunks.contains { $0.type == "eXIf" })
    // The part at (8,2), of 4x4, stands at (2,8) once it is turned clockwise.
    let rect = [4, 4, 2, 8].flatMap { PNGFile.bigEndian($0) }
    #expect(Array(chunks.filter { $0.type == "fcTL" }[1].bytes[4..<20]) == rect)
  }

  @Test(
    "a damaged frame is a failure that says where, and nothing is written; the still can be had")
  func damage() async throws {
    var bytes = animation()
    // In the data of the last frame.
    bytes[bytes.count - 40] ^= 1
    try sandbox.write(bytes, to: "in/a.png")
    for command in [
      ["convert", "in", "out", "--to", "png"], ["resize", "in", "out", "--size", "8"],
    ] {
      let ending = try await run(command)
      #expect(ending.status == .exited(1))
      #expect(ending.messages.first?.hasSuffix(": CRC mismatch") == true)
      #expect(ending.messages.first?.contains("in/a.png: decode: fdAT at byte ") == true)
      #expect(!sandbox.exists("out/a.png"))
    }
    #expect(try await sandbox.run("verify", "in").status == .exited(1))
    let still = try await sandbox.run("resize", "in", "out", "--size", "8", "--first-frame")
    #expect(still.status == .exited(0))
  }

  @Test("a claim of frames that are not there is refused before anything is held for them")
  func claims() async throws {
    var bytes = animation()
    let claim = PNGFile.chunk("acTL", PNGFile.bigEndian(0x7FFF_FFFF) + PNGFile.bigEndian(0))
    bytes.replaceSubrange(33..<33 + claim.count, with: claim)
    try sandbox.write(bytes, to: "in/a.png")
    let reason = "acTL at byte 33: 2147483647 frames are claimed, and there are 3"
    for words in [["resize", "in", "out", "--size", "8"], ["plan", "resize", "in", "out"]] {
      let ending = try await run(words)
      #expect(ending.status == .exited(1))
      #expect(ending.messages.contains("imgbatch: in/a.png: decode: \(reason)"))
    }
  }
}
