import Glibc
import ImageCodecs
import SystemPackage
import Testing

@testable import ImageBatch

// A tree that is deeper than a path may be long is walked from outside only, by the release binary:
// swift-system's checks in debug builds take cubic time in the length of a path.
@Suite("Walker") struct WalkerTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func makeFiles(_ names: String...) throws {
    for name in names { try folder.write([], to: FilePath(name)) }
  }

  @Test("a folder's files come before its subfolders, both sorted by their bytes")
  func order() throws {
    try makeFiles("b", "a/z", "a/b/c", "B", "é", "~", "a.png", "c/1", "10", "9", "Z/y")
    #expect(
      try WalkedTree.lines(folder.path) == [
        "in/10", "in/9", "in/B", "in/a.png", "in/b", "in/~", "in/é",
        "in/Z/y", "in/a/z", "in/a/b/c", "in/c/1",
      ])
  }

  @Test("an empty folder has nothing in it")
  func empty() throws {
    try folder.makeFolder("a/b/c")
    #expect(try WalkedTree.lines(folder.path) == [])
  }

  @Test("hidden names are passed over unless they are asked for, temporary names always")
  func hiddenNames() throws {
    try makeFiles(".a", "b", ".c/d", ".imgbatch-1-ab.tmp", "e/.imgbatch-1-ab.tmp")
    #expect(try WalkedTree.lines(folder.path) == ["in/b"])
    #expect(
      try WalkedTree.lines(folder.path, InputSelection(includesHidden: true)) == [
        "in/.a", "in/b", "in/.c/d",
      ])
  }

  @Test("a pattern without a slash is for the name, one with a slash for the path below IN")
  func patterns() throws {
    try makeFiles("a.png", "b.txt", "d/a.png", "d/e/a.png", "d/e/b.png", "f/a.txt")
    func find(_ included: [FilePath], _ excluded: [FilePath] = []) throws -> [String] {
      try WalkedTree.lines(
        folder.path, InputSelection(includedPatterns: included, excludedPatterns: excluded))
    }
    #expect(try find(["*.png"]) == ["in/a.png", "in/d/a.png", "in/d/e/a.png", "in/d/e/b.png"])
    #expect(try find(["d/*"]) == ["in/d/a.png", "in/d/e/a.png", "in/d/e/b.png"])
    #expect(try find(["d/e/?.png"]) == ["in/d/e/a.png", "in/d/e/b.png"])
    #expect(
      try find(["a.*", "b.txt"]) == [
        "in/a.png", "in/b.txt", "in/d/a.png", "in/d/e/a.png", "in/f/a.txt",
      ])
    #expect(try find([], ["a.*"]) == ["in/b.txt", "in/d/e/b.png"])
    #expect(try find(["*.png"], ["*/a.png"]) == ["in/a.png", "in/d/e/b.png"])
    #expect(try find(["[ab].[!p]*"]) == ["in/b.txt", "in/f/a.txt"])
    #expect(try find(["in/*"]) == [])
  }

  @Test("an excluded folder is not even opened")
  func pruning() throws {
    try makeFiles("keep/a", "skip/b", "keep/skip/c")
    let excluding = InputSelection(excludedPatterns: ["skip"])
    var walker = try WalkedTree.walker(folder.path, excluding)
    // Opening it would fail by now, and be told.
    try folder.write([], to: "x")
    #expect(rename(folder["skip"].string, folder["moved"].string) == 0)
    #expect(try walker.next()?.line == "in/keep/a")
    #expect(try walker.next()?.line == nil)
    #expect(
      try WalkedTree.lines(folder.path, InputSelection(excludedPatterns: ["keep/skip"]))
        == ["in/x", "in/keep/a", "in/moved/b"])
  }

  @Test("what is neither a file nor a folder is skipped, by rule")
  func otherKinds() throws {
    try folder.makePipe("pipe")
    try makeFiles("a")
    try folder.link("to-a", to: "a")
    try folder.link("to-nothing", to: "nothing")
    try folder.link("to-folder", to: ".")
    #expect(
      try WalkedTree.lines(folder.path) == [
        "in/a", "in/pipe: not a regular file", "in/to-a: a symbolic link",
        "in/to-folder: a symbolic link", "in/to-nothing: a symbolic link",
      ])
  }

  @Test("links are followed where that is asked for, and a loop ends where it began")
  func followedLinks() throws {
    try makeFiles("a", "d/e/b", "other/c")
    try folder.link("d/e/up", to: "../..")
    try folder.link("d/e/here", to: ".")
    try folder.link("d/again", to: "../other")
    try folder.link("to-a", to: "a")
    try folder.link("to-nothing", to: "nothing")
    try folder.link("to-itself", to: "to-itself")
    #expect(
      try WalkedTree.lines(folder.path, InputSelection(followsLinks: true)) == [
        "in/a", "in/to-a", "in/to-itself: ELOOP", "in/to-nothing: ENOENT",
        "in/d/again/c", "in/d/e/b", "in/other/c",
      ])
  }

  @Test("OUT below IN is left out, whatever path leads there")
  func outputBelowInput() throws {
    try makeFiles("a", "d/out/b", "d/c")
    try folder.link("link", to: "d/out")
    for follows in [false, true] {
      let lines = try WalkedTree.lines(
        folder.path, InputSelection(includesHidden: true, followsLinks: follows),
        excluding: folder["d/out"])
      #expect(lines == ["in/a"] + (follows ? [] : ["in/link: a symbolic link"]) + ["in/d/c"])
    }
  }

  @Test("names that are no text keep their bytes")
  func names() throws {
    let raw: [[UInt8]] = [[0xFF, 0xFE], [0x0A], [0x1B, 0x5B], [0x20], [0x2D, 0x72], [0xC3]]
    for bytes in raw {
      let name = FilePath(platformString: bytes.map(CChar.init(bitPattern:)) + [0])
      try folder.write([], to: FilePath("d").pushing(name))
    }
    var walker = try WalkedTree.walker(folder.path)
    var found: [[UInt8]] = []
    while let finding = try walker.next() {
      guard case .job(let job) = finding, case .file(_, let name) = job.source else { continue }
      found.append(name.content.map(UInt8.init(bitPattern:)))
      #expect(job.input.bytes == Array("in/d/".utf8) + name.content.map(UInt8.init(bitPattern:)))
    }
    let sorted = raw.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(found == sorted)
  }

  @Test("a folder that cannot be opened is a failure, and the walk goes on")
  func unreadableFolder() throws {
    try makeFiles("a/1", "b/2", "c/3", "d/4")
    var walker = try WalkedTree.walker(folder.path)
    #expect(try walker.next()?.line == "in/a/1")
    #expect(rename(folder["b"].string, folder["elsewhere"].string) == 0)
    #expect(rename(folder["c"].string, folder["e"].string) == 0)
    try makeFiles("c")
    #expect(try walker.next()?.line == "in/b: ENOENT")
    #expect(try walker.next()?.line == "in/c: ENOTDIR")
    #expect(try walker.next()?.line == "in/d/4")
  }

  @Test(
    "a folder that this user may not read is a failure",
    .enabled("needs root, to become somebody else") { geteuid() == 0 })
  func forbiddenFolder() async throws {
    try makeFiles("a/1", "b/2", "c")
    #expect(chmod(folder["a"].string, 0) == 0)
    #expect(chmod(folder.path.string, 0o755) == 0)
    let path = folder.path
    let lines = try await onOwnThread {
      try OwnThread.becomeNobody()
      return try WalkedTree.lines(path)
    }
    #expect(lines == ["in/c", "in/a: EACCES", "in/b/2"])
  }

  @Test(
    "where a file system does not tell what a name stands for, it is asked",
    .enabled("needs root, to mount") { await Mounts.areAllowed() },
    .enabled(if: access("/usr/sbin/mke2fs", X_OK) == 0, "needs mke2fs"))
  func unknownKinds() async throws {
    try makeFiles("tree/b", "tree/d/a")
    try folder.link("tree/to-b", to: "b")
    let (image, tree, place) = (
      folder["image"].string, folder["tree"].string, try folder.makeFolder("mounted")
    )
    let lines = try await Mounts.inNamespace { () -> [String]? in
      guard
        Mounts.run(
          "mke2fs", "-q", "-t", "ext2", "-O", "^filetype", "-d", tree, image, "1m"),
        Mounts.run("mount", "-o", "loop,ro", image, place.string)
      else { return nil }
      let listing = try FolderListing(of: Directory(path: place)) { _, _ in true }
      #expect((0..<listing.count).allSatisfy { listing.kind(at: $0) == .unknown })
      return try WalkedTree.lines(place, InputSelection(excludedPatterns: ["lost+found"]))
    }
    guard let lines else { return print("skipped: no loop device to mount") }
    #expect(lines == ["in/b", "in/to-b: a symbolic link", "in/d/a"])
  }
}

