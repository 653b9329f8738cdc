import Testing

/// A user who may not do everything.
@Suite(
  .besideOthers, .enabled(if: Machine.isRoot, "only root can become somebody else"),
  .enabled(if: Machine.findsProgram("setpriv"), "setpriv(1) is missing"))
struct PermissionTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.setMode(0o777, of: "")
  }

  /// Starts imgbatch as nobody: from a place that everybody may look into.
  private func start(_ arguments: ByteString...) throws -> Child {
    let program = try sandbox.publish(Imgbatch.path())
    return try Launch(
      command: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program] + arguments
    ).start(in: sandbox)
  }

  @Test("F34, P3: what may not be read is named, the rest is done")
  func unreadable() async throws {
    try sandbox.writePixmaps(5)
    try sandbox.write(Picture.pixmap(8, 8), to: "in/secret.ppm")
    try sandbox.write(Picture.pixmap(8, 8), to: "in/closed/a.ppm")
    try sandbox.write(Picture.pixmap(8, 8), to: "in/open/a.ppm")
    try sandbox.setMode(0, of: "in/secret.ppm")
    try sandbox.setMode(0, of: "in/closed")
    let ending = try await start(
      "resize", "in", "out", "--size", "4", "--report", "report.jsonl"
    ).ending()
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 6, failed: 2))
    #expect(
      Set(ending.failures) == [
        FailureLine(path: "in/secret.ppm", stage: "read", message: "Permission denied"),
        FailureLine(path: "in/closed", stage: "walk", message: "Permission denied"),
      ])
    let failed = try Report(sandbox.text(of: "report.jsonl")).jobs.filter { $0.status == "failed" }
    #expect(failed.map(\.code) == ["EACCES", "EACCES"])
    #expect(try sandbox.tree("out").files.count == 6)
  }

  @Test("F34: an IN that may not be read is none: 66")
  func unreadableInput() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.setMode(0, of: "in")
    let ending = try await start("resize", "in", "out", "--size", "4").ending()
    #expect(ending.status == .exited(66))
    #expect(ending.messages == ["imgbatch: in: Permission denied"])
    #expect(!sandbox.exists("out"))
  }

  @Test("F34: a folder of OUT that may not be written to fails what belongs there")
  func lockedOutputFolder() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.writePixmaps(2, in: "in/sub")
    try sandbox.makeFolder("out")
    try sandbox.setMode(0o777, of: "out")
    try sandbox.makeFolder("out/sub")
    let ending = try await start("resize", "in", "out", "--size", "4").ending()
    #expect(ending.status == .exited(1))
    #expect(ending.summary == Summary(done: 2, failed: 2))
    #expect(ending.failures.map(\.message) == ["Permission denied", "Permission denied"])
  }

  @Test(
    "F18: with few threads a run goes on, or says so at the start: 71; it never hangs",
    .disabled(if: Machine.isSanitized, "a sanitizer has threads of its own"),
    arguments: [1, 2, 3, 4, 5, 6, 8, 12, 24])
  func fewThreads(limit: Int) async throws {
    try sandbox.writePixmaps(4)
    // A user of its own for each limit, since all processes of one are counted together.
    let user = "\(64_000 + limit)"
    let program = try sandbox.publish(Imgbatch.path())
    let ending = try await Launch(
      command: [
        "setpriv", "--reuid=\(user)", "--clear-groups", "prlimit", "--nproc=\(limit)", program,
        "resize", "in", "out", "--size", "4", "-j", "4",
      ], limit: .seconds(10)
    ).start(in: sandbox).ending()
    #expect(
      ending.status == .exited(71) && ending.messages.count == 1
        || ending.status == .exited(0) && ending.summary == Summary(done: 4),
      "\(ending.status): \(ending.errorText)")
  }

  @Test("F35: an OUT that may not be written to is refused: 73")
  func lockedOutput() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    try sandbox.makeFolder("out")
    let ending = try await start("resize", "in", "out", "--max-pixels", "10G", "--size", "4")
      .ending()
    #expect(ending.status == .exited(73))
    #expect(ending.messages == ["imgbatch: out: Permission denied"])
    let missing = try await start("resize", "in", "out/new", "--max-pixels", "10G", "--size", "4")
      .ending()
    #expect(missing.status == .exited(73))
    #expect(missing.messages == ["imgbatch: out/new: Permission denied"])
    #expect(try sandbox.tree("out").entries.isEmpty)
  }
}

/// An OUT that cannot be is told before any picture is looked at.
@Suite(.alone) struct OutputRefusalTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "F35: an OUT that is a file, or has no folder to be in, is refused within 100 ms: 73",
    arguments: [
      ("file", "imgbatch: file: Not a directory"),
      ("file/out", "imgbatch: file/out: Not a directory"),
      ("no/such/out", "imgbatch: no/such/out: No such file or directory"),
      ("dangling", "imgbatch: dangling: No such file or directory"),
      ("file/", "imgbatch: file: Not a directory"),
    ])
  func impossibleOutput(output: String, message: String) async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    try sandbox.write("a file", to: "file")
    try sandbox.link("dangling", to: "no/where")
    let limit = try await sandbox.startDuration() * 2 + .milliseconds(100)
    var fastest = Duration.seconds(60)
    for _ in 0..<5 where fastest > limit {
      let ending = try await sandbox.run(
        "resize", "in", ByteString(output), "--size", "4", "--max-pixels", "10G")
      #expect(ending.status == .exited(73))
      #expect(ending.messages == [message])
      fastest = min(fastest, ending.duration)
    }
    #expect(fastest <= limit)
    if output != "dangling" {
      let plan = try await sandbox.run("plan", "resize", "in", ByteString(output), "--size", "4")
      #expect(plan.status == .exited(73) && plan.messages == [message])
    }
    #expect(try sandbox.text(of: "file") == "a file")
  }
}
