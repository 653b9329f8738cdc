import Testing

/// Resampling in linear light.
@Suite(.besideOthers) struct LinearTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A checker of single pixels, black and white. The mean of its samples is 127.5, and sRGB's sample
  /// for half the light 187.5.
  private func checker(_ chunks: [UInt8] = []) -> [UInt8] {
    let samples = (0..<8).flatMap { y in (0..<8).map { ($0 + y) % 2 == 0 ? 255 : 0 as UInt8 } }
    var file = PNGFile(width: 8, height: 8, samples: samples)
    file.colourType = 0
    file.ancillaryChunks = chunks
    return file.bytes
  }

  private func flat(_ level: UInt8) -> [UInt8] {
    Array("P5\n4 4\n255\n".utf8) + [UInt8](repeating: level, count: 16)
  }

  private var graymap: [UInt8] {
    let samples = (0..<64).map { ($0 + $0 / 8) % 2 == 0 ? 255 : 0 as UInt8 }
    return Array("P5\n8 8\n255\n".utf8) + samples
  }

  @Test("--linear mixes light, and without it samples are mixed as they are")
  func option() async throws {
    try sandbox.write(graymap, to: "in/a.pgm")
    let options: [ByteString] = ["in", "out", "--size", "4", "--filter", "box"]
    var ending = try await sandbox.start(["resize"] + options + ["--linear"]).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.bytes(of: "out/a.pgm") == flat(188))
    ending = try await sandbox.start(["resize"] + options).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.bytes(of: "out/a.pgm") == flat(128))
    ending = try await sandbox.start(["plan", "resize"] + options + ["--linear"]).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
  }

  @Test("light=linear says the same as a step, on the command line and in a file")
  func step() async throws {
    try sandbox.write(graymap, to: "in/a.pgm")
    try sandbox.write(
      "steps:\n  - resize: {size: 4, filter: box, light: linear}\n", to: "recipe.yaml")
    for steps in [["--op", "resize 4 light=linear filter=box"], ["--recipe", "recipe.yaml"]]
      as [[ByteString]]
    {
      let ending = try await sandbox.start(["apply", "in", "out"] + steps).ending()
      #expect(ending.status == .exited(0), "\(ending.errorText)")
      #expect(try sandbox.bytes(of: "out/a.pgm") == flat(188))
    }
    let ending = try await sandbox.run("apply", "in", "out", "--op", "resize 4 light=dim")
    #expect(ending.status == .exited(64))
  }

  /// What a picture says of its light, the level that comes out, and whether there is a doubt.
  struct Case: CustomTestStringConvertible {
    let chunks: [(type: String, bytes: [UInt8])]
    let level: UInt8
    let isDoubtful: Bool

    init(_ level: UInt8, isDoubtful: Bool = false, _ chunks: (String, [UInt8])...) {
      self.level = level
      self.isDoubtful = isDoubtful
      self.chunks = chunks.map { (type: $0.0, bytes: $0.1) }
    }

    var testDescription: String { chunks.map(\.type).joined(separator: ", ") }

    private static let light: (String, [UInt8]) = ("gAMA", PNGFile.bigEndian(100_000))

    static let all = [
      Case(188), Case(188, ("sRGB", [0]), light), Case(128, light),
      // 255 · ½^0.45455
      Case(186, ("gAMA", PNGFile.bigEndian(45_455))),
      Case(188, isDoubtful: true, ("gAMA", PNGFile.bigEndian(0))),
      Case(128, ("cICP", [1, 8, 0, 1]), ("sRGB", [0])),
      Case(188, isDoubtful: true, ("cICP", [9, 16, 0, 1]), light),
      Case(188, isDoubtful: true, ("iCCP", [0x78, 0, 0, 0x78, 1]), light),
    ]
  }

  @Test("the picture says by which curve", arguments: Case.all)
  func curves(_ one: Case) async throws {
    let chunks = one.chunks.flatMap { PNGFile.chunk($0.type, $0.bytes) }
    try sandbox.write(checker(chunks), to: "in/a.png")
    let ending = try await sandbox.start(
      ["apply", "in", "out", "-v", "--to", "pgm", "--op", "resize 4 light=linear filter=box"]
    ).ending()
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.bytes(of: "out/a.pgm") == flat(one.level))
    let warning = "sRGB's is taken for linear light"
    #expect(ending.errorText.contains(warning) == one.isDoubtful, "\(ending.errorText)")
    let plain = try await sandbox.start(
      ["apply", "in", "out", "-v", "--to", "pgm", "--op", "resize 4 filter=box"]
    ).ending()
    #expect(try sandbox.bytes(of: "out/a.pgm") == flat(128))
    #expect(!plain.errorText.contains(warning))
  }

  @Test("what has its size already is copied byte for byte, and nothing is doubted")
  func identity() async throws {
    let file = checker(PNGFile.chunk("cICP", [9, 16, 0, 1]))
    try sandbox.write(file, to: "in/a.png")
    let ending = try await sandbox.run("resize", "in", "out", "--linear", "--size", "8", "-v")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(try sandbox.bytes(of: "out/a.png") == file)
    #expect(!ending.errorText.contains("warning"))
  }
}
