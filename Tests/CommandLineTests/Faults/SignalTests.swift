import Glibc
import TestSupport
import Testing

/// Signals that ask a run to end.
@Suite(.besideOthers) struct SignalTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func rehearse() async throws -> Rehearsal {
    try sandbox.writePixmaps(150, 64, 48)
    // So slow that there is a middle, however late the test comes to look.
    return try await Rehearsal(
      in: sandbox, "resize", "--size", "40", "--workers", "2", "--rate", "600/s"
    ) { [sandbox] in
      for index in 100..<150 { try sandbox.write("old", to: "out/\(index).ppm") }
    }
  }

  /// Starts a run and holds it still in the middle of its work.
  private func startAndHold(
    _ run: Rehearsal, through wrapper: [ByteString] = []
  ) async throws -> Child {
    while true {
      let child = try run.start(through: wrapper)
      try await child.until { sandbox.exists("out/003.ppm") }
      child.send(SIGSTOP)
      if !sandbox.exists("out/099.ppm") { return child }
      // The test came to look when the run was nearly over.
      child.send(SIGKILL)
      _ = try await child.ending()
      try run.restore()
    }
  }

  @Test("F20: SIGINT at any time ends the run by SIGINT, its summary printed", arguments: 0..<4)
  func interruptedAtRandom(seed: UInt64) async throws {
    let run = try await rehearse()
    var numbers = SplitMix64(seed: seed)
    for _ in 0..<5 {
      let delay = run.duration * Double.random(in: 0..<0.8, using: &numbers)
      let child = try run.start()
      // From here on the run answers for itself; before, the program is not even loaded.
      try await child.until { sandbox.exists("out/000.ppm") }
      try await Task.sleep(for: delay)
      child.send(SIGINT)
      try run.check(try await child.ending(), expecting: [.ended(bySignal: SIGINT), .exited(0)])
      try await run.complete()
      try run.restore()
    }
  }

  @Test(
    "F20, F22: SIGINT, SIGTERM and SIGHUP stop the intake at once and end the process by themselves",
    arguments: [SIGINT, SIGTERM, SIGHUP])
  func interruptedInTheMiddle(signal: CInt) async throws {
    let run = try await rehearse()
    let child = try await startAndHold(run)
    child.send(signal)
    child.send(SIGCONT)
    let ending = try await child.ending()
    try run.check(ending, expecting: [.ended(bySignal: signal)])
    let summary = try #require(ending.summary)
    #expect(summary.done > 0 && summary.found < 150)
    try await run.complete()
  }

  @Test("the signal that ends a run's wait for signals means nothing when others send it")
  func wakeUp() async throws {
    let child = try await sandbox.startHeldBack()
    for _ in 0..<3 { child.send(__libc_current_sigrtmin()) }
    #expect(try await child.status()?.done == 1)
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
  }

  @Test("F20: running jobs get the grace time of 5 s, not more")
  func graceTime() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let child = try sandbox.start(
      ["resize", "in", "out", "--size", "8", "-j", "2", "--report", "report.jsonl"]
        + Sandbox.endlessOptions)
    // The rows of the slow one flow: a hundredth of it has been read.
    try await child.until { sandbox.exists("out/000.ppm") && child.readByteCount > 12_000_000 }
    let start = ContinuousClock.now
    child.send(SIGINT)
    let ending = try await child.ending()
    let duration = ending.instant - start
    #expect(ending.status == .ended(bySignal: SIGINT))
    #expect(duration > .seconds(4.5) && duration < .seconds(8), "\(duration)")
    #expect(ending.summary == Summary(done: 1, cancelled: 1))
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.map(\.status).sorted() == ["cancelled", "written"])
    #expect(try sandbox.tree("out").names == ["000.ppm"])
  }

  @Test("F22: SIGHUP that was ignored at the start, as nohup does, stays ignored")
  func ignoredHangup() async throws {
    let run = try await rehearse()
    let child = try await startAndHold(run, through: ["nohup"])
    child.send(SIGHUP)
    child.send(SIGCONT)
    try run.check(try await child.ending(), expecting: [.exited(0)])
  }

  @Test("F22: under nohup the other signals still end the run")
  func terminatedUnderNohup() async throws {
    let run = try await rehearse()
    let child = try await startAndHold(run, through: ["nohup"])
    child.send(SIGTERM)
    child.send(SIGCONT)
    try run.check(try await child.ending(), expecting: [.ended(bySignal: SIGTERM)])
  }

  @Test("F25: a run that is stopped while it ends has the rest of the grace time afterwards")
  func stoppedInTheGraceTime() async throws {
    let (header, rowsByteCount) = Picture.bitmap(side: 20_000)
    try sandbox.write(header, to: "in/slow.pbm")
    try sandbox.extend("in/slow.pbm", to: header.count + rowsByteCount)
    let child = try sandbox.start(
      ["resize", "in", "out", "--size", "8", "-j", "1"] + Sandbox.endlessOptions)
    try await child.until { child.readByteCount > 12_000_000 }
    child.send(SIGINT)
    // It takes the signal, and has a second of work left.
    usleep(100_000)
    child.send(SIGSTOP)
    try await Task.sleep(for: .seconds(6))
    child.send(SIGCONT)
    let ending = try await child.ending()
    #expect(ending.status == .ended(bySignal: SIGINT))
    #expect(ending.summary == Summary(done: 1), "\(ending.errorText)")
  }

  @Test("F25: a run that was stopped goes on where it was")
  func stoppedAndContinued() async throws {
    let run = try await rehearse()
    let child = try await startAndHold(run)
    child.send(SIGCONT)
    try run.check(try await child.ending(), expecting: [.exited(0)])
  }
}

