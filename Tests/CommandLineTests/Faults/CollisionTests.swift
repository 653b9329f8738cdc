import Testing

/// Two inputs for one output: found before anything of the folder is written.
@Suite(.besideOthers) struct CollisionTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "F31: inputs that would have one output are refused with the pairs",
    arguments: [["a.png", "a.PNG"], ["a.ppm", "a.pgm"], ["a.png", "a.ppm"], ["a", "a.png"]])
  func collision(names: [String]) async throws {
    let paths = names.map { ByteString($0) }
    try sandbox.write(Picture.png(4, 4), to: "in" / paths[0])
    try sandbox.write(Picture.pixmap(5, 5), to: "in" / paths[1])
    try sandbox.write(Picture.pixmap(6, 6), to: "in/b.ppm")
    let pairs = names.map { "in/\($0)" }.sorted().joined(separator: ", ")
    for command in [["convert"], ["plan", "convert"]] as [[ByteString]] {
      let ending = try await sandbox.start(command + ["in", "out", "--to", "png"]).ending()
      #expect(ending.status == .exited(65))
      #expect(
        ending.messages == ["imgbatch: several inputs for one output: out/a.png: \(pairs)"])
      #expect(try sandbox.tree("out").names == [])
    }
  }

  @Test("F31: a bitmap becomes a graymap when it is resized, which may be taken")
  func bitmapCollision() async throws {
    try sandbox.write(Array("P1\n2 2\n0 1 1 0\n".utf8), to: "in/a.pbm")
    try sandbox.write(Picture.graymap(5, 5), to: "in/a.pgm")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "2")
    #expect(ending.status == .exited(65))
    #expect(
      ending.messages
        == ["imgbatch: several inputs for one output: out/a.pgm: in/a.pbm, in/a.pgm"])
  }

  @Test("F31: another file beside a picture is no collision")
  func noCollision() async throws {
    try sandbox.write(Picture.png(4, 4), to: "in/a.png")
    for name in ["a.txt", "a.xmp", "a.png.txt", "a"] as [ByteString] {
      try sandbox.write("words", to: "in" / name)
    }
    try sandbox.write(Picture.pixmap(4, 4), to: "in/b.ppm")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/sub/a.ppm")
    let ending = try await sandbox.run("convert", "in", "out", "--to", "png")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(ending.summary == Summary(done: 3, skipped: 4))
    #expect(try sandbox.tree("out").names == ["a.png", "b.png", "sub/a.png"])
  }

  @Test("F31: what is not selected collides with nothing")
  func unselected() async throws {
    try sandbox.write(Picture.pixmap(4, 4), to: "in/a.ppm")
    try sandbox.write(Picture.graymap(4, 4), to: "in/a.pgm")
    let ending = try await sandbox.run(
      "convert", "in", "out", "--to", "png", "--exclude", "*.pgm")
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 1))
  }

  @Test("F31: a list whose paths would have one output is refused before any of them")
  func collisionInList() async throws {
    try sandbox.write(Picture.pixmap(4, 4), to: "in/0.ppm")
    try sandbox.write(Picture.pixmap(4, 4), to: "in/sub/a.ppm")
    try sandbox.write(Picture.graymap(4, 4), to: "in/sub/a.pgm")
    let ending = try await sandbox.run("convert", "in", "out", "--to", "png", "--files-from", "-") {
      $0.standardInput = .bytes(Array("0.ppm\nsub/a.ppm\nsub/a.pgm\n".utf8))
    }
    #expect(ending.status == .exited(65))
    #expect(
      ending.messages
        == ["imgbatch: several inputs for one output: out/sub/a.png: in/sub/a.pgm, in/sub/a.ppm"])
    #expect(try sandbox.tree("out").names == [])
  }

  @Test("F31, P3: a collision further down ends the run; what was found before is accounted for")
  func collisionFurtherDown() async throws {
    try sandbox.writePixmaps(20)
    try sandbox.write(Picture.pixmap(4, 4), to: "in/sub/a.ppm")
    try sandbox.write(Picture.graymap(4, 4), to: "in/sub/a.pgm")
    let ending = try await sandbox.run(
      "convert", "in", "out", "--to", "png", "--report", "report.jsonl")
    #expect(ending.status == .exited(65))
    #expect(
      ending.messages.contains(
        "imgbatch: several inputs for one output: out/sub/a.png: in/sub/a.pgm, in/sub/a.ppm"))
    let summary = try #require(ending.summary)
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(summary.found == 20 && summary.failed == 0 && summary.done + summary.cancelled == 20)
    #expect(report.jobs.count == 20 && report.counts?.summary == summary)
    #expect(try sandbox.tree("out").files.count == summary.done)
    #expect(!sandbox.exists("out/sub"))
  }
}
