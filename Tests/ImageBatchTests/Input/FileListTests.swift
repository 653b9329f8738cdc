import Glibc
import ImageCodecs
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("File list") struct FileListTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func list(
    _ bytes: [UInt8], separator: UInt8 = UInt8(ascii: "\n"),
    _ selection: InputSelection = InputSelection(), naming scheme: OutputScheme = .kept,
    output: FilePath? = nil
  ) throws -> FileList {
    let output = output.map {
      OutputFolder(path: $0, isDryRun: true, isDurable: false, checksPlace: false, forbidden: [])
    }
    let root = InputFolder(
      directory: try Directory(path: folder.path), path: "in",
      outputs: output.map(scheme.roots) ?? [])
    return try FileList(
      bytes, separator: separator, root: root, selection: selection, scheme: scheme)
  }

  private func lines(
    _ text: String, separator: UInt8 = UInt8(ascii: "\n"),
    _ selection: InputSelection = InputSelection(), naming scheme: OutputScheme = .kept,
    output: FilePath? = nil
  ) throws -> [String] {
    var list = try list(
      Array(text.utf8), separator: separator, selection, naming: scheme, output: output)
    var lines: [String] = []
    while let finding = try list.nextFinding() { lines.append(finding.line) }
    return lines
  }

  @Test("paths are ended by line feeds, or by zeros, and come in the order of the list")
  func separators() throws {
    #expect(try lines("b\na\n") == ["in/b", "in/a"])
    #expect(try lines("b\na") == ["in/b", "in/a"])
    #expect(try lines("b\0a\0", separator: 0) == ["in/b", "in/a"])
    #expect(try lines("a\nb\0c", separator: 0) == ["in/a\\x0ab", "in/c"])
    #expect(try lines("\n\n") == [])
    #expect(try lines("") == [])
  }

  @Test("a path counts once, however it is written")
  func duplicates() throws {
    try folder.makeFolder("d")
    #expect(try lines("a\n./a\na\n.//a\nd/b\nd//b\n./d/./b\n") == ["in/a", "in/d/b"])
  }

  @Test(
    "a path that leads outside IN is a failure by name", arguments: ["/etc/x", "../x", "d/../x"])
  func outside(path: String) throws {
    #expect(try lines(path) == ["\(path): outside"])
  }

  @Test("a folder that is missing, or is none, fails its file")
  func missingFolder() throws {
    try folder.write([], to: "file")
    try folder.link("link", to: ".")
    #expect(try lines("no/a") == ["in/no/a: ENOENT"])
    #expect(try lines("file/a") == ["in/file/a: ENOTDIR"])
    #expect(try lines("link/a") == ["in/link/a: ENOTDIR"])
    #expect(try lines("link/a", InputSelection(followsLinks: true)) == ["in/link/a"])
    #expect(try lines("no/a\nfile\nno/b") == ["in/no/a: ENOENT", "in/file", "in/no/b: ENOENT"])
  }

  @Test("neighbours in the list share their folders")
  func sharedFolders() throws {
    try folder.makeFolder("a/b")
    try folder.makeFolder("a/c")
    var list = try list(Array("a/b/1\na/b/2\na/c/3\na/4\na/b/5\n6".utf8), output: "out")
    var folders: [InputFolder] = []
    while let finding = try list.nextFinding() {
      guard case .job(let job) = finding, case .file(let folder, let name) = job.source,
        case .file(let output, let outputName)? = job.destinations.first
      else { continue }
      folders.append(folder)
      #expect(folder.path.appending(name) == job.input)
      #expect(output.path.appending(outputName).string == "out" + job.input.string.dropFirst(2))
    }
    #expect(folders.count == 6)
    #expect(folders[0] === folders[1])
    #expect(folders[1] !== folders[2])
    #expect(folders[4] !== folders[0], "the way back is not remembered")
    #expect(folders[5].path == "in")
  }

  @Test("the selection holds for a list, but hidden names are meant when they are listed")
  func selection() throws {
    try folder.makeFolder("d")
    #expect(
      try lines("a.png\n.b.png\nc.txt\nd/e.png", InputSelection(includedPatterns: ["*.png"]))
        == ["in/a.png", "in/.b.png", "in/d/e.png"])
    #expect(try lines("a\nb", InputSelection(excludedPatterns: ["a"])) == ["in/b"])
    #expect(try lines("a\nd/b", InputSelection(excludedPatterns: ["d/*"])) == ["in/a"])
  }

  @Test("an excluded folder takes along what is listed below it")
  func excludedFolder() throws {
    try folder.makeFolder("d/e")
    let found = try lines("a\nd/b\nd/e/c", InputSelection(excludedPatterns: ["d"]))
    #expect(found == ["in/a"])
    let partly = try lines("d/b\nd/e/c", InputSelection(excludedPatterns: ["d/e"]))
    #expect(partly == ["in/d/b"])
  }

  @Test("two pictures with one output are refused before the first job")
  func collisions() throws {
    try folder.write(Pictures.ppm(1, 1), to: "d/a.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "d/a.pgm")
    let error = #expect(throws: BatchError.self) {
      try lines("d/a.ppm\nb.ppm\nd/a.pgm", naming: .ending(.png), output: "out")
    }
    #expect(error?.code == .collision)
    #expect(error?.message.contains("out/d/a.png: in/d/a.pgm, in/d/a.ppm") == true)
    #expect(try lines("d/a.ppm\nd/a.pgm", naming: .ending(.png)).count == 2)
    #expect(try lines("d/a.ppm\na.ppm", naming: .ending(.png), output: "out").count == 2)
  }

  @Test("what the selection leaves out, or is no picture, collides with nothing")
  func noCollisions() throws {
    try folder.write(Pictures.ppm(1, 1), to: "a.ppm")
    try folder.write(Pictures.pgm(1, 1), to: "a.pgm")
    try folder.write(Array("no picture".utf8), to: "a.jpg")
    let found = try lines(
      "a.ppm\na.pgm", InputSelection(excludedPatterns: ["*.pgm"]), naming: .ending(.png),
      output: "out")
    #expect(found == ["in/a.ppm"])
    let others = try lines("a.ppm\na.jpg", naming: .ending(.png), output: "out")
    #expect(others == ["in/a.ppm", "in/a.jpg"])
  }
}
