import Glibc
import Testing

/// How fast a run may go: `--rate` and `--io-rate`.
///
/// A run is never faster than its rate; how much slower it is depends on the machine, so what stands
/// for that is far off.
@Suite(.besideOthers) struct RateTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// A tenth of a second's worth comes at once, and at least 1.
  private func leastDuration(of count: Int, perSecond rate: Double) -> Duration {
    .seconds((Double(count) - max(1, (rate / 10).rounded(.up))) / rate)
  }

  @Test("L14: --rate spreads the starts of files over time, after a tenth of a second's at once")
  func jobRate() async throws {
    try sandbox.writePixmaps(40)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "4", "--workers", "2")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--rate", "50/s", "--workers", "2")
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
    #expect(ending.duration >= leastDuration(of: 40, perSecond: 50))
    #expect(ending.duration < .seconds(10))
    #expect(try sandbox.tree("out").files == run.checker.reference.files)
  }

  @Test("--rate knows minutes and hours: 3000/m is 50/s", arguments: ["3000/m", "180000/h", "50"])
  func jobRateUnits(rate: String) async throws {
    try sandbox.writePixmaps(25)
    let ending = try await sandbox.run("verify", "in", "--rate", ByteString(rate))
    #expect(ending.summary == Summary(verb: "verified", done: 25))
    #expect(ending.duration >= leastDuration(of: 25, perSecond: 50))
    #expect(ending.duration < .seconds(10))
  }

  @Test("--io-rate counts the bytes that are read and those that are written")
  func byteRate() async throws {
    try sandbox.writePixmaps(30)
    let byteCount = try sandbox.tree("in").files.values.reduce(0) { $0 + $1.count }
    // All bytes once to be read, and once more to be written as they are.
    let reading = try await sandbox.run("verify", "in", "--io-rate", "64K/s")
    #expect(reading.summary == Summary(verb: "verified", done: 30))
    #expect(reading.duration >= leastDuration(of: byteCount, perSecond: 65536))
    let copying = try await sandbox.run(
      "convert", "in", "out", "--to", "ppm", "--io-rate", "64K/s")
    #expect(copying.summary == Summary(done: 30))
    #expect(copying.duration >= leastDuration(of: byteCount * 2, perSecond: 65536))
    #expect(copying.duration < .seconds(10))
  }

  @Test("--io-rate holds a single picture to the rate, too")
  func byteRateOfOne() async throws {
    let bytes = Picture.pixmap(160, 100)
    try sandbox.write(bytes, to: "in/a.ppm")
    let ending = try await sandbox.run("verify", "in", "--io-rate", "64K/s")
    #expect(ending.summary == Summary(verb: "verified", done: 1))
    #expect(ending.duration >= leastDuration(of: bytes.count, perSecond: 65536))
    #expect(ending.duration < .seconds(10))
  }

  @Test("what is up to date, or skipped by its kind, costs nothing of a rate")
  func skipped() async throws {
    try sandbox.writePixmaps(30)
    let first = try await sandbox.run("resize", "in", "out", "--size", "4")
    #expect(first.summary == Summary(done: 30))
    for index in 0..<30 { try sandbox.link("in/link\(index).ppm", to: "000.ppm") }
    let again = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--skip-existing", "--rate", "1/h", "--io-rate", "1/h")
    #expect(again.status == .exited(0))
    #expect(again.summary == Summary(upToDate: 30, skipped: 30))
  }

  @Test(
    "L15: what can't start before the run's time is over ends the run: 124, counted as cancelled",
    arguments: [30, 100])
  func tooLate(count: Int) async throws {
    try sandbox.writePixmaps(count)
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--rate", "1/h", "--timeout", "50s", "--report",
      "report.jsonl")
    #expect(ending.status == .exited(124))
    #expect(ending.duration < .seconds(25))
    let summary = try #require(ending.summary)
    #expect(summary == Summary(done: 1, cancelled: summary.found - 1) && summary.cancelled > 0)
    #expect(ending.messages.dropLast().allSatisfy { $0.contains("timed out after 50s") })
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.counts?.summary == summary && report.jobs.count == summary.found)
    #expect(try sandbox.tree("out").files.count == 1)
  }

  @Test("L15: what can still start before the run's time is over, does")
  func justInTime() async throws {
    try sandbox.writePixmaps(30)
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "-j", "2", "--rate", "1/s", "--timeout", "1500ms")
    #expect(ending.status == .exited(124))
    let summary = try #require(ending.summary)
    #expect(summary == Summary(done: 2, cancelled: summary.found - 2), "\(ending.errorText)")
    #expect(ending.duration >= .seconds(1))
  }

  @Test("L15: that no other file can start any more is no reason to give up one that has")
  func lastOneRuns() async throws {
    let bytes = Picture.pixmap(160, 100)
    for name in ["a.ppm", "b.ppm"] as [ByteString] { try sandbox.write(bytes, to: "in" / name) }
    // The first takes most of a second; the second could start in an hour.
    let ending = try await sandbox.run(
      "verify", "in", "--rate", "1/h", "--io-rate", "64K/s", "--timeout", "30s")
    #expect(ending.status == .exited(124))
    #expect(ending.summary == Summary(verb: "verified", done: 1, cancelled: 1))
    #expect(ending.duration >= leastDuration(of: bytes.count, perSecond: 65536))
    #expect(ending.duration < .seconds(20))
  }

  @Test(
    "64: a rate that is none is explained, and nothing is done",
    arguments: [
      "0/s", "0", "-1", "5/d", "x", "5/", "/s", "1e3/s", "5 /s", "", "unlimited/s", "infinity",
    ])
  func invalidRate(value: String) async throws {
    try sandbox.writePixmaps(1)
    for option in ["--rate", "--io-rate"] as [ByteString] {
      let ending = try await sandbox.run(
        "resize", "in", "out", "--size", "4", option, ByteString(value))
      #expect(ending.status == .exited(64), "\(ending.errorText)")
      #expect(ending.errorText.hasPrefix("Error: "))
    }
    #expect(!sandbox.exists("out"))
  }

  @Test("64: files are counted, not bytes: a rate of files has no unit of bytes")
  func bytesOfFiles() async throws {
    try sandbox.writePixmaps(1)
    #expect(try await sandbox.run("verify", "in", "--rate", "5M/s").status == .exited(64))
    #expect(try await sandbox.run("verify", "in", "--io-rate", "5M/s").status == .exited(0))
    #expect(try await sandbox.run("verify", "in", "--rate", "unlimited").status == .exited(0))
  }

  @Test("L16, L26: jobs that only wait to begin use up nothing of the grace time after SIGINT")
  func interruptedWait() async throws {
    try sandbox.writePixmaps(100)
    let child = try sandbox.start([
      "resize", "in", "out", "--size", "4", "-j", "4", "--rate", "1/h", "--report", "report.jsonl",
    ])
    try await child.until { sandbox.finishedCount() == 1 }
    let start = ContinuousClock.now
    child.send(SIGINT)
    let ending = try await child.ending()
    #expect(ending.instant - start < .seconds(4))
    #expect(ending.status == .ended(bySignal: SIGINT))
    let summary = try #require(ending.summary)
    #expect(summary == Summary(done: 1, cancelled: summary.found - 1) && summary.found < 100)
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.count { $0.status == "cancelled" } == summary.cancelled)
  }

  @Test("--job-timeout does not count the waits for rates")
  func jobTimeout() async throws {
    for name in ["a.ppm", "b.ppm", "c.ppm"] as [ByteString] {
      try sandbox.write(Picture.pixmap(100, 80), to: "in" / name)
    }
    // Each of them waits for its start, and then several times for its bytes.
    let ending = try await sandbox.run(
      "verify", "in", "-j", "1", "--rate", "2/s", "--io-rate", "48K/s", "--job-timeout", "400ms")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    #expect(ending.summary == Summary(verb: "verified", done: 3))
    #expect(ending.duration >= leastDuration(of: 3 * 24_000, perSecond: 49152))
  }
}
