import TestSupport
import Testing

/// IN and OUT that have to do with each other.
@Suite(.besideOthers) struct OverlapTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "F36: IN and OUT that are the same folder, by whatever path, are refused: 65",
    arguments: ["in", "in/", "./in/.", "in/sub/..", "link", "in/back"])
  func sameFolder(output: String) async throws {
    try sandbox.writePixmaps(2)
    try sandbox.makeFolder("in/sub")
    try sandbox.link("link", to: "in")
    try sandbox.link("in/back", to: "../in")
    let before = try sandbox.tree("in")
    let ending = try await sandbox.run("resize", "in", ByteString(output), "--size", "4")
    #expect(ending.status == .exited(65))
    #expect(ending.messages.count == 1)
    #expect(ending.errorText.hasSuffix("are the same folder\n"))
    #expect(try sandbox.tree("in") == before)
  }

  @Test(
    "F36: IN and OUT that are the same by a bind mount are refused: 65",
    .enabled(if: Machine.canMount, "mounting needs root"))
  func boundFolder() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.bind("mirror", to: "in")
    let ending = try await sandbox.run("resize", "in", "mirror", "--size", "4")
    #expect(ending.status == .exited(65))
    #expect(ending.messages == ["imgbatch: in and mirror are the same folder"])
  }

  @Test(
    "F36: OUT below IN is never walked, by whatever path it was named",
    arguments: ["in/out", "link", "mirror"])
  func outputInsideInput(output: String) async throws {
    if output == "mirror", !Machine.canMount { return }
    try sandbox.writePixmaps(3)
    try sandbox.writePixmaps(2, in: "in/sub")
    try sandbox.makeFolder("in/out")
    try sandbox.link("link", to: "in/out")
    if output == "mirror" { try sandbox.bind("mirror", to: "in/out") }
    for _ in 0..<3 {
      let ending = try await sandbox.run("resize", "in", ByteString(output), "--size", "4")
      #expect(ending.status == .exited(0))
      #expect(ending.summary == Summary(done: 5))
    }
    #expect(
      try sandbox.tree("in/out").names
        == ["000.ppm", "001.ppm", "002.ppm", "sub/000.ppm", "sub/001.ppm"])
  }

  @Test("F36: with --follow, a link into OUT is not walked, but one from OUT's own IN is")
  func followedLinkIntoOutput() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.writePixmaps(1, in: "in/sub")
    for _ in 0..<2 {
      let ending = try await sandbox.run("resize", "in", "in/out", "--size", "4", "--follow")
      #expect(ending.summary == Summary(done: 3))
      try? sandbox.link("in/zz", to: "out/sub")
    }
    #expect(try sandbox.tree("in/out").names == ["000.ppm", "001.ppm", "sub/000.ppm"])
    // IN below OUT: its folders are inputs, linked or not.
    try sandbox.writePixmaps(1, in: "all/in/a")
    try sandbox.link("all/in/b", to: "a")
    let below = try await sandbox.run("resize", "all/in", "all", "--size", "4", "--follow")
    #expect(below.summary == Summary(done: 2))
  }

  @Test("F36: with --follow, a link in IN that leads to OUT is not walked either")
  func followedLinkToOutput() async throws {
    try sandbox.writePixmaps(3)
    try sandbox.makeFolder("out")
    try sandbox.link("in/link", to: "../out")
    for _ in 0..<2 {
      let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "--follow")
      #expect(ending.status == .exited(0) && ending.summary == Summary(done: 3))
    }
    #expect(try sandbox.tree("out").names == ["000.ppm", "001.ppm", "002.ppm"])
  }

  @Test("F36: IN below OUT: outputs land beside it, and none goes into it")
  func inputInsideOutput() async throws {
    try sandbox.writePixmaps(2, in: "t/in")
    try sandbox.writePixmaps(1, in: "t/in/in")
    let before = try sandbox.tree("t/in")
    let ending = try await sandbox.run("resize", "t/in", "t", "--size", "4")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 2, failed: 1))
    #expect(ending.failures.first?.path == "t/in/000.ppm")
    #expect(try sandbox.tree("t/in") == before)
    #expect(sandbox.exists("t/000.ppm") && sandbox.exists("t/001.ppm"))
  }

  @Test(
    "F36: one picture that is its own output is refused: 65",
    arguments: ["in/000.ppm", "in", "in/", "link.ppm", "in/second.ppm"])
  func sameFile(output: String) async throws {
    try sandbox.writePixmaps(1)
    try sandbox.link("link.ppm", to: "in/000.ppm")
    try sandbox.hardLink("in/second.ppm", to: "in/000.ppm")
    let before = try sandbox.bytes(of: "in/000.ppm")
    let ending = try await sandbox.run("resize", "in/000.ppm", ByteString(output), "--size", "4")
    #expect(try sandbox.bytes(of: "in/000.ppm") == before, "I3")
    if output.hasPrefix("in") && output != "in/second.ppm" {
      #expect(ending.status == .exited(65))
    } else {
      // Another name is another file once it has been replaced.
      #expect(ending.status == .exited(0))
    }
  }

  @Test("F36: a link to a picture that is its own output is refused, too: 65")
  func linkedInputIsOutput() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.link("link.ppm", to: "in/000.ppm")
    let before = try sandbox.bytes(of: "in/000.ppm")
    let ending = try await sandbox.run("resize", "link.ppm", "in/000.ppm", "--size", "4")
    #expect(ending.status == .exited(65))
    #expect(try sandbox.bytes(of: "in/000.ppm") == before, "I3")
  }

  @Test("F36: with --follow, a link in IN whose picture is its own output fails, and keeps it")
  func followedLinkToItsOutput() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write(Picture.pixmap(20, 20), to: "out/link.ppm")
    try sandbox.link("in/link.ppm", to: "../out/link.ppm")
    let before = try sandbox.bytes(of: "out/link.ppm")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "--follow")
    #expect(ending.status != .exited(0))
    #expect(try sandbox.bytes(of: "out/link.ppm") == before, "I3")
  }

  @Test("F44: an OUT that another run writes to is refused: 75")
  func outputInUse() async throws {
    try sandbox.writePixmaps(2)
    let first = try sandbox.start(
      ["resize", "in", "out", "--size", "4", "--rate", "1/h", "--workers", "1"])
    try await first.until { sandbox.exists("out/000.ppm") }
    let second = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(second.status == .exited(75))
    #expect(second.messages == ["imgbatch: out: in use by another run"])
    #expect(first.isRunning)
    first.send(9)
    _ = try await first.ending()
    try sandbox.write(Picture.pixmap(3, 3), to: "in/slow.pbm")
    let third = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(third.status == .exited(0), "the lock goes with its holder")
  }
}
