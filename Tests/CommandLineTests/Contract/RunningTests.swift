import Glibc
import Testing

/// How a run goes about its work.
@Suite(.besideOthers) struct RunningTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("G13: by default failures are collected, and the rest is done")
  func keepGoing() async throws {
    try sandbox.writePixmaps(30)
    for index in [0, 7, 21, 29] {
      try sandbox.write("bad", to: "in/0\(index < 10 ? "0" : "")\(index).ppm")
    }
    for options in [[], ["--keep-going"], ["--fail-fast", "--keep-going"]] as [[ByteString]] {
      let ending = try await sandbox.start(
        ["resize", "in", "out", "--size", "4", "-j", "4"] + options
      ).ending()
      #expect(ending.status == .exited(1))
      #expect(ending.summary == Summary(done: 26, failed: 4))
      #expect(
        Set(ending.failures.map(\.path))
          == ["in/000.ppm", "in/007.ppm", "in/021.ppm", "in/029.ppm"])
    }
  }

  @Test("P3: with --fail-fast the first failure ends the run, and all that was found is counted")
  func failFast() async throws {
    try sandbox.writePixmaps(200)
    try sandbox.write("bad", to: "in/003.ppm")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "-j", "2", "--fail-fast", "--report", "report.jsonl")
    #expect(ending.status == .exited(1))
    let summary = try #require(ending.summary)
    #expect(summary.failed == 1 && summary.found < 30)
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.count == summary.found && report.counts?.summary == summary)
    #expect(try sandbox.tree("out").files.count == summary.done)
    #expect(ending.failures.map(\.path) == ["in/003.ppm"])
  }

  @Test(
    "pictures that take long are worked on at once by all workers, however few processors there are",
    .enabled(if: Machine.findsProgram("taskset"), "taskset(1) is missing"))
  func moreWorkersThanProcessors() async throws {
    for index in 0..<3 { try sandbox.writeEndlessBitmap("in/\(index).pbm") }
    let child = try sandbox.start(
      ["verify", "in", "-j", "3"] + Sandbox.endlessOptions, through: ["taskset", "-c", "0"])
    try await child.until { child.readByteCount > 40_000_000 }
    var runningCount = 0
    for _ in 0..<500 where runningCount < 3 {
      usleep(10_000)
      runningCount = try #require(try await child.status()).inFlight
    }
    #expect(runningCount == 3)
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
  }

  @Test("a run without a job, or without a picture, is a success", arguments: [false, true])
  func emptyInput(hasText: Bool) async throws {
    try sandbox.makeFolder("in/empty")
    if hasText { try sandbox.write("words", to: "in/words.txt") }
    let ending = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(ending.status == .exited(0))
    #expect(ending.summary == Summary(skipped: hasText ? 1 : 0))
  }

  @Test("--memory bounds what is held: a picture that can never fit fails with both numbers")
  func memory() async throws {
    try sandbox.write(Picture.graymap(30_000, 4), to: "in/large.pgm")
    try sandbox.write(Picture.graymap(8, 8), to: "in/small.pgm")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "15000", "--memory", "180K")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 1, failed: 1), "\(ending.errorText)")
    let failure = try #require(ending.failures.first)
    #expect(failure.path == "in/large.pgm" && failure.stage == "admit")
    let message = /needs \d+ bytes of memory, allowed are 184320/
    #expect(failure.message.wholeMatch(of: message) != nil, "\(failure.message)")
    let ample = try await sandbox.run("resize", "in", "out", "--size", "15000", "--memory", "1G")
    #expect(ample.summary == Summary(done: 2))
  }

  @Test("a budget for one picture at a time is slow, and no more than that")
  func tightMemory() async throws {
    try sandbox.writePixmaps(20)
    let run = try await Rehearsal(
      in: sandbox, "resize", "--size", "9", "--workers", "8", "--memory", "200K")
    try await run.run(expecting: .exited(0))
  }

  @Test("--max-pixels refuses what is larger")
  func maximumPixelCount() async throws {
    try sandbox.write(Picture.graymap(100, 100), to: "in/a.pgm")
    try sandbox.write(Picture.graymap(101, 100), to: "in/b.pgm")
    let ending = try await sandbox.run("verify", "in", "--max-pixels", "10K")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(verb: "verified", done: 1, failed: 1))
    #expect(ending.failures.map(\.path) == ["in/b.pgm"])
    #expect(ending.failures.first?.message.hasPrefix("101x100 = ") == true)
  }

  @Test("--compression changes the bytes of a PNG, never its pixels")
  func compression() async throws {
    try sandbox.write(Picture.pixmap(60, 60), to: "in/a.ppm")
    var sizes: [Int] = []
    for level in ["0", "6", "12"] as [ByteString] {
      let ending = try await sandbox.run(
        "convert", "in", "out", "--to", "png", "--compression", level)
      #expect(ending.status == .exited(0))
      sizes.append(try sandbox.bytes(of: "out/a.png").count)
      let back = try await sandbox.run("convert", "out/a.png", "back.ppm", "--to", "ppm")
      #expect(back.status == .exited(0))
      #expect(try sandbox.bytes(of: "back.ppm") == sandbox.bytes(of: "in/a.ppm"))
    }
    #expect(sizes[1] < sizes[0])
    // More effort may lose a few bytes where it finds longer ways round.
    #expect(sizes[2] < sizes[1] + sizes[1] / 20, "\(sizes)")
  }

  @Test("verify decodes all and writes nothing")
  func verify() async throws {
    try sandbox.writePixmaps(4)
    try sandbox.write(Array(Picture.pixmap(9, 9).dropLast()), to: "in/short.ppm")
    let before = try sandbox.tree("")
    let ending = try await sandbox.run("verify", "in")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(verb: "verified", done: 4, failed: 1))
    #expect(ending.failures.map(\.path) == ["in/short.ppm"])
    #expect(ending.output.isEmpty)
    #expect(try sandbox.tree("") == before)
  }
}
