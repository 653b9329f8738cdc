import Glibc
import Testing

/// Faults of the device that outputs are written to, and of single system calls.
@Suite(.besideOthers) struct DeviceTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "F1, P2: a full disk stops the run with one message; what was written stays, the rest comes later",
    .enabled(if: Machine.canMount, "mounting a small disk needs root"))
  func diskFull() async throws {
    try sandbox.writePixmaps(200, 66, 66)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "64", "--workers", "2") {
      [sandbox] in
      try sandbox.mountMemory(at: "out", options: "size=1m,mode=755")
      try sandbox.write("what stood there before", to: "out/199.ppm")
    }
    let ending = try await run.run(expecting: .exited(74))
    let failures = ending.failures
    #expect(failures.count == 1)
    let failure = try #require(failures.first)
    #expect(failure.path.wholeMatch(of: /out\/\d{3}\.ppm/) != nil)
    #expect(failure.stage == "write" && failure.message == "No space left on device")
    let summary = try #require(ending.summary)
    // 256 pages, of which each picture takes four.
    #expect(summary.done > 40 && summary.failed == 1)
    #expect(summary.found < 100, "no job starts after the first failure")
    try sandbox.resizeMemory(at: "out", options: "size=16m")
    try await run.complete()
  }

  @Test(
    "F3: a disk without room for another name stops the run with one message",
    .enabled(if: Machine.canMount, "mounting a small disk needs root"))
  func outOfInodes() async throws {
    try sandbox.writePixmaps(100)
    try sandbox.writePixmaps(3, in: "in/sub")
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "8", "--workers", "2") {
      [sandbox] in try sandbox.mountMemory(at: "out", options: "nr_inodes=50,mode=755")
    }
    let ending = try await run.run(expecting: .exited(74))
    #expect(ending.failures.map(\.message) == ["No space left on device"])
    try sandbox.resizeMemory(at: "out", options: "nr_inodes=500")
    try await run.complete()
  }

  @Test(
    "F46: a limit to the size of files is like a full disk, and no signal",
    .enabled(if: Machine.findsProgram("prlimit"), "prlimit(1) is missing"),
    .disabled(if: Machine.isSanitized, "a sanitizer writes files of its own"))
  func fileSizeLimit() async throws {
    try sandbox.writePixmaps(5, 60, 60)
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "50", through: ["prlimit", "--fsize=2000"])
    #expect(ending.status == .exited(74), "\(ending.errorText)")
    #expect(ending.failures.map(\.message) == ["File too large"])
    #expect(try sandbox.tree("out").entries.isEmpty)
  }

  /// A call that is cut short or interrupted, each time or every second time.
  struct Disturbance: CustomTestStringConvertible {
    let call: String
    let action: FaultLibrary.Action
    let every: Int

    var testDescription: String { "\(call) \(action) every \(every)" }

    static let all = [
      Disturbance(call: "write", action: .short, every: 1),
      Disturbance(call: "write", action: .failure(EINTR), every: 2),
      Disturbance(call: "pread", action: .short, every: 1),
      Disturbance(call: "pread", action: .failure(EINTR), every: 2),
      Disturbance(call: "openat", action: .failure(EINTR), every: 2),
      Disturbance(call: "mkdirat", action: .failure(EINTR), every: 2),
      Disturbance(call: "linkat", action: .failure(EINTR), every: 2),
      Disturbance(call: "renameat", action: .failure(EINTR), every: 2),
      Disturbance(call: "fsync", action: .failure(EINTR), every: 2),
    ]
  }

  @Test(
    "F7: short and interrupted system calls change nothing",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"),
    arguments: Disturbance.all)
  func disturbedCalls(_ disturbance: Disturbance) async throws {
    try sandbox.writePixmaps(6)
    try sandbox.writePixmaps(3, in: "in/deep/deeper")
    try sandbox.write(Picture.png(20, 20), to: "in/a.png")
    let faults = try await FaultLibrary(in: sandbox)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--durable") { [sandbox] in
      for index in 0..<3 { try sandbox.write("old", to: "out/00\(index).ppm") }
    }
    try await run.run(expecting: .exited(0)) {
      faults.strike(
        disturbance.call, disturbance.action, first: 1, every: disturbance.every, in: &$0)
    }
    #expect(faults.takeStrikeCount() > 0)
    try await run.complete()
  }

  @Test(
    "F7: short and interrupted calls on the standard streams change nothing",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"),
    arguments: ["read", "write"], [FaultLibrary.Action.short, .failure(EINTR)])
  func disturbedStreams(call: String, action: FaultLibrary.Action) async throws {
    let faults = try await FaultLibrary(in: sandbox)
    let picture = Picture.pixmap(40, 30)
    let undisturbed = try await sandbox.run("convert", "-", "-", "--to", "pam") {
      $0.standardInput = .bytes(picture)
    }
    #expect(undisturbed.status == .exited(0))
    let ending = try await sandbox.run("convert", "-", "-", "--to", "pam") {
      $0.standardInput = .bytes(picture)
      faults.strike(call, action, first: 1, every: 2, in: &$0)
    }
    #expect(ending.status == .exited(0))
    #expect(ending.output == undisturbed.output && !ending.output.isEmpty)
    #expect(faults.takeStrikeCount() > 0)
  }

  @Test(
    "F7: an interrupted read does not hide how much memory there is",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"))
  func disturbedKernelFiles() async throws {
    // To turn what it claims takes 865 MB; where a machine does not tell, less is assumed.
    let claim = Array("P6\n12000 12000\n255\n".utf8) + [UInt8](repeating: 9, count: 500)
    try sandbox.write(claim, to: "in/claim.ppm")
    let command: [ByteString] = ["apply", "in", "out", "--op", "rotate 90"]
    let undisturbed = try await sandbox.start(command).ending()
    let faults = try await FaultLibrary(in: sandbox)
    for call in 1...24 {
      let ending = try await sandbox.start(command) {
        faults.strike("read", .failure(EINTR), first: call, in: &$0)
      }.ending()
      #expect(ending.failures == undisturbed.failures && ending.failures.count == 1, "\(call)")
    }
    #expect(faults.takeStrikeCount() > 0)
  }

  @Test(
    "F4: an output that fsync failed for gets no name, and is not synced again",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"),
    arguments: [EIO, ENOSPC], [1, 2, 5])
  func failingSync(error: CInt, call: Int) async throws {
    try sandbox.writePixmaps(8)
    let faults = try await FaultLibrary(in: sandbox)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--durable") { [sandbox] in
      for index in 0..<4 { try sandbox.write("old", to: "out/00\(index).ppm") }
    }
    // Every second call syncs the folder.
    let ending = try await run.start {
      faults.strike("fsync", .failure(error), first: 2 * call - 1, in: &$0)
    }.ending()
    try run.check(ending, expecting: [.exited(74)])
    #expect(faults.takeStrikeCount() == 1)
    try await run.complete()
  }

  @Test(
    "F8: where a link or a rename fails, the old output stays and nothing is left behind",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"),
    arguments: ["linkat", "renameat"], [EACCES, EXDEV, EIO])
  func failingRename(call: String, error: CInt) async throws {
    try sandbox.writePixmaps(8)
    let faults = try await FaultLibrary(in: sandbox)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9") { [sandbox] in
      for index in 0..<4 { try sandbox.write("old", to: "out/00\(index).ppm") }
    }
    for first in 1...3 {
      let ending = try await run.start {
        faults.strike(call, .failure(error), first: first, in: &$0)
      }.ending()
      try run.check(ending, expecting: [error == EIO ? .exited(74) : .exited(1)])
      #expect(faults.takeStrikeCount() == 1)
      try run.restore()
    }
    try await run.complete()
  }
}
