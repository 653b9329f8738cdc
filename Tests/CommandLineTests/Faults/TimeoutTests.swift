import Glibc
import TestSupport
import Testing

/// Time limits: what they end, what they leave alone, and what is said.
@Suite(.besideOthers) struct TimeoutTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("F26, C8: a file that takes too long fails with the limit for its reason; the rest is done")
  func jobTimeout() async throws {
    try sandbox.writePixmaps(8)
    try sandbox.writeEndlessBitmap("in/003-slow.pbm")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "8", "-j", "2", "--job-timeout", "1s", "--max-pixels", "10G",
      "--report", "report.jsonl")
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 8, failed: 1))
    let failure = try #require(ending.failures.first)
    #expect(failure.path == "in/003-slow.pbm" && failure.message == "timed out after 1s")
    let job = try Report(sandbox.text(of: "report.jsonl")).jobs.first { $0.status == "failed" }
    #expect(job?.code == "timedOut")
    #expect(job?.stage == failure.stage && job?.message == failure.message)
    #expect(try sandbox.tree("out").files.count == 8)
  }

  @Test("F26, C4: a short limit for a file inside a long one for the run: the file's ends it first")
  func jobTimeoutInsideTimeout() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let ending = try await sandbox.run(
      "verify", "in", "--job-timeout", "300ms", "--timeout", "40s", "--max-pixels", "10G")
    #expect(ending.status == .exited(1))
    #expect(ending.failures.map(\.message) == ["timed out after 0.3s"])
    #expect(ending.duration < .seconds(20))
  }

  @Test("F27, C4: a short limit for the run inside a long one for a file: the run's ends it first")
  func timeoutInsideJobTimeout() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let ending = try await sandbox.run(
      "verify", "in", "--job-timeout", "40s", "--timeout", "300ms", "--max-pixels", "10G", "-j",
      "2", "--report", "report.jsonl")
    #expect(ending.status == .exited(124))
    #expect(ending.summary == Summary(verb: "verified", done: 2, cancelled: 1))
    #expect(ending.messages.dropLast() == ["imgbatch: the run timed out after 0.3s"])
    #expect(ending.duration < .seconds(20))
    let job = try Report(sandbox.text(of: "report.jsonl")).jobs.first { $0.status == "cancelled" }
    #expect(job?.message == "the run timed out after 0.3s")
  }

  @Test("C16: a limit of the run, one of a file and a signal are told apart by the exit status")
  func distinctStatuses() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let command: [ByteString] = ["verify", "in"] + Sandbox.endlessOptions
    let run = try await sandbox.start(command + ["--timeout", "200ms"]).ending()
    let job = try await sandbox.start(command + ["--job-timeout", "200ms"]).ending()
    let child = try sandbox.start(command)
    try await child.until { child.readByteCount > 12_000_000 }
    child.send(SIGTERM)
    child.send(SIGTERM)
    try await child.until { !child.isRunning || child.readByteCount > 24_000_000 }
    child.send(SIGTERM)
    let signal = try await child.ending()
    #expect(run.status == .exited(124))
    #expect(job.status == .exited(1))
    #expect(signal.status == .ended(bySignal: SIGTERM))
  }
}

/// How exact the limits are.
@Suite(.alone) struct TimeoutPrecisionTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("F26: the worker of a file that takes too long is free again within 1.2 s")
  func jobTimeoutIsExact() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let limit = try await sandbox.startDuration() + .seconds(1.2)
    var fastest = Duration.seconds(60)
    for _ in 0..<3 where fastest > limit {
      let ending = try await sandbox.run(
        "verify", "in", "--job-timeout", "1s", "--max-pixels", "10G")
      #expect(ending.status == .exited(1))
      #expect(ending.duration >= .seconds(1))
      fastest = min(fastest, ending.duration)
    }
    #expect(fastest <= limit)
  }

  @Test(
    "F27: a limit for the run over thousands of files ends it in time, and what was cut off is counted"
  )
  func runTimeoutIsExact() async throws {
    try sandbox.write(Picture.pixmap(64, 64), to: "in/slow.ppm")
    for index in 0..<3000 { try sandbox.hardLink("in/\(index).ppm", to: "in/slow.ppm") }
    try sandbox.writeEndlessBitmap("in/0.pbm")
    // A debug build sorts the names for a second before it looks at the clock.
    let limit = try await sandbox.startDuration() * 10 + .milliseconds(700)
    var fastest = Duration.seconds(60)
    for attempt in 0..<3 where fastest > limit {
      let output: ByteString = "out\(attempt)"
      let ending = try await sandbox.run(
        "resize", "in", output, "--size", "32", "-j", "2", "--timeout", "500ms", "--max-pixels",
        "10G", "--report", "report.jsonl")
      #expect(ending.status == .exited(124))
      #expect(ending.duration >= .milliseconds(500))
      fastest = min(fastest, ending.duration)
      let summary = try #require(ending.summary)
      #expect(summary.cancelled > 0 && summary.done > 0 && summary.failed == 0)
      #expect(try Report(sandbox.text(of: "report.jsonl")).jobs.count == summary.found)
      #expect(try sandbox.tree(output).names.filter(\.isTemporary) == [])
      #expect(try sandbox.tree(output).files.count == summary.done)
    }
    #expect(fastest <= limit)
  }
}
