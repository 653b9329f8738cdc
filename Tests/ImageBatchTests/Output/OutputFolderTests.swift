import ConcurrencyPrimitives
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Folders of OUT", .timeLimit(.minutes(5))) struct OutputFolderTests {
  /// OUT, to be made in a folder.
  private static func root(in folder: TemporaryFolder) throws -> OutputFolder {
    let root = OutputFolder(
      path: folder["out"], isDryRun: false, isDurable: false, checksPlace: false, forbidden: [])
    try root.prepare(isShared: false)
    return root
  }

  /// The folder so many levels below another one.
  private static func folder(
    _ name: FilePath, levels: Int, below folder: OutputFolder
  ) throws -> OutputFolder {
    let name = try #require(name.lastName)
    return (0..<levels).reduce(folder) { folder, _ in OutputFolder(name, in: folder) }
  }

  @Test("F13: a folder that jobs still have keeps a descriptor, and not the whole way to it")
  func oneWayAtATime() async {
    await #expect(processExitsWith: .success) {
      let temporary = try TemporaryFolder()
      let root = try Self.root(in: temporary)
      let count = ProcessFacts.descriptorCount
      let ways = try ["a", "b", "c"].map {
        try Self.folder(FilePath($0), levels: 20, below: root)
      }
      for (index, way) in ways.enumerated() {
        _ = try way.open()
        #expect(ProcessFacts.descriptorCount == count + index + 20)
      }
      // They are as usable as before, and so is what was closed above them.
      for way in ways { _ = try way.open() }
      #expect(ProcessFacts.descriptorCount == count + 2 + 20)
      let sibling = OutputFolder(try #require(FilePath("s").lastName), in: ways[0])
      let way = Array(repeating: "a", count: 20).reduce(temporary["out"]) { $0.appending($1) }
      #expect(try sibling.open().identity == Directory(path: way.appending("s")).identity)
    }
  }

  @Test("what stands above both the last folder and the next stays open")
  func commonWay() async {
    await #expect(processExitsWith: .success) {
      let temporary = try TemporaryFolder()
      let root = try Self.root(in: temporary)
      let count = ProcessFacts.descriptorCount
      let common = try Self.folder("m", levels: 10, below: root)
      let ways = try ["a", "b"].map { try Self.folder(FilePath($0), levels: 5, below: common) }
      for way in ways { _ = try way.open() }
      #expect(ProcessFacts.descriptorCount == count + 10 + 1 + 5)
    }
  }

  @Test("nobody keeps the folder that was opened last")
  func closedAtTheEnd() async {
    await #expect(processExitsWith: .success) {
      let temporary = try TemporaryFolder()
      let count = ProcessFacts.descriptorCount
      do {
        let root = try Self.root(in: temporary)
        _ = try Self.folder("a", levels: 20, below: root).open()
      }
      #expect(ProcessFacts.descriptorCount == count)
    }
  }
}
