import FoundationEssentials
import Testing

/// `imgbatch compare`: two trees or two pictures, pixel by pixel.
@Suite(.besideOthers) struct CompareTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A gray picture of 4 times 3 pixels: all 100, but for some.
  private func graymap(_ levels: [Int: UInt8] = [:]) -> [UInt8] {
    Array("P5\n4 3\n255\n".utf8) + (0..<12).map { levels[$0] ?? 100 }
  }

  /// The same in 16 bits (netpbm: pgm(5), most significant byte first).
  private func deepGraymap(_ levels: [Int: UInt16] = [:]) -> [UInt8] {
    let samples = (0..<12).flatMap { index in
      let level = levels[index] ?? 100 * 257
      return [UInt8(level >> 8), UInt8(level & 0xFF)]
    }
    return Array("P5\n4 3\n65535\n".utf8) + samples
  }

  /// What `--json` lists.
  private struct Line: Decodable, Equatable {
    var input: String
    var other: String
    var verdict: String
    var fullScale: Int?
    var maxDifference: Double?
    var psnr: Double?
    var ssim: Double?
    var differingPixels: Int?
    var sizes: [[Int]]?
    var difference: String?
  }

  private func lines(of ending: Ending) throws -> [Line] {
    try ending.outputLines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test("equal trees: status 0, nothing on standard output, and a line each with --verbose")
  func equalTrees() async throws {
    for tree in ["a", "b"] as [ByteString] {
      try sandbox.writePixmaps(5, in: tree / "x")
      try sandbox.write(Picture.png(9, 7), to: tree / "y.png")
      try sandbox.write("no picture", to: tree / "words.txt")
    }
    let ending = try await sandbox.run("compare", "a", "b", "--workers", "3")
    #expect(ending.status == .exited(0))
    #expect(ending.output.isEmpty)
    #expect(ending.comparison == ComparisonSummary(equal: 6, skipped: 1))
    let told = try await sandbox.run("compare", "a", "b", "-v")
    #expect(
      told.outputLines.sorted() == (0..<5).map { "a/x/00\($0).ppm: equal" } + ["a/y.png: equal"])
    #expect(told.status == .exited(0))
  }

  @Test("a pixel that differs is a line with all numbers, and makes the status 1")
  func onePixel() async throws {
    try sandbox.write(graymap(), to: "a/x.pgm")
    try sandbox.write(graymap([5: 103]), to: "b/x.pgm")
    let ending = try await sandbox.run("compare", "a", "b")
    #expect(ending.status == .exited(1))
    // 10·log10(255² · 12 ÷ 3²)
    let pattern =
      /a\/x\.pgm: different: at most 3 of 255 levels, PSNR 49\.38 dB, SSIM 0\.\d{4}, 1 of 12 pixels/
    #expect(ending.outputLines.count == 1)
    #expect(ending.outputLines.first?.wholeMatch(of: pattern) != nil, "\(ending.outputText)")
    #expect(ending.comparison == ComparisonSummary(different: 1))
    #expect(ending.messages.count == 1)
  }

  @Test(
    "--tolerance is in levels of 8 bits, of which the last one is within it",
    arguments: [("3", 0), ("2.9", 1), ("255", 0), ("0", 1)])
  func tolerance(levels: String, status: CInt) async throws {
    try sandbox.write(graymap(), to: "a/8.pgm")
    try sandbox.write(graymap([5: 97]), to: "b/8.pgm")
    try sandbox.write(deepGraymap(), to: "a/16.pgm")
    try sandbox.write(deepGraymap([0: 103 * 257]), to: "b/16.pgm")
    try sandbox.write(deepGraymap(), to: "a/mixed.pgm")
    try sandbox.write(graymap([11: 103]), to: "b/mixed.pgm")
    let ending = try await sandbox.run("compare", "a", "b", "--tolerance", ByteString(levels))
    #expect(ending.status == .exited(status))
    let expected =
      status == 0 ? ComparisonSummary(equal: 3) : ComparisonSummary(different: 3)
    #expect(ending.comparison == expected)
  }

  @Test("a step of 16 bits beyond the tolerance is beyond it")
  func toleranceOf16Bits() async throws {
    try sandbox.write(deepGraymap(), to: "a.pgm")
    try sandbox.write(deepGraymap([3: 101 * 257 + 1]), to: "b.pgm")
    #expect(
      try await sandbox.run("compare", "a.pgm", "b.pgm", "--tolerance", "1").status == .exited(1))
    let ending = try await sandbox.run("compare", "a.pgm", "b.pgm", "--tolerance", "1.01", "--json")
    #expect(ending.status == .exited(0))
    let line = try #require(try lines(of: ending).first)
    #expect(line.verdict == "withinTolerance" && line.fullScale == 65535)
    #expect(line.maxDifference == 258 && line.differingPixels == 1)
  }

  @Test("--min-psnr lets pictures pass that differ by little on the whole")
  func minimumPSNR() async throws {
    try sandbox.write(graymap(), to: "a.pgm")
    try sandbox.write(graymap([5: 103]), to: "b.pgm")
    for (ratio, status) in [("49.3", 0), ("49.4", 1)] as [(ByteString, CInt)] {
      let ending = try await sandbox.run("compare", "a.pgm", "b.pgm", "--min-psnr", ratio)
      #expect(ending.status == .exited(status))
    }
  }

  @Test("formats may differ: the pixels count, gray is RGB of equal samples, 8 bits are 16 by 257")
  func formats() async throws {
    try sandbox.write(Picture.pixmap(20, 15), to: "a.ppm")
    for format in ["png", "qoi", "pam"] as [ByteString] {
      let output = "b." + format
      _ = try await sandbox.run("convert", "a.ppm", output, "--to", format)
      #expect(try await sandbox.run("compare", "a.ppm", output).status == .exited(0))
    }
    try sandbox.write(graymap([2: 9]), to: "gray.pgm")
    let colour = Array("P6\n4 3\n255\n".utf8) + graymap([2: 9]).suffix(12).flatMap { [$0, $0, $0] }
    try sandbox.write(colour, to: "colour.ppm")
    try sandbox.write(deepGraymap([2: 9 * 257]), to: "deep.pgm")
    #expect(try await sandbox.run("compare", "gray.pgm", "colour.ppm").status == .exited(0))
    #expect(try await sandbox.run("compare", "deep.pgm", "colour.ppm").status == .exited(0))
  }

  @Test("pictures are compared as they stand upright, however they are stored")
  func orientation() async throws {
    var file = PNGFile(width: 3, height: 2, samples: (0..<18).map { $0 * 9 })
    // Exif 2.32, section 4.6: one entry, the orientation, a quarter turn clockwise.
    let tag: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
    file.ancillaryChunks = PNGFile.chunk(
      "eXIf", Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0] + tag + [0, 0, 0, 0])
    try sandbox.write(file.bytes, to: "turned.png")
    _ = try await sandbox.run("convert", "turned.png", "upright.ppm", "--to", "ppm")
    #expect(Picture.size(of: try sandbox.bytes(of: "upright.ppm")).map { [$0, $1] } == [2, 3])
    let ending = try await sandbox.run("compare", "turned.png", "upright.ppm")
    #expect(ending.status == .exited(0), "\(ending.outputText)")
    #expect(try await sandbox.run("compare", "turned.png", "turned.png").status == .exited(0))
    // Stored alike, they stand differently.
    file.ancillaryChunks = []
    try sandbox.write(file.bytes, to: "lying.png")
    let lying = try await sandbox.run("compare", "turned.png", "lying.png")
    #expect(lying.outputLines == ["turned.png: different sizes: 2x3 and 3x2"])
  }

  @Test("what only one tree has is told, counts as different, and keeps its side")
  func missing() async throws {
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "x.pgm") }
    try sandbox.write(graymap(), to: "a/left/l.pgm")
    try sandbox.write(graymap(), to: "b/right/r.pgm")
    try sandbox.write("words", to: "b/right/r.txt")
    // A folder in the one place, a file in the other.
    try sandbox.write(graymap(), to: "a/both/c.pgm")
    try sandbox.write(graymap(), to: "b/both")
    let ending = try await sandbox.run("compare", "a", "b")
    #expect(ending.status == .exited(1))
    #expect(
      ending.outputLines == [
        "a/both/c.pgm: no counterpart: there is no b/both/c.pgm",
        "a/left/l.pgm: no counterpart: there is no b/left/l.pgm",
        "b/both: no counterpart: there is no a/both",
        "b/right/r.pgm: no counterpart: there is no a/right/r.pgm",
      ])
    #expect(ending.comparison == ComparisonSummary(equal: 1, different: 4, skipped: 1))
    let json = try lines(of: await sandbox.run("compare", "a", "b", "--json"))
    #expect(json.map(\.verdict) == ["equal", "onlyInA", "onlyInA", "onlyInB", "onlyInB"])
    #expect(json.last?.input == "b/right/r.pgm" && json.last?.other == "a/right/r.pgm")
  }

  @Test("pictures of different size differ, and both sizes are told")
  func sizes() async throws {
    try sandbox.write(Picture.pixmap(5, 4), to: "a/x.ppm")
    try sandbox.write(Picture.pixmap(4, 5), to: "b/x.ppm")
    let ending = try await sandbox.run("compare", "a", "b", "--diff", "out")
    #expect(ending.status == .exited(1))
    #expect(ending.outputLines == ["a/x.ppm: different sizes: 5x4 and 4x5"])
    #expect(try sandbox.tree("out").names.isEmpty)
    let json = try lines(of: await sandbox.run("compare", "a", "b", "--json"))
    #expect(json.first?.sizes == [[5, 4], [4, 5]] && json.first?.verdict == "sizesDiffer")
  }

  @Test("a picture that can't be decoded is a failure that is named, in whichever tree it is")
  func broken() async throws {
    let whole = Picture.png(30, 30)
    for tree in ["a", "b"] as [ByteString] {
      for name in ["1.png", "2.png", "3.png"] as [ByteString] {
        try sandbox.write(whole, to: tree / name)
      }
    }
    try sandbox.write(Array(whole.dropLast(900)), to: "a/1.png")
    try sandbox.write(Array(whole.dropLast(900)), to: "b/2.png")
    try sandbox.write("no picture", to: "b/3.png")
    let ending = try await sandbox.run("compare", "a", "b", "--diff", "out")
    #expect(ending.status == .exited(1))
    #expect(ending.output.isEmpty)
    #expect(ending.comparison == ComparisonSummary(failed: 3))
    #expect(Set(ending.failures.map(\.path)) == ["a/1.png", "a/2.png", "a/3.png"])
    #expect(ending.failures.allSatisfy { $0.stage == "decode" })
    #expect(ending.failures.first { $0.path == "a/2.png" }?.message.hasPrefix("b/2.png: ") == true)
    #expect(
      ending.failures.contains(
        FailureLine(
          path: "a/3.png", stage: "decode",
          message: "b/3.png: no image: no known format starts like this")))
    #expect(try sandbox.tree("out").names.isEmpty)
  }

  @Test("two files that were named are never equal because neither is a picture")
  func noPictures() async throws {
    for name in ["a.txt", "b.txt"] as [ByteString] { try sandbox.write("words", to: name) }
    let ending = try await sandbox.run("compare", "a.txt", "b.txt")
    #expect(ending.status == .exited(1))
    #expect(
      ending.failures == [
        FailureLine(
          path: "a.txt", stage: "decode", message: "no image: no known format starts like this")
      ])
  }

  @Test("--diff mirrors the tree: a PNG for each pair that differs, and no other")
  func differencePictures() async throws {
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "x.pgm") }
    try sandbox.write(graymap(), to: "a/d/y.pgm")
    try sandbox.write(graymap([5: 101, 6: 255]), to: "b/d/y.pgm")
    try sandbox.write(graymap(), to: "a/within.pgm")
    try sandbox.write(graymap([5: 101]), to: "b/within.pgm")
    let ending = try await sandbox.run(
      "compare", "a", "b", "--diff", "out", "--tolerance", "1", "--json")
    #expect(ending.status == .exited(1))
    #expect(try sandbox.tree("out").names == ["d/y.png"])
    #expect(try lines(of: ending).compactMap(\.difference) == ["out/d/y.png"])
    // 191 + 64 · 100 ÷ 255, amber within the tolerance, full red from 32 levels on.
    _ = try await sandbox.run("convert", "out/d/y.png", "y.ppm", "--to", "ppm")
    let expected = (0..<12).flatMap { index -> [UInt8] in
      switch index {
      case 5: [255, 224, 160]
      case 6: [255, 0, 0]
      default: [216, 216, 216]
      }
    }
    #expect(try sandbox.bytes(of: "y.ppm").suffix(36).elementsEqual(expected))
    // For two pictures it is a file.
    let one = try await sandbox.run(
      "compare", "a/d/y.pgm", "b/d/y.pgm", "--diff", "y.png", "--tolerance", "1")
    #expect(one.status == .exited(1))
    #expect(try sandbox.bytes(of: "y.png") == sandbox.bytes(of: "out/d/y.png"))
  }

  @Test("the report has a status, both paths and the numbers, and counts in its summary")
  func report() async throws {
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "x.pgm") }
    try sandbox.write(graymap(), to: "a/y.pgm")
    try sandbox.write(graymap([5: 104]), to: "b/y.pgm")
    _ = try await sandbox.run("compare", "a", "b", "--report", "report.jsonl")
    let text = try sandbox.text(of: "report.jsonl")
    let report = try Report(text)
    #expect(report.jobs.map(\.status).sorted() == ["different", "equal"])
    #expect(report.jobs.allSatisfy { $0.output == nil && $0.width == 4 && $0.height == 3 })
    #expect(report.counts?.found == 2 && report.counts?.written == 0)
    #expect(text.contains("\"different\":1,\"equal\":1,"))
    #expect(text.contains("\"maxDifference\":4,\"other\":\"b/y.pgm\",\"psnr\":"))
  }

  @Test("both trees are selected from alike")
  func selection() async throws {
    for name in ["x.pgm", "y.pgm", "skip/z.pgm"] as [ByteString] {
      try sandbox.write(graymap(), to: "a" / name)
      try sandbox.write(graymap([0: 1]), to: "b" / name)
    }
    try sandbox.write(graymap(), to: "b/skip/only.pgm")
    try sandbox.write(graymap(), to: "b/.hidden.pgm")
    let ending = try await sandbox.run(
      "compare", "a", "b", "--exclude", "skip", "--include", "x.*", "--tolerance", "200")
    #expect(ending.comparison == ComparisonSummary(equal: 1))
    try sandbox.write("y.pgm\nskip/z.pgm\n", to: "list")
    let listed = try await sandbox.run("compare", "a", "b", "--files-from", "list")
    #expect(listed.comparison == ComparisonSummary(different: 2))
  }

  @Test("links are not followed in either tree, unless they may be")
  func links() async throws {
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "x/1.pgm") }
    try sandbox.write(graymap(), to: "a/2.pgm")
    try sandbox.link("b/2.pgm", to: "../a/2.pgm")
    try sandbox.write(graymap(), to: "a/y/3.pgm")
    try sandbox.link("b/y", to: "../a/y")
    let ending = try await sandbox.run("compare", "a", "b")
    #expect(ending.status == .exited(1))
    #expect(ending.outputLines == ["a/y/3.pgm: no counterpart: there is no b/y/3.pgm"])
    #expect(
      ending.failures == [
        FailureLine(path: "a/2.pgm", stage: "read", message: "b/2.pgm: not a regular file")
      ])
    let following = try await sandbox.run("compare", "a", "b", "--follow")
    #expect(following.comparison == ComparisonSummary(equal: 3))
  }

  @Test("what lies in the folder of the differences is compared with nothing")
  func differencesWithin() async throws {
    try sandbox.write(graymap(), to: "a/x.pgm")
    try sandbox.write(graymap([5: 101]), to: "b/x.pgm")
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "out/y.pgm") }
    for _ in 0..<2 {
      let ending = try await sandbox.run("compare", "a", "b", "--diff", "b/out")
      #expect(ending.comparison == ComparisonSummary(different: 2))
      #expect(ending.outputLines.last == "a/out/y.pgm: no counterpart: there is no b/out/y.pgm")
    }
    #expect(try sandbox.tree("b").names == ["out/x.png", "out/y.pgm", "x.pgm"])
  }

  @Test(
    "what can't begin says why by its status",
    arguments: [
      ("compare a", 64), ("compare a b --tolerance -1", 64), ("compare a b --tolerance 256", 64),
      ("compare a/x.pgm b", 64), ("compare a b/x.pgm", 64), ("compare - b", 64),
      ("compare a/x.pgm b/x.pgm --diff x.qoi", 64), ("compare a b --report -", 64),
      ("compare a b --diff -", 64), ("compare none b", 66), ("compare a none", 66),
      ("compare a/x.pgm none", 66), ("compare a b --diff a", 65), ("compare a b --diff b", 65),
      ("compare a/x.pgm b/x.pgm --diff b/x.pgm", 64), ("compare a b --diff no/such", 73),
    ] as [(String, CInt)])
  func refusals(arguments: String, status: CInt) async throws {
    for tree in ["a", "b"] as [ByteString] { try sandbox.write(graymap(), to: tree / "x.pgm") }
    let before = try sandbox.tree("")
    let words = arguments.split(separator: " ").map { ByteString(String($0)) }
    let ending = try await sandbox.start(words).ending()
    #expect(ending.status == .exited(status), "\(ending.errorText)")
    #expect(ending.output.isEmpty)
    #expect(try sandbox.tree("") == before)
  }

  @Test("the lines are the same for any number of workers, in the order of the input")
  func order() async throws {
    try sandbox.writePixmaps(30, in: "a")
    for index in 0..<30 {
      let digits = index < 10 ? "00\(index)" : "0\(index)"
      try sandbox.write(
        Picture.pixmap(24, 16, seed: index + index % 2), to: ByteString("b/\(digits).ppm"))
    }
    let alone = try await sandbox.run("compare", "a", "b", "-v", "-j", "1")
    let together = try await sandbox.run("compare", "a", "b", "-v", "-j", "4", "--memory", "1M")
    #expect(alone.outputLines == together.outputLines)
    #expect(alone.outputLines == alone.outputLines.sorted() && alone.outputLines.count == 30)
    #expect(alone.comparison == ComparisonSummary(equal: 15, different: 15))
  }
}