/// How fast a run answers.
@Suite(.alone) struct SecondSignalTests {
  @Test("F21: the second SIGINT ends the run within 200 ms")
  func secondInterrupt() async throws {
    var fastest = Duration.seconds(60)
    // The machine has other work: what counts is whether the run itself waits for anything.
    for _ in 0..<5 where fastest > .milliseconds(200) {
      let sandbox = try Sandbox()
      try sandbox.writePixmaps(1)
      try sandbox.writeEndlessBitmap("in/slow.pbm")
      let child = try sandbox.start(
        ["resize", "in", "out", "--size", "8", "-j", "2"] + Sandbox.endlessOptions)
      try await child.until { sandbox.exists("out/000.ppm") && child.readByteCount > 12_000_000 }
      child.send(SIGINT)
      // A sleeping task would wait for a thread that other tests compute on.
      usleep(100_000)
      #expect(child.isRunning)
      let start = ContinuousClock.now
      child.send(SIGINT)
      let ending = try await child.ending()
      fastest = min(fastest, ending.instant - start)
      #expect(ending.status == .ended(bySignal: SIGINT))
      #expect(try sandbox.tree("out").names == ["000.ppm"])
    }
    #expect(fastest <= .milliseconds(200))
  }

  @Test(
    "F19: 64 workers on one processor: all is done, and the second SIGINT is answered within 200 ms",
    .enabled(if: Machine.findsProgram("taskset"), "taskset(1) is missing"))
  func oneProcessor() async throws {
    let sandbox = try Sandbox()
    try sandbox.writePixmaps(100)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--workers", "64")
    try await run.run(through: ["taskset", "-c", "0"], expecting: .exited(0))
    for index in 0..<4 { try sandbox.writeEndlessBitmap("slow/\(index).pbm") }
    var fastest = Duration.seconds(60)
    for _ in 0..<5 where fastest > .milliseconds(200) {
      let child = try sandbox.start(
        ["verify", "slow", "-j", "64"] + Sandbox.endlessOptions, through: ["taskset", "-c", "0"])
      try await child.until { child.readByteCount > 40_000_000 }
      child.send(SIGINT)
      // A sleeping task would wait for a thread that other tests compute on.
      usleep(100_000)
      let start = ContinuousClock.now
      child.send(SIGINT)
      let ending = try await child.ending()
      fastest = min(fastest, ending.instant - start)
      #expect(ending.status == .ended(bySignal: SIGINT))
    }
    #expect(fastest <= .milliseconds(200))
  }
}
