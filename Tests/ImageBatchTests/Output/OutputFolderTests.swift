import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Folders of OUT") struct OutputFolderTests {
  let temporary: TemporaryFolder
  /// OUT.
  let root: OutputFolder

  init() throws {
    temporary = try TemporaryFolder()
    root = OutputFolder(
      path: temporary["out"], isDryRun: false, isDurable: false, checksPlace: false, forbidden: [])
    try root.prepare(isShared: false)
  }

  /// The folder so many levels below another one, each of that name.
  private func folder(_ name: String, levels: Int, below top: OutputFolder) throws -> OutputFolder {
    let name = try #require(FilePath(name).lastName)
    return (0..<levels).reduce(top) { above, _ in OutputFolder(name, in: above) }
  }

  /// The folders below OUT that are open.
  private var openCount: Int {
    ProcessFacts.descriptorCount(below: temporary["out"].string + "/")
  }

  @Test("F13: a folder that jobs still have keeps a descriptor, and not the whole way to it")
  func oneWayAtATime() throws {
    let ways = try ["a", "b", "c"].map { try folder($0, levels: 20, below: root) }
    for (index, way) in ways.enumerated() {
      _ = try way.open()
      withExtendedLifetime(ways) { #expect(openCount == index + 20) }
    }
    // They are as usable as before, and so is what was closed above them.
    for way in ways { _ = try way.open() }
    withExtendedLifetime(ways) { #expect(openCount == 2 + 20) }
    let sibling = try folder("s", levels: 1, below: ways[0]).open()
    let way = Array(repeating: "a", count: 20).reduce(temporary["out"]) { $0.appending($1) }
    #expect(try sibling.identity == Directory(path: way.appending("s")).identity)
  }

  @Test("what stands above both the last folder and the next stays open")
  func commonWay() throws {
    let common = try folder("m", levels: 10, below: root)
    let ways = try ["a", "b"].map { try folder($0, levels: 5, below: common) }
    for way in ways { _ = try way.open() }
    withExtendedLifetime(ways) { #expect(openCount == 10 + 1 + 5) }
  }

  @Test("nobody keeps the folder that was opened last")
  func closedAtTheEnd() throws {
    _ = try folder("a", levels: 20, below: root).open()
    #expect(openCount == 0)
  }
}
