import Testing

/// Files that lie, and files that are broken.
@Suite(.besideOthers) struct HostileInputTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A file that claims more than it holds.
  struct Bomb {
    let name: ByteString
    let bytes: [UInt8]
    let message: String
  }

  private static func png(
    _ width: Int, _ height: Int, bitDepth: Int = 8, colourType: Int = 2
  ) -> [UInt8] {
    var file = PNGFile(width: width, height: height, samples: [UInt8](repeating: 0, count: 3000))
    (file.bitDepth, file.colourType) = (bitDepth, colourType)
    return file.bytes
  }

  private static let bombs = [
    Bomb(
      name: "rgb.png", bytes: png(50_000, 50_000),
      message: "50000x50000 = 2500 Mpx > limit 268 Mpx"),
    Bomb(
      name: "gray1.png", bytes: png(50_000, 50_000, bitDepth: 1, colourType: 0),
      message: "50000x50000 = 2500 Mpx > limit 268 Mpx"),
    Bomb(
      name: "rgba16.png", bytes: png(16_384, 16_384, bitDepth: 16, colourType: 6),
      message: "16384x16384 = 268 Mpx > limit 268 Mpx"),
    Bomb(
      name: "max.png", bytes: png(0x7FFF_FFFF, 0x7FFF_FFFF),
      message: "2147483647x2147483647: a side > limit 1000000"),
    Bomb(
      name: "wide.png", bytes: png(1_000_001, 1), message: "1000001x1: a side > limit 1000000"),
    Bomb(
      name: "map.ppm", bytes: Array("P6\n50000 50000\n255\n".utf8),
      message: "50000x50000 = 2500 Mpx > limit 268 Mpx"),
    Bomb(
      name: "map.pam",
      bytes: Array(
        "P7\nWIDTH 50000\nHEIGHT 50000\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n".utf8),
      message: "50000x50000 = 2500 Mpx > limit 268 Mpx"),
    Bomb(
      name: "ok.qoi",
      bytes: Array("qoif".utf8) + PNGFile.bigEndian(50_000) + PNGFile.bigEndian(50_000) + [4, 0],
      message: "50000x50000 = 2500 Mpx > limit 268 Mpx"),
  ]

  /// The most memory of a run over pictures that need next to none. It goes on for a second: of one
  /// that is over at once, the most may not be seen.
  private func plainByteCount(_ options: ByteString...) async throws -> Int {
    try sandbox.writePixmaps(20, 4, 4, in: "plain")
    let command: [ByteString] = ["resize", "plain", "plain-out", "--size", "2", "--rate", "20/s"]
    return try await sandbox.start(command + options).ending().peakByteCount
  }

  @Test(
    "F42: bombs in a good batch are refused by their headers; the rest is done, in little memory")
  func bombs() async throws {
    try sandbox.writePixmaps(10)
    _ = try await sandbox.run("resize", "in", "clean", "--size", "9")
    for (index, bomb) in Self.bombs.enumerated() {
      try sandbox.write(bomb.bytes, to: "in/00\(index)-" + bomb.name)
    }
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "9", "--report", "report.jsonl")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 10, failed: Self.bombs.count))
    #expect(
      Set(ending.failures)
        == Set(
          Self.bombs.enumerated().map { index, bomb in
            FailureLine(
              path: "in/00\(index)-\(bomb.name)", stage: "decode", message: bomb.message)
          }))
    let failed = try Report(sandbox.text(of: "report.jsonl")).jobs.filter { $0.status == "failed" }
    #expect(failed.allSatisfy { $0.code == "limitExceeded" })
    #expect(try sandbox.tree("out").files == sandbox.tree("clean").files)
    if !Machine.isSanitized {
      let plain = try await plainByteCount()
      #expect(ending.peakByteCount < plain + 32 << 20)
    }
  }

  @Test("F42: a claim within the limits is no more than a claim: memory follows the data")
  func emptyClaims() async throws {
    try sandbox.writePixmaps(1)
    let plain = try await plainByteCount()
    try sandbox.write(Self.png(8000, 8000, bitDepth: 16, colourType: 6), to: "in/claim.png")
    try sandbox.write(
      Array("P6\n12000 12000\n255\n".utf8) + [UInt8](repeating: 9, count: 500), to: "in/claim.ppm")
    for command in [["resize", "in", "out", "--size", "9"], ["verify", "in"]] as [[ByteString]] {
      let ending = try await sandbox.start(command).ending()
      #expect(ending.status == .exited(1))
      #expect(ending.failures.map(\.path).sorted() == ["in/claim.png", "in/claim.ppm"])
      if !Machine.isSanitized {
        #expect(ending.peakByteCount < plain + 48 << 20)
      }
    }
    #expect(try sandbox.tree("out").names == ["000.ppm"])
  }

  @Test("F42: extreme shapes, each of a size of its own, leave nothing behind in memory")
  func extremeShapes() async throws {
    try sandbox.writePixmaps(1)
    // The weights for each take 6 to 10 MB.
    for index in 0..<12 {
      let height = 400_000 - index
      try sandbox.write(
        Array("P5\n1 \(height)\n255\n".utf8) + [UInt8](repeating: 9, count: height),
        to: "in/\(index).pgm")
    }
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "1024", "--workers", "1", "--memory", "16M")
    #expect(ending.summary == Summary(done: 13))
    if !Machine.isSanitized {
      let plain = try await plainByteCount()
      #expect(ending.peakByteCount < plain + 32 << 20)
    }
  }

  @Test("F42: large texts and profiles count as memory, and wait for room like pictures")
  func largeMetadata() async throws {
    var file = PNGFile(width: 4, height: 4, samples: [UInt8](repeating: 7, count: 48))
    try sandbox.write(file.bytes, to: "in/0.png")
    let options: [ByteString] = ["--size", "2", "--metadata", "all", "-j", "16", "--memory", "16M"]
    let plain = try await plainByteCount("-j", "16")
    let text = Array("Copyright\0".utf8) + [UInt8](repeating: 0x61, count: 5_000_000)
    file.ancillaryChunks += PNGFile.chunk("tEXt", text)
    for index in 1...30 { try sandbox.write(file.bytes, to: "in/\(index).png") }
    for command in [["resize", "in", "out"] + options, ["inspect", "in"] + options.suffix(4)] {
      let ending = try await sandbox.start(command).ending()
      #expect(ending.status == .exited(0), "\(ending.errorText)")
      #expect(ending.summary?.done == 31)
      if !Machine.isSanitized {
        #expect(ending.peakByteCount < plain + 40 << 20)
      }
    }
    #expect(try sandbox.bytes(of: "out/30.png").count > text.count)
  }

  @Test("F42: a hundred thousand empty chunks cost no more than their bytes")
  func manyChunks() async throws {
    var file = PNGFile(width: 4, height: 4, samples: [UInt8](repeating: 7, count: 48))
    for _ in 0..<100_000 { file.ancillaryChunks += PNGFile.chunk("tEXt", [0x61, 0, 0x62]) }
    try sandbox.write(file.bytes, to: "in/chunks.png")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "2")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(ending.duration < .seconds(20))
    let output = try sandbox.bytes(of: "out/chunks.png")
    #expect(Picture.size(of: output) ?? (0, 0) == (2, 2))
  }

  /// Broken files of each kind, by what is broken.
  private static let corruptFiles: [ByteString: [UInt8]] = {
    let whole = Picture.png(20, 10)
    var files: [ByteString: [UInt8]] = [
      "empty.png": [],
      "signature.png": PNGFile.signature,
      "words.png": Array("These are words.".utf8),
      "words.jpg": Array("These are words.".utf8),
      "no-header.png": PNGFile.signature + PNGFile.chunk("IEND", []),
      "no-data.png": PNGFile.signature + PNGFile(width: 2, height: 2, samples: []).header
        + PNGFile.chunk("IEND", []),
      "width-0.png": png(0, 10),
      "height-0.png": png(10, 0),
      "bit-depth-3.png": png(4, 4, bitDepth: 3),
      "colour-type-5.png": png(4, 4, colourType: 5),
      "no-palette.png": png(4, 4, colourType: 3),
      "short-map.ppm": Array(Picture.pixmap(20, 10).dropLast()),
      "map-maximum-0.pgm": Array("P5\n2 2\n0\nabcd".utf8),
      "maximum-large.pgm": Array("P5\n2 2\n65536\nabcd".utf8),
      "map-width-0.ppm": Array("P6\n0 2\n255\n".utf8),
      "width-large.ppm": Array("P6\n99999999999999999999 2\n255\n".utf8),
      "digits.pgm": Array("P2\n2 2\n255\n1 2 three 4\n".utf8),
      "magic.ppm": Array("P9\n2 2\n255\n".utf8),
      "short.qoi": Array("qoif".utf8) + PNGFile.bigEndian(4) + PNGFile.bigEndian(4) + [3, 0],
      "channels-9.qoi": Array("qoif".utf8) + PNGFile.bigEndian(1) + PNGFile.bigEndian(1) + [9, 0]
        + [UInt8](repeating: 0, count: 16),
    ]
    func changing(_ offset: Int) -> [UInt8] {
      var bytes = whole
      bytes[offset] ^= 0x10
      return bytes
    }
    files["header-checksum.png"] = changing(29)
    files["width-changed.png"] = changing(19)
    files["data-changed.png"] = changing(60)
    files["data-checksum.png"] = changing(whole.count - 13)
    files["length-changed.png"] = changing(35)
    files["half.png"] = Array(whole.prefix(whole.count / 2))
    files["last-byte-missing.png"] = Array(whole.dropLast())
    files["last-chunk-missing.png"] = Array(whole.dropLast(12))
    // The checksums of the chunks hold, what is in them does not.
    let file = PNGFile(width: 20, height: 10, samples: [UInt8](repeating: 1, count: 600))
    let rows = (0..<10).flatMap { _ in [0] + [UInt8](repeating: 1, count: 60) }
    func wrapping(_ data: [UInt8]) -> [UInt8] {
      PNGFile.signature + file.header + PNGFile.chunk("IDAT", data) + PNGFile.chunk("IEND", [])
    }
    files["stream-checksum.png"] = wrapping(PNGFile.zlib(rows).dropLast() + [0x55])
    files["stream-garbage.png"] = wrapping([UInt8](repeating: 0xA5, count: 100))
    files["stream-short.png"] = wrapping(PNGFile.zlib(Array(rows.dropLast(61))))
    files["filter-9.png"] = wrapping(PNGFile.zlib(rows.dropLast(61) + [9] + rows.suffix(60)))
    return files
  }()

  @Test(
    "F43: each broken file fails by name and reason, and leaves no output",
    arguments: [
      ["resize", "in", "out", "--size", "5"], ["resize", "in", "out"],
      ["convert", "in", "out", "--to", "pam"], ["verify", "in"],
    ] as [[ByteString]])
  func corruptFiles(command: [ByteString]) async throws {
    for (name, bytes) in Self.corruptFiles { try sandbox.write(bytes, to: "in/broken" / name) }
    try sandbox.write(Picture.png(20, 10), to: "in/whole.png")
    let ending = try await sandbox.start(command + ["--report", "report.jsonl"]).ending()
    #expect(ending.status == .exited(1))
    #expect(ending.summary?.done == 1 && ending.summary?.found == Self.corruptFiles.count + 1)
    #expect(
      ending.failures.map(\.path).sorted()
        == Self.corruptFiles.keys.map { "in/broken/\($0)" }.sorted())
    for failure in ending.failures { #expect(["decode", "read"].contains(failure.stage)) }
    #expect(try sandbox.tree("out").files.keys.allSatisfy { $0.folder.bytes.isEmpty })
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.filter { $0.status == "failed" }.count == ending.failures.count)
  }

  @Test(
    "F43: of a sound file that is cut off anywhere, nothing is written",
    arguments: [
      "png", "ppm",
    ])
  func everyTruncation(format: String) async throws {
    let whole = format == "png" ? Picture.png(5, 3) : Picture.pixmap(5, 3)
    for count in 0..<whole.count {
      try sandbox.write(Array(whole.prefix(count)), to: "in/\(count).\(format)")
    }
    let ending = try await sandbox.run("resize", "in", "out", "--size", "2")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(failed: whole.count))
    #expect(try sandbox.tree("out").files.isEmpty)
  }

  @Test(
    "F43: the corpus of broken files",
    .enabled(
      if: Machine.path(inEnvironment: "IMGBATCH_CORPUS") != nil, "IMGBATCH_CORPUS is not set"))
  func corruptCorpus() async throws {
    let corpus = try #require(Machine.path(inEnvironment: "IMGBATCH_CORPUS"))
    let folder = corpus / "png/corrupt"
    let count = try Tree(at: folder).files.count
    let ending = try await sandbox.run("resize", folder, "out", "--size", "16")
    #expect(ending.status == .exited(1))
    #expect(count > 0 && ending.summary == Summary(failed: count))
    #expect(Set(ending.failures.map(\.path)).count == count)
    #expect(try sandbox.tree("out").files.isEmpty)
  }
}
