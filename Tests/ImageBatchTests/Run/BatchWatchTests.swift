import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite(.timeLimit(.minutes(5))) struct BatchWatchTests {
  let folder: TemporaryFolder
  var input: FilePath { folder["in"] }

  init() throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("in")
  }

  /// A watch that goes on while the body runs.
  ///
  /// - Parameter adapt: changes the plan.
  private func whileWatching(
    _ recipe: Recipe = .fitting(4), _ adapt: (inout Plan) -> Void = { _ in },
    _ body: (Watching) async throws -> Void
  ) async throws -> BatchReport {
    var plan = Plan.writing(recipe, from: input, to: folder["out"])
    plan.isWatching = true
    adapt(&plan)
    let watching = Watching(Batch(plan))
    let run = Task { try await watching.run() }
    do {
      await until { watching.isReady || watching.hasEnded }
      try await body(watching)
    } catch {
      watching.batch.stop(.cancelled)
      _ = try? await run.value
      throw error
    }
    watching.batch.close(.signal(SIGTERM))
    return try await run.value
  }

  @Test("what is there is worked on, then what arrives, once each")
  func arrivals() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "in/a.ppm")
    try folder.write(Pictures.ppm(8, 8), to: "in/deep/b.ppm")
    let report = try await whileWatching { watching in
      await until { watching.count == 2 }
      try folder.write(Pictures.ppm(8, 8), to: "in/c.ppm")
      await until { watching.count == 3 }
      try folder.write(Pictures.ppm(8, 8), to: "in/deep/d.ppm")
      await until { watching.count == 4 }
    }
    #expect((report.done, report.found) == (4, 4))
    #expect(folder.tree("out") == ["a.ppm", "c.ppm", "deep/", "deep/b.ppm", "deep/d.ppm"])
    guard case .interrupted(.signal(SIGTERM)) = report.ending else {
      Issue.record("ended by \(report.ending)")
      return
    }
  }

  @Test("new folders are watched, whatever is in them already")
  func newFolders() async throws {
    let report = try await whileWatching { watching in
      for index in 0..<20 {
        try folder.write(Pictures.ppm(8, 8), to: FilePath("in/x/\(index)/y/a.ppm"))
      }
      await until { watching.count >= 20 }
      try folder.write(Pictures.ppm(8, 8), to: "in/x/3/y/b.ppm")
      await until { folder.read("out/x/3/y/b.ppm") != nil }
    }
    #expect(report.failed == 0)
    #expect(folder.tree("out").count { $0.hasSuffix("a.ppm") } == 20)
  }

  @Test("a folder that is moved in is worked on; one that moved out is forgotten")
  func movedFolders() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "elsewhere/sub/a.ppm")
    try folder.write(Pictures.ppm(8, 8), to: "in/old/b.ppm")
    let report = try await whileWatching { watching in
      await until { watching.count == 1 }
      try folder.rename("elsewhere", to: "in/new")
      await until { watching.count == 2 }
      try folder.rename("in/old", to: "out-of-sight")
      try folder.write(Pictures.ppm(8, 8), to: "out-of-sight/c.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/new/sub/d.ppm")
      await until { watching.count == 3 }
    }
    #expect((report.done, report.found) == (3, 3))
    #expect(
      folder.tree("out") == [
        "new/", "new/sub/", "new/sub/a.ppm", "new/sub/d.ppm", "old/", "old/b.ppm",
      ])
  }

  @Test("a file that is still being written is left until it is closed")
  func stillBeingWritten() async throws {
    let bytes = Pictures.ppm(64, 64)
    let file = try FileDescriptor.open(
      folder["in/there.ppm"], .writeOnly, options: .create, permissions: [.ownerReadWrite])
    try file.writeAll(bytes.prefix(100))
    let report = try await whileWatching { watching in
      let late = try FileDescriptor.open(
        folder["in/late.ppm"], .writeOnly, options: .create, permissions: [.ownerReadWrite])
      try late.writeAll(bytes.prefix(100))
      try folder.write(Pictures.ppm(8, 8), to: "in/whole.ppm")
      await until { watching.count == 1 }
      for file in [file, late] {
        try file.writeAll(bytes.dropFirst(100))
        try file.close()
      }
      await until { watching.count == 3 }
    }
    #expect((report.done, report.failed) == (3, 0))
  }

  @Test("a file that is made whole under another name is taken up when it is renamed or linked")
  func renamedAndLinked() async throws {
    let report = try await whileWatching { watching in
      try folder.write(Pictures.ppm(8, 8), to: "in/.hidden")
      try folder.rename("in/.hidden", to: "in/a.ppm")
      await until { watching.count == 1 }
      try folder.write(Pictures.ppm(8, 8), to: "whole.ppm")
      let linked = folder["whole.ppm"].withPlatformString { from in
        folder["in/b.ppm"].withPlatformString { link(from, $0) }
      }
      #expect(linked == 0)
      await until { watching.count == 2 }
    }
    #expect((report.done, report.found) == (2, 2))
  }

  @Test("a picture that changes while it is worked on is worked on again, never twice at a time")
  func changedInFlight() async throws {
    let last = Pictures.ppm(16, 16, seed: 99)
    try folder.write(last, to: "last/a.ppm")
    try await BatchRun(.writing(.fitting(4), from: folder["last"], to: folder["expected"]))
    let expected = try #require(folder.read("expected/a.ppm"))
    let report = try await whileWatching { watching in
      for round in 0..<50 {
        try folder.write(Pictures.ppm(16, 16, seed: round), to: "in/a.ppm")
      }
      try folder.write(last, to: "in/a.ppm")
      await until { folder.read("out/a.ppm") == expected && watching.isIdle }
    }
    #expect(folder.read("out/a.ppm") == expected)
    // A file that is written anew while it is read is no failure: it comes again.
    #expect(report.failed == 0)
  }

  @Test("what is excluded, hidden, or in OUT below IN is left alone")
  func leftAlone() async throws {
    let report = try await whileWatching(.fitting(4)) { plan in
      plan.work = .write(.fitting(4), to: .path(input.appending("out")))
      plan.selection.excludedPatterns = ["*.tmp.ppm", "cache"]
    } _: { watching in
      try folder.write(Pictures.ppm(8, 8), to: "in/a.tmp.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/.b.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/cache/c.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/.git/d.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/e.ppm")
      await until { watching.count == 1 }
      try folder.write(Pictures.ppm(8, 8), to: "in/cache/f.ppm")
      try folder.write(Pictures.ppm(8, 8), to: "in/g.ppm")
      await until { watching.count == 2 }
    }
    #expect((report.done, report.found) == (2, 2))
    #expect(folder.tree("in/out") == ["e.ppm", "g.ppm"])
  }

  @Test("two pictures for one output: the second that comes fails by name, the first one's stays")
  func collision() async throws {
    let report = try await whileWatching(.fitting(4, format: .qoi)) { watching in
      try folder.write(Pictures.ppm(8, 8), to: "in/a.ppm")
      await until { watching.count == 1 }
      try folder.write(Pictures.ppm(6, 6), to: "in/a.pgm")
      await until { watching.count == 2 }
    }
    #expect((report.done, report.failed) == (1, 1))
    #expect(report.failures.first?.failure.code == "collision")
  }

  @Test(
    "a clash in one folder does not keep the folders behind it from being worked on and watched")
  func clashInTheMiddle() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "in/a/1.ppm")
    try folder.write(Pictures.ppm(8, 8), to: "in/b/1.ppm")
    try folder.write(Pictures.ppm(8, 8), to: "in/b/1.PPM")
    try folder.write(Pictures.ppm(8, 8), to: "in/c/1.ppm")
    let report = try await whileWatching(.fitting(4, format: .qoi)) { watching in
      await until { folder.read("out/c/1.qoi") != nil && watching.count >= 3 }
      try folder.write(Pictures.ppm(8, 8), to: "in/c/late.ppm")
      await until { folder.read("out/c/late.qoi") != nil }
    }
    #expect((report.done, report.failed) == (3, 1))
    #expect(report.failures.first?.failure.code == "collision")
  }

  @Test("a file whose time alone changes while it is read is worked on again")
  func touchedInFlight() async throws {
    let report = try await whileWatching { plan in
      plan.settings.byteRate = Rate(perSecond: 1000)
    } _: { watching in
      try folder.write(Pictures.ppm(400, 400), to: "in/a.ppm")
      await until { watching.batch.status.running.count == 1 }
      var times = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
      #expect(folder["in/a.ppm"].withPlatformString { utimensat(AT_FDCWD, $0, &times, 0) } == 0)
      var settings = watching.batch.plan.settings
      settings.byteRate = .unlimited
      try watching.batch.reconfigure(settings)
      await until { folder.read("out/a.ppm") != nil && watching.isIdle }
    }
    #expect((report.done, report.failed) == (1, 0))
  }

  @Test("a folder that is renamed while it is walked is watched under its new name")
  func renamedWhileWalked() async throws {
    for index in 0..<20 {
      try folder.write(Pictures.ppm(8, 8), to: FilePath("in/a/\(index).ppm"))
    }
    try folder.write(Pictures.ppm(8, 8), to: "in/a/sub/0.ppm")
    let report = try await whileWatching { plan in
      plan.settings.jobRate = Rate(perSecond: 20)
    } _: { watching in
      await until { watching.count >= 2 }
      try folder.rename("in/a", to: "in/b")
      var settings = watching.batch.plan.settings
      settings.jobRate = .unlimited
      try watching.batch.reconfigure(settings)
      await until { folder.read("out/b/sub/0.ppm") != nil && watching.isIdle }
      try folder.write(Pictures.ppm(8, 8), to: "in/b/sub/late.ppm")
      await until { folder.read("out/b/sub/late.ppm") != nil }
    }
    #expect(report.failed == 0)
  }

  /// What the kernel takes the times of files from.
  private static var fileClock: Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  @Test("when the kernel's queue overflows, all that is newer than its output is taken up")
  func overflow() async throws {
    for index in 0..<4 {
      try folder.write(Pictures.ppm(8, 8), to: FilePath("in/\(index).ppm"))
    }
    // An output that has the very time of its input counts as older.
    let written = Self.fileClock
    await until { Self.fileClock != written }
    let flood = try EventFlood()
    let gate = Event()
    let report = try await whileWatching { watching in
      await until { watching.count == 4 }
      // The pipeline stands still meanwhile.
      watching.hold(at: gate)
      try folder.write(Pictures.ppm(8, 8), to: "in/held.ppm")
      await until { watching.count == 5 }
      try flood.pour(into: input) {
        try folder.write(Pictures.ppm(8, 8), to: "in/early.ppm")
      }
      try folder.write(Pictures.ppm(8, 8), to: "in/lost/in/the/flood.ppm")
      gate.happen()
      await until { folder.read("out/lost/in/the/flood.ppm") != nil }
      await until { watching.isIdle }
    }
    #expect(report.failed == 0)
    #expect(folder.read("out/early.ppm") != nil)
    #expect(report.done <= 4 + 3 + 1, "what was up to date stayed as it was")
  }

  @Test("a folder below OUT that is removed or renamed is made anew for what comes later")
  func outputFolderLeaves() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "in/a/b/1.ppm")
    let report = try await whileWatching { watching in
      await until { watching.count == 1 }
      folder.remove("out/a")
      try folder.write(Pictures.ppm(8, 8), to: "in/a/b/2.ppm")
      await until { watching.count == 2 }
      try folder.rename("out/a", to: "out/old")
      try folder.write(Pictures.ppm(8, 8), to: "in/a/b/3.ppm")
      await until { watching.count == 3 }
    }
    #expect((report.done, report.failed) == (3, 0))
    #expect(folder.tree("out").filter { !$0.hasSuffix("/") } == ["a/b/3.ppm", "old/b/2.ppm"])
  }

  @Test("a folder that two paths lead to is watched by both, and links come and go like folders")
  func folderByTwoPaths() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "elsewhere/1.ppm")
    try folder.link("in/x", to: folder["elsewhere"])
    let report = try await whileWatching { plan in
      plan.selection = InputSelection(includedPatterns: ["*.ppm"], followsLinks: true)
    } _: { watching in
      await until { watching.count == 1 }
      try folder.link("in/y", to: folder["elsewhere"])
      await until { watching.count == 2 }
      try folder.write(Pictures.ppm(8, 8), to: "elsewhere/2.ppm")
      await until { watching.count == 4 }
      #expect(folder["in/x"].withPlatformString { unlink($0) } == 0)
      try folder.write(Pictures.ppm(8, 8), to: "elsewhere/3.ppm")
      await until { watching.count == 5 }
    }
    #expect((report.done, report.failed) == (5, 0))
    #expect(folder.read("out/y/3.ppm") != nil && folder.read("out/x/3.ppm") == nil)
  }

  @Test("IN that is removed ends the run, and says so")
  func removedInput() async throws {
    var plan = Plan.writing(.fitting(4), from: input, to: folder["out"])
    plan.isWatching = true
    let watching = Watching(Batch(plan))
    let run = Task { try await watching.run() }
    await until { watching.isReady }
    folder.remove("in")
    let report = try await run.value
    guard case .broken(let error) = report.ending else {
      Issue.record("ended by \(report.ending)")
      return
    }
    #expect(error.code == .inputUnavailable)
    #expect(error.message.hasSuffix("in: was removed while it was watched"))
  }

  @Test("only a folder can be watched")
  func onlyFolders() async throws {
    try folder.write(Pictures.ppm(8, 8), to: "in/a.ppm")
    for source in [Plan.Input.standardInput, .path(folder["in/a.ppm"])] {
      var plan = Plan.writing(.fitting(4), from: input, to: folder["out"])
      plan.input = source
      plan.isWatching = true
      await expectRefusal(.invalidPlan, of: plan)
    }
    var plan = Plan.writing(.fitting(4), from: input, to: folder["out"])
    plan.isWatching = true
    plan.fileList = Plan.FileListSource(path: folder["list"], isZeroTerminated: false)
    await expectRefusal(.invalidPlan, of: plan)
  }
}

/// A watch, and what it has told so far.
private final class Watching: Sendable {
  let batch: Batch
  private let outcomes = Log<Outcome>()
  private let notices = Log<Batch.Notice>()
  private let ending = Log<Bool>()
  private let held = Log<Event>()

  init(_ batch: Batch) { self.batch = batch }

  func run() async throws -> BatchReport {
    defer { ending.append(true) }
    return try await batch.run { outcome in
      self.outcomes.append(outcome)
      if let gate = self.held.entries.first { blockUntil { gate.isPast } }
    } onNotice: {
      self.notices.append($0)
    }
  }

  var count: Int { outcomes.count }
  var isReady: Bool { notices.count > 0 }
  var hasEnded: Bool { ending.count > 0 }

  /// Whether the jobs that were found have come to their end.
  var isIdle: Bool {
    let status = batch.status
    return status.queuedCount == 0 && status.running.isEmpty
  }

  /// Lets the pipeline wait there once the next job has settled.
  func hold(at gate: Event) { held.append(gate) }
}