@Suite("Walker: collisions") struct WalkerCollisionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func findings(_ scheme: OutputScheme, _ selection: InputSelection = InputSelection())
    throws -> [String]
  {
    try WalkedTree.lines(folder.path, selection, naming: scheme, output: "out")
  }

  @Test("two pictures with one output are refused, with both names")
  func collision() throws {
    try folder.write(Pictures.ppm(1, 1), to: "a.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "a.pgm")
    try folder.write(Pictures.pgm(1, 1), to: "b.pgm")
    let error = #expect(throws: BatchError.self) { try findings(.ending(.png)) }
    #expect(error?.code == .collision)
    #expect(
      error?.message == "several inputs for one output: out/a.png: in/a.pgm, in/a.ppm")
    #expect(try findings(.kept).count == 3)
  }

  @Test("the one that has its output's name already counts, too")
  func collisionWithKeptName() throws {
    try folder.write(Pictures.pbm(1, 1), to: "a.pbm")
    try folder.write(Pictures.pgm(1, 1), to: "a.pgm")
    let error = #expect(throws: BatchError.self) { try findings(.kept) }
    #expect(error?.message == "several inputs for one output: out/a.pgm: in/a.pbm, in/a.pgm")
  }

  @Test("only pictures that take part collide")
  func noCollision() throws {
    try folder.write(Pictures.ppm(1, 1), to: "a.ppm")
    try folder.write(Array("no picture".utf8), to: "a.pgm")
    try folder.write(Array("no picture".utf8), to: "a.jpg")
    try folder.makeFolder("a.qoi")
    try folder.link("a.pam", to: "a.ppm")
    try folder.makePipe("a.pnm")
    #expect(try findings(.ending(.png)).count == 5)
    try folder.write(Pictures.ppm(1, 1), to: "b.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "b.pgm")
    #expect(
      try findings(.ending(.png), InputSelection(excludedPatterns: ["b.pgm"])).count == 6)
    #expect(
      try WalkedTree.lines(folder.path, naming: .ending(.png)).count == 7,
      "where nothing is written nothing collides")
  }

  @Test("a link collides with what it leads to, where links are followed")
  func linkCollision() throws {
    try folder.write(Pictures.ppm(1, 1), to: "a.ppm")
    try folder.link("a.pam", to: "a.ppm")
    #expect(throws: BatchError.self) {
      try findings(.ending(.png), InputSelection(followsLinks: true))
    }
  }

  @Test("folders are looked at one by one, each before its first job")
  func laterFolder() throws {
    try folder.write(Pictures.ppm(1, 1), to: "1/a.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "1/b.pgm")
    try folder.write(Pictures.ppm(1, 1), to: "2/a.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "2/a.pgm")
    var walker = try WalkedTree.walker(folder.path, naming: .ending(.png), output: "out")
    #expect(try walker.next()?.line == "in/1/a.ppm")
    #expect(try walker.next()?.line == "in/1/b.pgm")
    let error = #expect(throws: BatchError.self) { try walker.next() }
    #expect(error?.code == .collision)
  }
}
