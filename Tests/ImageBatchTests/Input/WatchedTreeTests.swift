import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

/// The watched tree alone, on real folders: the kernel queues its events at once, so one thread and
/// a seed play the same history again.
@Suite("Watched tree", .timeLimit(.minutes(30))) struct WatchedTreeTests {
  @Test("whatever happens, each file's last content is given out, and never twice at once")
  func seededHistories() throws {
    let first = Environment.number("IMGBATCH_SEED") ?? 0
    let count = Environment.number("IMGBATCH_SCHEDULES") ?? 4
    for seed in first..<first + count {
      for followsLinks in [false, true] {
        let history = try History(seed: UInt64(seed), followsLinks: followsLinks)
        let problem = try history.play()
        #expect(problem == nil, "IMGBATCH_SEED=\(seed) IMGBATCH_SCHEDULES=1 plays it again")
        if problem != nil { return }
      }
    }
  }

  @Test("a rescan leaves alone what an event gave out after the queue had overflowed")
  func rescanMeetsJobInFlight() throws {
    let folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
    let flood = try EventFlood()
    let (input, output) = (try folder.makeFolder("in"), try folder.makeFolder("out"))
    let mirror = OutputFolder(
      path: output, isDryRun: true, isDurable: false, checksPlace: true, forbidden: [])
    try mirror.prepare(isShared: false)
    var rescanCount = 0
    var tree = try WatchedTree(
      root: InputFolder(directory: try Directory(path: input), path: input, outputs: [mirror]),
      selection: InputSelection(includedPatterns: ["*.ppm"]), scheme: .kept, excludedFolder: nil,
      inotify: try Inotify(),
      observer: WatchedTree.Observer(onRescan: { rescanCount += 1 }, onUnfinishedTurn: {}))
    func givenOut() throws -> [String] {
      var names: [String] = []
      while let finding = try tree.next() {
        names.append(finding.input.lastComponent?.string ?? "")
      }
      return names
    }
    #expect(try givenOut() == [])

    try flood.pour(into: input) {
      try folder.write([1], to: "in/told.ppm")
      try folder.write([1], to: "in/new/0.ppm")
    }
    try folder.write([1], to: "in/untold.ppm")
    // What was told comes first; the rescan meets it while it is being worked on.
    #expect(try givenOut() == ["told.ppm", "0.ppm", "untold.ppm"])
    #expect(rescanCount == 1)
    try folder.makeFolder("out/new")
    for name: FilePath in ["told.ppm", "new/0.ppm", "untold.ppm"] {
      try folder.write([1], to: FilePath("out").pushing(name))
      try tree.settle(input.pushing(name), isSuperseded: false)
    }
    #expect(try givenOut() == [])
  }

  @Test("what changes while it is worked on comes again, even where too much has come to be kept")
  func changeInFlightWhileFull() {
    var state = ArrivalState(capacity: 1)
    state.arrive("a.ppm")
    var arrivals: [FilePath?] = [state.nextArrival()]
    state.take("a.ppm")
    state.arrive("b.ppm")
    state.arrive("a.ppm")
    #expect(state.mustRescan)
    state.settle("a.ppm", isSuperseded: false)
    arrivals += [state.nextArrival(), state.nextArrival(), state.nextArrival()]
    #expect(arrivals == ["a.ppm", "b.ppm", "a.ppm", nil])
  }

  @Test("a rescan looks at what was given out before it: nobody told what happened to it since")
  func rescanForgetsWhatCameFirst() {
    var state = ArrivalState()
    state.arrive("a.ppm")
    state.take("a.ppm")
    state.takeBeforeWalk("a.ppm")
    state.settle("a.ppm", isSuperseded: false)
    state.overflow()
    state.rescan()
    let isPassedOver = state.wasTakenBeforeWalk("a.ppm")
    #expect(!isPassedOver)
  }
}

/// Some hundred changes to a tree, with turns of the watch between them.
private final class History {
  private let folder: TemporaryFolder
  private var tree: WatchedTree
  private var random: SplitMix64
  private let followsLinks: Bool

  private var version = 0
  /// Files that are written and not closed.
  private var writers: [FileDescriptor] = []
  /// What the last job of an input read; those whose job has not settled.
  private var contents: [FilePath: [UInt8]] = [:]
  private var inFlight: [FilePath] = []
  private var problem: String?

  init(seed: UInt64, followsLinks: Bool) throws {
    folder = try TemporaryFolder(in: TemporaryFolder.fastBase)
    random = SplitMix64(seed: seed)
    self.followsLinks = followsLinks
    try folder.makeFolder("in/a/b")
    try folder.makeFolder("elsewhere")
    try folder.makeFolder("linked/x/y")
    try folder.write([1], to: "in/a/0.ppm")
    let path = folder["in"]
    tree = try WatchedTree(
      root: InputFolder(directory: try Directory(path: path), path: path, outputs: []),
      selection: InputSelection(includedPatterns: ["*.ppm"], followsLinks: followsLinks),
      scheme: .kept, excludedFolder: nil, inotify: try Inotify(),
      observer: WatchedTree.Observer(onRescan: {}, onUnfinishedTurn: {}))
  }

