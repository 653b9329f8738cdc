import Glibc
import Testing

/// What stands in a tree besides files and folders: links and special files.
@Suite(.besideOthers) struct LinkTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func writeLinks() throws {
    try sandbox.write(Picture.pixmap(8, 8, seed: 1), to: "in/a.ppm")
    try sandbox.write(Picture.pixmap(8, 8, seed: 2), to: "elsewhere/b.ppm")
    try sandbox.link("in/loop", to: ".")
    try sandbox.link("in/self.ppm", to: "self.ppm")
    try sandbox.link("in/dangling.ppm", to: "nowhere.ppm")
    try sandbox.link("in/outside.ppm", to: "../elsewhere/b.ppm")
    try sandbox.link("in/outside", to: "../elsewhere")
  }

  @Test("F32: links are not followed, and are counted")
  func linksAreSkipped() async throws {
    try writeLinks()
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "-v")
    #expect(ending.status == .exited(0))
    #expect(ending.summary == Summary(done: 1, skipped: 5))
    #expect(ending.messages.contains("imgbatch: in/outside.ppm: skipped: a symbolic link"))
    #expect(try sandbox.tree("out").names == ["a.ppm"])
  }

  @Test("F32: with --follow they lead on: a loop ends where it began, a dangling one fails by name")
  func linksAreFollowed() async throws {
    try writeLinks()
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "--follow")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 3, failed: 2))
    #expect(
      Set(ending.failures) == [
        FailureLine(path: "in/dangling.ppm", stage: "walk", message: "No such file or directory"),
        FailureLine(
          path: "in/self.ppm", stage: "walk", message: "Too many levels of symbolic links"),
      ])
    #expect(try sandbox.tree("out").names == ["a.ppm", "outside.ppm", "outside/b.ppm"])
  }

  @Test("F32: IN itself may be a link, and so may OUT")
  func linkedRoots() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.makeFolder("far")
    try sandbox.link("in-link", to: "in")
    try sandbox.link("out-link", to: "far")
    let ending = try await sandbox.run("resize", "in-link", "out-link", "--size", "4")
    #expect(ending.status == .exited(0))
    #expect(try sandbox.tree("far").names == ["000.ppm", "001.ppm"])
  }

  @Test("F32: a link that stands in an output's place is replaced, never written through")
  func linkInOutput() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write("precious", to: "victim")
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "4")
    try sandbox.link("out/000.ppm", to: "../victim")
    try sandbox.link("out/001.ppm", to: "../made-by-nobody")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.status == .exited(0))
    #expect(try sandbox.text(of: "victim") == "precious")
    #expect(!sandbox.exists("made-by-nobody"))
    #expect(try sandbox.tree("out").files == run.checker.reference.files)
  }

  @Test("F32: a link that stands in the place of a folder of OUT is not followed: named, 1")
  func linkedFolderInOutput() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.writePixmaps(1, in: "in/sub")
    try sandbox.makeFolder("elsewhere")
    try sandbox.link("out/sub", to: "../elsewhere")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 2, failed: 1))
    let failure = try #require(ending.failures.first)
    #expect(failure.path == "out/sub/000.ppm" && failure.stage == "write")
    #expect(try sandbox.tree("elsewhere").entries.isEmpty)
    #expect(try sandbox.tree("out").entries["sub"]?.content == .link("../elsewhere"))
  }

  @Test(
    "F33: what is no regular file is skipped, whatever its name, and never read",
    .enabled(if: Machine.canMakeDevices, "device nodes need root"), arguments: [false, true])
  func specialFiles(fromList: Bool) async throws {
    try sandbox.write(Picture.pixmap(8, 8), to: "in/a.ppm")
    try sandbox.write(Picture.pixmap(8, 8), to: "in/folder.png/b.ppm")
    try sandbox.makeFIFO("in/fifo.png")
    try sandbox.makeSocket("in/socket.png")
    try sandbox.makeDevice("in/null.png", 1, 3)
    try sandbox.makeDevice("in/zero.png", 1, 5)
    let special = ["fifo.png", "null.png", "socket.png", "zero.png"]
    let child = try sandbox.start(
      ["resize", "in", "out", "--size", "4", "-v", "--report", "report.jsonl"]
        + (fromList ? ["--files-from", "-"] : [])
    ) {
      $0.limit = .seconds(20)
      let list = ["a.ppm", "folder.png/b.ppm"] + special
      $0.standardInput = .bytes(Array(list.joined(separator: "\n").utf8))
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(0))
    #expect(ending.summary == Summary(done: 2, skipped: 4))
    for name in special {
      #expect(ending.messages.contains("imgbatch: in/\(name): skipped: not a regular file"))
    }
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.filter { $0.message == "not a regular file" }.count == 4)
    #expect(try sandbox.tree("out").names == ["a.ppm", "folder.png/b.ppm"])
  }

  @Test(
    "F33, F26: a special file that is IN itself is refused, without waiting for it: 66",
    .enabled(if: Machine.canMakeDevices, "device nodes need root"))
  func specialInput() async throws {
    try sandbox.makeFIFO("fifo.png")
    try sandbox.makeSocket("socket.png")
    try sandbox.makeDevice("zero.png", 1, 5)
    for name in ["fifo.png", "socket.png", "zero.png"] as [ByteString] {
      let ending = try await sandbox.run("resize", name, "out.png", "--size", "4") {
        $0.limit = .seconds(20)
      }
      #expect(ending.status == .exited(66))
      #expect(ending.messages == ["imgbatch: \(name): not a file or folder"])
      #expect(!sandbox.exists("out.png"))
    }
  }

  @Test("F37: an old output is replaced, not changed: another name of it keeps the old bytes")
  func hardLinkedOutput() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.write("old bytes", to: "out/000.ppm")
    try sandbox.hardLink("keep", to: "out/000.ppm")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.status == .exited(0))
    #expect(try sandbox.text(of: "keep") == "old bytes")
    #expect(Picture.isWhole(try sandbox.bytes(of: "out/000.ppm")))
  }

  @Test("F37: two names of one input are two jobs")
  func hardLinkedInput() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.hardLink("in/second.ppm", to: "in/000.ppm")
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.summary == Summary(done: 2))
    #expect(try sandbox.bytes(of: "out/000.ppm") == sandbox.bytes(of: "out/second.ppm"))
  }
}
