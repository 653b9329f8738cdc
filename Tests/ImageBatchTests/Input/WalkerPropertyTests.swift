import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Walker: properties") struct WalkerPropertyTests {
  @Test("it finds what a plain recursion finds, on random trees", arguments: 0..<6)
  func findsWhatTheReferenceFinds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let folder = try TemporaryFolder()
    var linkCount = 0
    grow(folder, FilePath(), depth: 0, &linkCount, &random)
    for follows in [false, true] {
      for hidden in [false, true] {
        let choices = Reference.Choice.all.shuffled(using: &random)
        for choice in choices.prefix(2) {
          let selection = InputSelection(
            includedPatterns: choice.included, excludedPatterns: choice.excluded,
            includesHidden: hidden, followsLinks: follows)
          let reference = Reference(
            root: folder.path.string, choice: choice, includesHidden: hidden, followsLinks: follows)
          #expect(try WalkedTree.lines(folder.path, selection) == reference.lines)
        }
      }
    }
  }

  private func grow(
    _ folder: TemporaryFolder, _ path: FilePath, depth: Int, _ linkCount: inout Int,
    _ random: inout SplitMix64
  ) {
    let names = ["a", "b.png", "B.png", "c.txt", ".h", "é", "d", "e", "\u{1}", "z z"].shuffled(
      using: &random)
    for name in names.prefix(Int.random(in: 2...6, using: &random)) {
      let entry = path.appending(name)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4: _ = try? folder.write([], to: entry)
      case 4..<7 where depth < 2:
        _ = try? folder.makeFolder(entry)
        grow(folder, entry, depth: depth + 1, &linkCount, &random)
      // Each link to a folder may double what there is to walk.
      case 7..<9 where linkCount < 4:
        let target = ["..", ".", "nowhere", "a", "d", "../d", "e"].randomElement(using: &random)
        linkCount += 1
        try? folder.link(entry, to: FilePath(target ?? "a"))
      default: try? folder.makePipe(entry)
      }
    }
  }

  /// The same by path strings and lstat(2), with no thought for time, memory or races.
  private struct Reference {
    struct Choice {
      var included: [FilePath] = []
      var excluded: [FilePath] = []
      var isIncluded: (String) -> Bool = { _ in true }
      var isExcluded: (String) -> Bool = { _ in false }

      static var all: [Choice] {
        [
          Choice(),
          Choice(included: ["*.png"], isIncluded: { $0.hasSuffix(".png") }),
          Choice(
            excluded: ["d"],
            isExcluded: { $0 == "d" || $0.hasSuffix("/d") }),
          Choice(included: ["*/e/*"], isIncluded: { $0.dropFirst().contains("/e/") }),
        ]
      }
    }

    let root: String
    let choice: Choice
    let includesHidden: Bool
    let followsLinks: Bool

    var lines: [String] { lines(below: "", ancestors: []) }

    private func lines(below path: String, ancestors: [FileIdentity]) -> [String] {
      guard let status = status(path, follows: true) else { return [] }
      let ancestors = ancestors + [FileIdentity(status)]
      var files: [String] = []
      var folders: [String] = []
      for name in names(in: path) where includesHidden || !name.hasPrefix(".") {
        let entry = path.isEmpty ? name : path + "/" + name
        let line = escapedText(of: ("in/" + entry).utf8)
        let isWanted = choice.isIncluded(entry) && !choice.isExcluded(entry)
        guard let status = self.status(entry, follows: followsLinks) else {
          files.append(line + ": " + Errno.current.name)
          continue
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR where choice.isExcluded(entry) || ancestors.contains(FileIdentity(status)):
          break
        case S_IFDIR: folders += lines(below: entry, ancestors: ancestors)
        case _ where !isWanted: break
        case S_IFREG: files.append(line)
        case S_IFLNK: files.append(line + ": a symbolic link")
        default: files.append(line + ": not a regular file")
        }
      }
      return files + folders
    }

    private func status(_ path: String, follows: Bool) -> stat? {
      var status = stat()
      let whole = root + "/" + path
      return (follows ? stat(whole, &status) : lstat(whole, &status)) == 0 ? status : nil
    }

    private func names(in path: String) -> [String] {
      guard let directory = opendir(root + "/" + path) else { return [] }
      defer { closedir(directory) }
      var names: [String] = []
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
      }
      return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }
  }

  @Test("it is lazy: a folder is listed when the walk comes to it, and closed when it leaves")
  func isLazy() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
      for index in 0..<60 {
        for file in 0..<5 { try folder.write([], to: FilePath("\(10 + index)/\(file)")) }
      }
      var walker = try WalkedTree.walker(folder.path)
      let base = ProcessFacts.descriptorCount
      var highest = base
      var count = 0
      while try walker.next() != nil {
        count += 1
        highest = max(highest, ProcessFacts.descriptorCount)
        // The last folder gets one more name, after the walk has begun.
        if count == 1 { try folder.write([], to: "69/late") }
      }
      #expect(count == 60 * 5 + 1)
      #expect(highest <= base + 1, "one folder is open besides IN")
    }
  }

  @Test("P1: many names in one folder take memory in proportion to their bytes")
  func memory() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
      let directory = try Directory(path: folder.path)
      let first = FileName("picture-of-a-usual-length-000000.png")
      close(try directory.openFile(first, O_CREAT | O_WRONLY, mode: 0o666))
      var nameCount = 1
      for index in 1..<20_000 {
        let name = FileName("picture-of-a-usual-length-\(100_000 + index).png")
        // A name costs less than a file; a disk allows fewer of them for one than memory does.
        guard linkat(directory.descriptor, first.bytes, directory.descriptor, name.bytes, 0) == 0
        else { break }
        nameCount += 1
      }
      let before = ProcessFacts.residentByteCount
      // All names are read and sorted when the folder is entered; its findings come one by one.
      var walker = try WalkedTree.walker(folder.path)
      for _ in 0..<100 { #expect(try walker.next() != nil) }
      let growth = ProcessFacts.residentByteCount - before
      #expect(nameCount == 20_000)
      #expect(growth < 12 << 20 || ProcessFacts.isSanitized)
    }
  }
}
