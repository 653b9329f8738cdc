import Glibc
import TestSupport
import Testing

/// Standard streams, and files of results, that are full, closed, or left by their reader.
@Suite(.besideOthers) struct StreamTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("F26, F27: a standard input that never ends does not keep a run whose time is over")
  func endlessInput() async throws {
    let pipe = try Pipe()
    let child = try sandbox.start(["convert", "-", "out.ppm", "--to", "ppm", "--timeout", "300ms"])
    {
      $0.standardInput = .descriptor(pipe.readEnd)
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(124))
    #expect(ending.summary == Summary(cancelled: 1), "\(ending.errorText)")
    #expect(ending.duration < .seconds(3))
    #expect(!sandbox.exists("out.ppm"))
  }

  @Test("F27: a reader of the results who reads nothing does not keep a run whose time is over")
  func idleReader() async throws {
    let pipe = try Pipe()
    try pipe.shrink()
    try sandbox.writePixmaps(100)
    let child = try sandbox.start(["verify", "in", "--report", "-", "--timeout", "500ms"]) {
      $0.standardOutput = .descriptor(pipe.writeEnd)
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(124))
    let summary = try #require(ending.summary)
    #expect(summary.cancelled > 0 && summary.found < 100)
    #expect(ending.duration < .seconds(10))
  }

  @Test("F22, F27: nobody who reads at the end does not keep a run that is told to end")
  func idleReaderAtTheEnd() async throws {
    let pipe = try Pipe()
    try pipe.shrink()
    let filling = [UInt8](repeating: 0x20, count: 3900)
    try check(filling.withUnsafeBytes { write(pipe.writeEnd, $0.baseAddress, $0.count) }, "write")
    try sandbox.writePixmaps(1)
    // The job's line fits, the summary does not.
    let child = try sandbox.start(["verify", "in", "--report", "-", "--timeout", "1s"]) {
      $0.standardOutput = .descriptor(pipe.writeEnd)
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(124))
    #expect(ending.duration < .seconds(10))
  }

  @Test("F27: a report to a pipe that nobody opens does not keep a run whose time is over")
  func unopenedPipe() async throws {
    try sandbox.writePixmaps(1)
    try sandbox.makeFIFO("pipe")
    let ending = try await sandbox.run("verify", "in", "--report", "pipe", "--timeout", "300ms")
    #expect(ending.status == .exited(124))
    #expect(ending.duration < .seconds(10))
  }

  @Test("F20: a standard input that never ends gets no more than the grace time after SIGINT")
  func interruptedInput() async throws {
    let pipe = try Pipe()
    let child = try sandbox.start(["convert", "-", "out.ppm", "--to", "ppm"]) {
      $0.standardInput = .descriptor(pipe.readEnd)
    }
    // Half a header: it has been read, and more is waited for.
    try check(write(pipe.writeEnd, "P6 ", 3), "write")
    try await child.until { try pipe.waitingByteCount() == 0 }
    let start = ContinuousClock.now
    child.send(SIGINT)
    let ending = try await child.ending()
    #expect(ending.instant - start < .seconds(5.9))
    #expect(ending.status == .ended(bySignal: SIGINT))
    #expect(ending.summary == Summary(cancelled: 1), "\(ending.errorText)")
  }

  @Test("F23: a reader of the report who goes away is no reason to stop", arguments: [true, false])
  func readerLeaves(atOnce: Bool) async throws {
    try sandbox.writePixmaps(100)
    let pipe = try Pipe()
    if atOnce { pipe.closeReadEnd() }
    let child = try sandbox.start(["resize", "in", "out", "--size", "9", "--report", "-"]) {
      $0.standardOutput = .descriptor(pipe.writeEnd)
    }
    pipe.closeWriteEnd()
    if !atOnce {
      try await child.until { sandbox.exists("out/000.ppm") }
      var byte: UInt8 = 0
      #expect(read(pipe.readEnd, &byte, 1) == 1 && byte == UInt8(ascii: "{"))
      pipe.closeReadEnd()
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(0))
    #expect(ending.messages.count == 1 && ending.summary == Summary(done: 100))
    #expect(try sandbox.tree("out").files.count == 100)
  }

  @Test("F23: a listing whose reader goes away ends quietly by SIGPIPE: nobody wants the rest")
  func listingReaderLeaves() async throws {
    try sandbox.writePixmaps(300)
    let pipe = try Pipe()
    pipe.closeReadEnd()
    let child = try sandbox.start(["inspect", "in"]) {
      $0.standardOutput = .descriptor(pipe.writeEnd)
    }
    pipe.closeWriteEnd()
    let ending = try await child.ending()
    #expect(ending.status == .ended(bySignal: SIGPIPE))
    #expect(!ending.errorText.contains("Broken pipe"))
  }

  @Test("F24: a report to a full device: the pictures are written, and the loss is said: 74")
  func fullReport() async throws {
    try sandbox.writePixmaps(5)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "9", "--report", "/dev/full")
    #expect(ending.status == .exited(74))
    #expect(
      ending.messages.filter { $0.contains("/dev/full") }
        == ["imgbatch: /dev/full: write: No space left on device"])
    #expect(try sandbox.tree("out").files == run.checker.reference.files)
  }

  @Test(
    "F24: results to a standard output that is full: 74, said once",
    arguments: [
      ["resize", "in", "out", "--size", "9", "--report", "-"], ["inspect", "in"],
      ["inspect", "in", "--json"], ["plan", "resize", "in", "out", "--size", "9"],
    ] as [[ByteString]])
  func fullOutput(arguments: [ByteString]) async throws {
    try sandbox.writePixmaps(5)
    let ending = try await sandbox.start(arguments) { $0.standardOutput = .file("/dev/full") }
      .ending()
    #expect(ending.status == .exited(74))
    let complaints = ending.messages.filter { $0.contains("No space left on device") }
    #expect(complaints == ["imgbatch: standard output: write: No space left on device"])
  }

  @Test("F24: a picture to a standard output that is full: 74, named")
  func fullPicture() async throws {
    try sandbox.writePixmaps(1)
    let ending = try await sandbox.run("resize", "in/000.ppm", "-", "--size", "9") {
      $0.standardOutput = .file("/dev/full")
    }
    #expect(ending.status == .exited(74))
    #expect(
      ending.failures
        == [FailureLine(path: "-", stage: "write", message: "No space left on device")])
  }

  @Test("F24: where nobody can read messages, the pictures are written all the same")
  func fullErrorStream() async throws {
    try sandbox.writePixmaps(5)
    let ending = try await sandbox.run("resize", "in", "out", "--size", "9", "--verbose") {
      $0.standardError = .file("/dev/full")
    }
    #expect(ending.status == .exited(0))
    #expect(try sandbox.tree("out").files.count == 5)
  }

  @Test(
    "F24: streams that are closed at the start: no picture ever gets message bytes",
    arguments: 1..<8)
  func closedStreams(which: Int) async throws {
    try sandbox.writePixmaps(5)
    try sandbox.write("no picture", to: "in/bad.png")
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", status: .exited(1))
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "9", "--verbose", "--report", "report.jsonl"
    ) {
      if which & 1 != 0 { $0.standardInput = .closed }
      if which & 2 != 0 { $0.standardOutput = .closed }
      if which & 4 != 0 { $0.standardError = .closed }
    }
    #expect(ending.status == .exited(1))
    #expect(try sandbox.tree("out").files == run.checker.reference.files)
    #expect(try Report(sandbox.text(of: "report.jsonl")).counts?.written == 5)
  }

  @Test(
    "F24: a result that was asked for on a closed standard output is lost, and that is said: 74",
    arguments: [
      ["resize", "in/000.ppm", "-", "--size", "9"], ["inspect", "in"],
      ["resize", "in", "out", "--size", "9", "--report", "-"],
    ] as [[ByteString]])
  func closedOutput(arguments: [ByteString]) async throws {
    try sandbox.writePixmaps(2)
    let ending = try await sandbox.start(arguments) { $0.standardOutput = .closed }.ending()
    #expect(ending.status == .exited(74))
  }

  @Test(
    "F24: an input that was promised on a closed standard input is none", arguments: [false, true])
  func closedInput(asList: Bool) async throws {
    try sandbox.makeFolder("in")
    let arguments: [ByteString] =
      asList ? ["verify", "in", "--files-from", "-"] : ["convert", "-", "out.ppm", "--to", "ppm"]
    let ending = try await sandbox.start(arguments) { $0.standardInput = .closed }.ending()
    if asList {
      #expect(ending.summary == Summary(verb: "verified"))
    } else {
      #expect(ending.status == .exited(1))
      #expect(ending.failures.map(\.path) == ["-"])
      #expect(!sandbox.exists("out.ppm"))
    }
  }
}
