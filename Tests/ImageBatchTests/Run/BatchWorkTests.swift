import Glibc
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Batch: the work", .timeLimit(.minutes(15))) struct BatchWorkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var input: FilePath { folder["in"] }
  private var output: FilePath { folder["out"] }

  /// What stands before and after a run that must not write.
  private func expectNothingWritten(_ body: () async throws -> Void) async throws {
    let before = folder.tree()
    try await body()
    #expect(folder.tree() == before)
  }

  @Test("G1: an empty folder is done at once, and OUT is made")
  func nothingToDo() async throws {
    try folder.makeFolder("in")
    let run = try await BatchRun(.writing(from: input, to: output))
    #expect(run.isCompleted)
    #expect(run.report.found == 0)
    #expect(folder.tree("out") == [])
    #expect(folder.tree() == ["in/", "out/"])
  }

  @Test("the tree is mirrored, and a folder without pictures is not")
  func mirror() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    try folder.write(Pictures.pgm(6, 8), to: "in/d/e/b.pgm")
    try folder.write(Array("text".utf8), to: "in/f/c.txt")
    let run = try await BatchRun(.writing(.fitting(4), from: input, to: output))
    #expect(run.isCompleted)
    #expect(folder.tree("out") == ["a.ppm", "d/", "d/e/", "d/e/b.pgm"])
    #expect(run.inOrder.map(\.word) == ["written", "written", "skipped no image"])
    let picture = try ReadPicture(folder.read("out/d/e/b.pgm") ?? [])
    #expect(picture.header.size == PixelSize(width: 3, height: 4))
    #expect(run.inOrder[1].outputSize == PixelSize(width: 3, height: 4))
    #expect(run.inOrder[1].header?.size == PixelSize(width: 6, height: 8))
    #expect(run.inOrder[1].outputByteCount == folder.read("out/d/e/b.pgm")?.count)
    #expect(run.report.pixelCount == 96)
    #expect(run.report.inputByteCount == Pictures.ppm(8, 6).count + Pictures.pgm(6, 8).count)
  }

  @Test("each kind of input settles as its content and its name say")
  func kinds() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "in/a.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "in/b.png")
    try folder.write(Pictures.ppm(2, 2), to: "in/c")
    try folder.write([], to: "in/d.png")
    try folder.write([], to: "in/e.txt")
    try folder.write(Array("no image".utf8), to: "in/f.jpg")
    try folder.write(Pictures.ppm(2, 2).dropLast(), to: "in/g.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "in/h.ppm")
    #expect(unlink(folder["in/h.ppm"].string) == 0)
    try folder.link("in/h.ppm", to: "a.ppm")
    try folder.makePipe("in/i.ppm")
    let run = try await BatchRun(.writing(from: input, to: output))
    #expect(
      run.inOrder.map(\.word) == [
        "written", "written", "written", "failed decode/notAnImage", "skipped no image",
        "failed decode/notAnImage", "failed decode/truncated", "skipped a symbolic link",
        "skipped not a regular file",
      ])
    #expect(folder.tree("out") == ["a.ppm", "b.png", "c"])
    #expect(run.report.failures.map(\.input.lastComponent?.string) == ["d.png", "f.jpg", "g.ppm"])
  }

  @Test("a picture that needs no change keeps its bytes")
  func copies() async throws {
    let pictures: [FilePath: [UInt8]] = [
      "a.ppm": Pictures.ppm(5, 3), "b.pgm": Pictures.pgm(5, 3),
      "c.png": try Pictures.encoded(.png, 5, 3), "d.qoi": try Pictures.encoded(.qoi, 5, 3),
    ]
    for (name, bytes) in pictures { try folder.write(bytes, to: FilePath("in").pushing(name)) }
    let run = try await BatchRun(.writing(.fitting(100), from: input, to: output))
    #expect(run.report.done == 4)
    for (name, bytes) in pictures {
      #expect(folder.read(FilePath("out").pushing(name)) == bytes)
    }
  }

  @Test("a stored picture is turned upright, and says so", arguments: Orientation.allCases)
  func orientation(orientation: Orientation) async throws {
    let bytes = try Pictures.encoded(
      .png, 8, 6, metadata: Metadata(orientation: orientation), seed: 5)
    try folder.write(bytes, to: "in/a.png")
    try await BatchRun(.writing(from: input, to: output))
    let picture = try ReadPicture(folder.read("out/a.png") ?? [])
    #expect(picture.header.size == orientation.applied(to: PixelSize(width: 8, height: 6)))
    #expect(picture.header.metadata.orientation == .upright)
    let stored = try ReadPicture(bytes)
    let topLeft = Array(picture.rows[0].prefix(3))
    let corner: (x: Int, y: Int) =
      switch orientation {
      case .upright, .transposed: (0, 0)
      case .mirrored, .rotated90Counterclockwise: (7, 0)
      case .rotated180, .transversed: (7, 5)
      case .flipped, .rotated90Clockwise: (0, 5)
      }
    #expect(topLeft == Array(stored.rows[corner.y][corner.x * 3..<corner.x * 3 + 3]))
  }

  @Test("a format gives every output its ending; pixels stay", arguments: ["png", "qoi", "pam"])
  func conversion(format: String) async throws {
    let format = try #require(CodecRegistry.format(withFileExtension: format))
    try folder.write(Pictures.ppm(5, 3), to: "in/a.ppm")
    try folder.write(Pictures.ppm(5, 3), to: "in/map.v2")
    try await BatchRun(.writing(Recipe(format: format), from: input, to: output))
    #expect(folder.tree("out") == ["a.\(format)", "map.v2.\(format)"])
    let picture = try ReadPicture(folder.read(FilePath("out/a.\(format)")) ?? [])
    #expect(picture.header.format == format)
    #expect(picture.rows == (try ReadPicture(Pictures.ppm(5, 3)).rows))
  }

  @Test("verify and inspect write nothing")
  func reading() async throws {
    try folder.write(Pictures.ppm(5, 3), to: "in/a.ppm")
    try folder.write(Pictures.ppm(5, 3).dropLast(), to: "in/b.ppm")
    try folder.write(Array("text".utf8), to: "in/c.txt")
    try await expectNothingWritten {
      let verified = try await BatchRun(.reading(.verify, of: input))
      #expect(
        verified.inOrder.map(\.word) == ["verified", "failed decode/truncated", "skipped no image"])
      let inspected = try await BatchRun(.reading(.inspect, of: input))
      #expect(inspected.inOrder[0].word == "inspected")
      #expect(inspected.inOrder[0].header?.size == PixelSize(width: 5, height: 3))
      #expect(inspected.outcomes.allSatisfy { $0.output == nil })
    }
  }

  @Test("a dry run tells what would be done, and does none of it")
  func dryRun() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/d/a.ppm")
    try folder.write(Pictures.pbm(8, 6), to: "in/d/b.pbm")
    var plan = Plan.writing(.fitting(4), from: input, to: output)
    plan.isDryRun = true
    try await expectNothingWritten {
      let run = try await BatchRun(plan)
      #expect(run.inOrder.map(\.word) == ["planned", "planned"])
      #expect(
        run.inOrder.map(\.output) == [output.appending("d/a.ppm"), output.appending("d/b.pgm")])
      #expect(run.inOrder[0].outputSize == PixelSize(width: 4, height: 3))
      #expect(run.inOrder.allSatisfy { ($0.memoryByteCount ?? 0) > 0 })
      #expect(run.report.peakMemoryByteCount == 0)
    }
  }

  @Test("an output that would be beyond the limits of an input is refused by name")
  func outputLimit() async throws {
    try folder.write(Pictures.ppm(4, 3), to: "in/a.ppm")
    var request = ResizeRequest(size: .box(width: 20, height: 20))
    request.enlarges = true
    var plan = Plan.writing(Recipe(resize: request), from: folder["in"], to: folder["out"])
    plan.limits.maximumPixelCount = 299
    let refused = try await BatchRun(plan)
    #expect(refused.outcomes.map(\.word) == ["failed transform/limitExceeded"])
    plan.limits.maximumPixelCount = 300
    let allowed = try await BatchRun(plan)
    #expect(allowed.outcomes.map(\.word) == ["written"])
  }

  @Test("what is there already is left alone where that is asked for, else replaced")
  func existing() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "in/d/b.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "in/d/c.ppm")
    try folder.write([1], to: "out/a.ppm")
    try folder.link("out/d/b.ppm", to: "nowhere")
    var plan = Plan.writing(.fitting(4), from: input, to: output)
    plan.skipsExisting = true
    let first = try await BatchRun(plan)
    #expect(first.inOrder.map(\.word) == ["upToDate", "upToDate", "written"])
    #expect(first.report.upToDate == 2)
    #expect(folder.read("out/a.ppm") == [1])
    var writingNothing = plan
    writingNothing.work = .verify
    #expect(
      try await BatchRun(writingNothing).inOrder.map(\.word) == [
        "verified", "verified", "verified",
      ])
    plan.skipsExisting = false
    let second = try await BatchRun(plan)
    #expect(second.report.done == 3)
    #expect(folder.read("out/a.ppm") == folder.read("out/d/b.ppm"))
  }

  @Test("durable outputs are the same")
  func durable() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/d/a.ppm")
    var plan = Plan.writing(.fitting(4), from: input, to: output)
    try await BatchRun(plan)
    let usual = folder.contents("out")
    plan.isDurable = true
    try await BatchRun(plan)
    #expect(folder.contents("out") == usual)
  }

  @Test("IN stays as it is: bytes, times and modes")
  func inputUntouched() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    let before = try #require(folder.status("in/a.ppm"))
    try await BatchRun(.writing(.fitting(4), from: input, to: output))
    let after = try #require(folder.status("in/a.ppm"))
    #expect(folder.contents("in") == ["a.ppm": Pictures.ppm(8, 6)])
    #expect(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec && after.st_mode == before.st_mode)
    #expect(after.st_ino == before.st_ino)
  }

  @Test("OUT below IN never becomes input, not even on the second run")
  func outputBelowInput() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    let plan = Plan.writing(.fitting(4), from: input, to: input.appending("out"))
    for _ in 0..<2 {
      let run = try await BatchRun(plan)
      #expect(run.writtenNames == ["a.ppm"])
    }
    #expect(folder.tree("in") == ["a.ppm", "out/", "out/a.ppm"])
  }

  @Test("IN below OUT is never written into")
  func inputBelowOutput() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "out/in/a.ppm")
    try folder.write(Pictures.ppm(8, 6, seed: 2), to: "out/in/in/a.ppm")
    let before = folder.contents("out/in")
    let run = try await BatchRun(
      .writing(.fitting(4), from: folder["out/in"], to: output))
    #expect(run.inOrder.map(\.word) == ["written", "failed write/insideInput"])
    #expect(folder.contents("out/in") == before)
  }

  @Test("a link in the place of a folder of OUT is not followed")
  func linkInOutput() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/d/a.ppm")
    try folder.makeFolder("victim")
    try folder.link("out/d", to: "../victim")
    let run = try await BatchRun(.writing(from: input, to: output))
    #expect(run.report.failed == 1)
    #expect(run.report.failures[0].failure.stage == .write)
    #expect(folder.tree("victim") == [])
  }

  @Test("what a killed run left behind is removed, in every folder that is written to")
  func leftovers() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/d/a.ppm")
    let stale = FilePath(".imgbatch-\(getpid())-0.tmp")
    try folder.write([1], to: FilePath("out").pushing(stale))
    try folder.write([1], to: FilePath("out/d").pushing(stale))
    try await BatchRun(.writing(from: input, to: output))
    #expect(folder.tree("out") == ["d/", "d/a.ppm"])
  }

  @Test("a list is worked on in place of a walk")
  func fileList() async throws {
    for name in ["a", "b", "c"] {
      try folder.write(Pictures.ppm(8, 6), to: FilePath("in/d/\(name).ppm"))
    }
    try folder.write(Array("d/c.ppm\0d/a.ppm\0no.ppm\0../x.ppm\0".utf8), to: "list")
    var plan = Plan.writing(from: input, to: output)
    plan.fileList = Plan.FileListSource(path: folder["list"], isZeroTerminated: true)
    let run = try await BatchRun(plan)
    #expect(
      run.inOrder.map(\.word) == [
        "written", "written", "failed read/ENOENT", "failed walk/outside",
      ])
    #expect(folder.tree("out") == ["d/", "d/a.ppm", "d/c.ppm"])
  }

  @Test("progress knows its end where it is counted ahead, and is complete afterwards")
  func progress() async throws {
    for index in 0..<10 { try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index).ppm")) }
    try folder.write([], to: "in/empty.png")
    var plan = Plan.writing(from: input, to: output)
    plan.countsAhead = true
    let batch = Batch(plan)
    try await BatchRun(batch)
    let progress = batch.progress
    #expect(progress.total == 11)
    #expect((progress.settled, progress.done, progress.failed) == (11, 10, 1))
    #expect(progress.pixelCount == 40)
  }

  @Test("a run that is over before it is counted knows its end all the same")
  func overtakenCount() async throws {
    for index in 0..<3 { try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index).ppm")) }
    var plan = Plan.writing(from: input, to: output)
    plan.countsAhead = true
    let batch = Batch(plan)
    try await withPool(1) { pool in
      // This crew has nobody who counts.
      _ = try await batch.run(
        with: Crew(everythingOn: pool, workerCount: 1), onOutcome: { _ in })
    }
    #expect(batch.progress.total == 3)
  }

  @Test("the times of a job lie within the run's")
  func times() async throws {
    try folder.write(try Pictures.encoded(.png, 40, 40), to: "in/a.png")
    let run = try await BatchRun(.writing(.fitting(20), from: input, to: output))
    let times = run.outcomes[0].times
    let sum = times.read + times.decode + times.transform + times.encode + times.write
    #expect(sum > .zero && sum <= run.report.duration)
    for part in [times.read, times.decode, times.transform, times.encode, times.write] {
      #expect(part > .zero)
    }
  }

  @Test("more failures than are kept are all counted, and the first are kept")
  func manyFailures() {
    var report = BatchReport()
    var random = SplitMix64(seed: 1)
    let failure = JobFailure(stage: .decode, code: "x", message: "x")
    for index in (0..<1500).shuffled(using: &random) {
      var outcome = Outcome(input: DisplayPath("a"), status: .failed(failure))
      outcome.index = index
      report.settle(outcome)
    }
    #expect(report.failed == 1500)
    #expect(report.failures.map(\.index) == Array(0..<1000))
  }
}