  /// - Returns: what was wrong.
  func play() throws -> String? {
    for _ in 0..<120 where problem == nil {
      if Bool.random(using: &random) { try change() } else { try turn() }
    }
    for writer in writers { try writer.close() }
    // A file that nobody was seen to close is looked at every so often.
    for _ in 0..<1000 where problem == nil && !isUpToDate {
      while try turn() {}
      usleep(20_000)
    }
    return problem ?? firstOutdated.map { "\($0) was not given out after its last change" }
  }

  // MARK: The watch

  /// - Returns: whether anything was done.
  @discardableResult
  private func turn() throws -> Bool {
    if !inFlight.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
      let index = Int.random(in: 0..<inFlight.count, using: &random)
      try tree.settle(inFlight.remove(at: index), isSuperseded: false)
      return true
    }
    guard case .job(let job)? = try tree.next() else { return !inFlight.isEmpty }
    guard case .file(let source, let name) = job.source else { return true }
    if inFlight.contains(job.input) { problem = "\(job.input) was given out twice at a time" }
    inFlight.append(job.input)
    let directory = FilePath("/proc/self/fd/\(source.directory.descriptor)")
    contents[job.input] = TemporaryFolder.bytes(of: directory.appending(name))
    return true
  }

  // MARK: What happens

  private func change() throws {
    version += 1
    let bytes = Array("version \(version)".utf8)
    switch Int.random(in: 0..<11, using: &random) {
    case 0...2:
      try folder.write(bytes, to: fileName())
    case 3:
      // A process that another test starts must not have it open, too.
      let writer = try FileDescriptor.open(
        folder[fileName()], .writeOnly, options: [.create, .closeOnExec],
        permissions: [.ownerReadWrite])
      _ = try writer.writeAll(bytes)
      writers.append(writer)
    case 4:
      if let writer = writers.popLast() { try writer.close() }
    case 5:
      try folder.write(bytes, to: "elsewhere/new.ppm")
      rename("elsewhere/new.ppm", fileName())
    case 6:
      rename(fileName(), fileName())
    case 7:
      _ = folder[fileName()].withPlatformString { unlink($0) }
    case 8:
      rename(folderName(), folderName())
    case 9:
      let source = try folder.write(bytes, to: "elsewhere/linked.ppm")
      let target = folder[fileName()]
      source.withPlatformString { source in
        target.withPlatformString { target in _ = Glibc.link(source, target) }
      }
      _ = source.withPlatformString { unlink($0) }
    default:
      try? folder.link(folderName(), to: folder["linked/x"])
    }
  }

  /// Few names, so that they meet.
  private func folderName() -> FilePath {
    let folders: [FilePath] = [
      "in/a", "in/a/b", "in/c", "in/c/d", "elsewhere/e", "in/a/b/c",
    ]
    return folders.randomElement(using: &random) ?? "in/a"
  }

  private func fileName() -> FilePath {
    // Where a link leads is watched; that the place it names becomes another folder is told by
    // nobody.
    let folders: [FilePath] = [folderName(), "in", "linked/x", "linked/x/y"]
    let below = folders.randomElement(using: &random) ?? "in"
    _ = try? folder.makeFolder(below)
    return below.appending("\(Int.random(in: 0..<3, using: &random)).ppm")
  }

  private func rename(_ old: FilePath, _ new: FilePath) {
    folder[old].withPlatformString { old in
      folder[new].withPlatformString { new in _ = Glibc.rename(old, new) }
    }
  }

  // MARK: What must have become of it

  private var isUpToDate: Bool { inFlight.isEmpty && firstOutdated == nil }

  private var firstOutdated: FilePath? { firstOutdated(in: "in", below: []) }

  /// A file whose content no job has read.
  private func firstOutdated(in path: FilePath, below ancestors: [FileIdentity]) -> FilePath? {
    guard let directory = try? Directory(path: folder[path]),
      !ancestors.contains(directory.identity),
      let listing = try? FolderListing(of: directory, where: { _, _ in true })
    else { return nil }
    for index in 0..<listing.count {
      let name = listing.name(at: index)
      guard let status = try? directory.status(of: name, followingLinks: followsLinks) else {
        continue
      }
      let entry = path.appending(name)
      switch FolderListing.Kind(mode: status.st_mode) {
      case .folder:
        let outdated = firstOutdated(in: entry, below: ancestors + [directory.identity])
        if let outdated { return outdated }
      case .file where contents[folder[entry]] != folder.read(entry):
        return entry
      default: break
      }
    }
    return nil
  }
}
