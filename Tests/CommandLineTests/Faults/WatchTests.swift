import Glibc
import TestSupport
import Testing

/// `imgbatch watch`: what is there, what arrives, and how it ends.
@Suite(.besideOthers) struct WatchTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.makeFolder("in")
  }

  /// Starts a watch, and waits until it sees what arrives.
  private func start(_ options: [ByteString] = ["--size", "4"]) async throws -> Child {
    let socket = try NotificationSocket("\(sandbox.at("socket"))")
    defer { sandbox.remove("socket") }
    let child = try sandbox.start(["watch", "in", "out"] + options) {
      $0.environment["NOTIFY_SOCKET"] = socket.name
    }
    #expect(try await socket.message(from: child) == "READY=1\nSTATUS=Watching")
    return child
  }

  private func stop(_ child: Child, _ location: SourceLocation = #_sourceLocation) async throws
    -> Ending
  {
    child.send(SIGTERM)
    let ending = try await child.ending(location)
    #expect(
      ending.status == .ended(bySignal: SIGTERM), "\(ending.errorText)", sourceLocation: location)
    return ending
  }

  private func wait(for outputs: [ByteString], from child: Child) async throws {
    try await child.until { outputs.allSatisfy { sandbox.exists("out" / $0) } }
  }

  @Test("what is there is worked on, then what arrives, on whatever way, each once")
  func arrivals() async throws {
    try sandbox.write(Picture.pixmap(9, 9, seed: 1), to: "in/there.ppm")
    try sandbox.write(Picture.pixmap(9, 9, seed: 2), to: "in/old/there.ppm")
    let child = try await start(["--size", "4", "--report", "report.jsonl"])
    try await wait(for: ["there.ppm", "old/there.ppm"], from: child)
    // Written and closed, in a folder that was there.
    try sandbox.write(Picture.pixmap(9, 9, seed: 3), to: "in/old/written.ppm")
    // Renamed in, from beside, and from a name that is hidden.
    try sandbox.write(Picture.pixmap(9, 9, seed: 4), to: "beside.ppm")
    try sandbox.rename("beside.ppm", to: "in/renamed.ppm")
    try sandbox.write(Picture.pixmap(9, 9, seed: 5), to: "in/.hidden.ppm")
    try sandbox.rename("in/.hidden.ppm", to: "in/shown.ppm")
    // A second name for a file elsewhere.
    try sandbox.write(Picture.pixmap(9, 9, seed: 6), to: "beside.ppm")
    try sandbox.hardLink("in/linked.ppm", to: "beside.ppm")
    // New folders, with files in them at once.
    try sandbox.write(Picture.pixmap(9, 9, seed: 7), to: "in/a/b/c/deep.ppm")
    try await wait(
      for: ["old/written.ppm", "renamed.ppm", "shown.ppm", "linked.ppm", "a/b/c/deep.ppm"],
      from: child
    )
    // A whole tree, by another program, and one that is moved in.
    for index in 0..<30 {
      try sandbox.write(
        Picture.pixmap(9, 9, seed: index), to: "tree/\(index % 3)/x/\(index).ppm")
    }
    let copy = try await sandbox.run(program: "cp", "-r", "tree", "in/copied")
    #expect(copy.status == .exited(0))
    try sandbox.rename("tree", to: "in/moved")
    for folder in ["copied", "moved"] as [ByteString] {
      try await wait(for: (0..<30).map { folder / "\($0 % 3)/x/\($0).ppm" }, from: child)
    }
    // In a folder that came later.
    try sandbox.write(Picture.pixmap(9, 9, seed: 8), to: "in/moved/2/x/late.ppm")
    try await wait(for: ["moved/2/x/late.ppm"], from: child)
    let ending = try await stop(child)
    let report = try Report(sandbox.text(of: "report.jsonl"))
    let inputs = report.jobs.compactMap(\.inputPath)
    #expect(report.jobs.allSatisfy { $0.status == "written" })
    #expect(inputs.count == 68 && Set(inputs).count == 68, "\(inputs)")
    #expect(ending.summary == Summary(done: 68))
    // The same as of a run that found all of it there.
    let reference = try await sandbox.run("resize", "in", "reference", "--size", "4")
    #expect(reference.summary == Summary(done: 68))
    #expect(try sandbox.tree("out").files == sandbox.tree("reference").files)
  }

  @Test("a file that is written slowly is taken up once, after its writer has closed it")
  func slowWriter() async throws {
    let bytes = Picture.pixmap(40, 40)
    let early = try SlowWriter(sandbox.at("in/early.ppm"))
    try early.write(bytes.prefix(100))
    let child = try await start(["--size", "4", "--report", "report.jsonl"])
    let late = try SlowWriter(sandbox.at("in/late.ppm"))
    try late.write(bytes.prefix(100))
    // What came after them is worked on, several times over: they had their turns.
    for index in 0..<5 {
      try sandbox.write(Picture.pixmap(9, 9, seed: index), to: "in/\(index).ppm")
      try await wait(for: ["\(index).ppm"], from: child)
      for writer in [early, late] { try writer.write(bytes[(100 + index * 9)...].prefix(9)) }
    }
    #expect(!sandbox.exists("out/early.ppm") && !sandbox.exists("out/late.ppm"))
    for writer in [early, late] {
      try writer.write(bytes[145...])
      writer.close()
    }
    try await wait(for: ["early.ppm", "late.ppm"], from: child)
    #expect(try await stop(child).summary == Summary(done: 7))
    let report = try Report(sandbox.text(of: "report.jsonl"))
    #expect(report.jobs.count == 7 && report.jobs.allSatisfy { $0.status == "written" })
  }

  @Test("a picture that is replaced is worked on again: the last content is what counts")
  func replaced() async throws {
    let child = try await start()
    for seed in 0..<60 {
      try sandbox.write(Picture.pixmap(30, 30, seed: seed), to: "new.ppm")
      try sandbox.rename("new.ppm", to: "in/a.ppm")
    }
    let reference = try await sandbox.run("resize", "in", "reference", "--size", "4")
    #expect(reference.summary == Summary(done: 1))
    let last = try sandbox.bytes(of: "reference/a.ppm")
    try await child.until { sandbox.exists("out/a.ppm") }
    try await child.until { try sandbox.bytes(of: "out/a.ppm") == last }
    #expect(try await stop(child).summary?.failed == 0)
  }

  @Test(
    "F22: SIGTERM in the middle of arrivals: what has begun is settled, nothing is half",
    arguments: 0..<3)
  func terminated(seed: UInt64) async throws {
    try sandbox.writePixmaps(120, 64, 48)
    let reference = try await sandbox.run("resize", "in", "reference", "--size", "40")
    #expect(reference.summary == Summary(done: 120))
    for index in 90..<120 { try sandbox.write("old", to: "out/\(index).ppm") }
    // The last ones are there already; their outputs stand in part.
    let names = try sandbox.tree("in").names
    let checker = OutputChecker(
      input: try sandbox.tree("in"), before: try sandbox.tree("out"),
      reference: try sandbox.tree("reference"))
    try sandbox.makeFolder("stock")
    for name in names.prefix(100) { try sandbox.rename("in" / name, to: "stock" / name) }
    var numbers = SplitMix64(seed: seed)
    let moment = Int.random(in: 5..<95, using: &numbers)
    let child = try await start(["--size", "40", "-j", "2", "--report", "report.jsonl"])
    for (index, name) in names.prefix(100).enumerated() {
      if index == moment {
        try await child.until { sandbox.exists("out/000.ppm") }
        child.send(SIGTERM)
      }
      try sandbox.rename("stock" / name, to: "in" / name)
    }
    let ending = try await child.ending()
    checker.check(
      OutputChecker.Evidence(
        ending: ending, input: try sandbox.tree("in"), output: try sandbox.tree("out"),
        report: try Report(sandbox.text(of: "report.jsonl"))),
      expecting: [.ended(bySignal: SIGTERM)], #_sourceLocation)
    #expect(ending.messages.contains("imgbatch: stopped by SIGTERM"))
    #expect((ending.summary?.done ?? 0) > 0)
    // A run over all of it does the rest.
    let completion = try await sandbox.run("resize", "in", "out", "--size", "40")
    #expect(completion.status == .exited(0))
    checker.checkCompletion(try sandbox.tree("out"), #_sourceLocation)
  }

  @Test("F20: SIGINT ends an idle watch at once, its summary printed")
  func interruptedIdle() async throws {
    let child = try await start()
    let start = ContinuousClock.now
    child.send(SIGINT)
    let ending = try await child.ending()
    #expect(ending.instant - start < .seconds(4))
    #expect(ending.status == .ended(bySignal: SIGINT))
    #expect(ending.messages.count == 2 && ending.summary == Summary())
  }

  @Test("F22: SIGHUP without a configuration does not end a watch")
  func hangup() async throws {
    let child = try await start()
    for index in 0..<5 {
      child.send(SIGHUP)
      try sandbox.write(Picture.pixmap(9, 9, seed: index), to: "in/\(index).ppm")
      try await wait(for: ["\(index).ppm"], from: child)
    }
    #expect(try await stop(child).summary == Summary(done: 5))
  }

  @Test("a watch goes by its configuration, and by the changed one from then on")
  func configuration() async throws {
    try sandbox.write("rate: 1/h\n", to: "run.yaml")
    try sandbox.writePixmaps(3)
    let child = try await start(["--size", "4", "--config", "run.yaml"])
    try await child.until { sandbox.finishedCount() == 1 }
    // It has been written; that it is done is counted a moment later.
    while try await child.status()?.done == 0 {}
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    try await wait(for: ["000.ppm", "001.ppm", "002.ppm"], from: child)
    child.send(SIGHUP)
    try await child.until { child.messages.contains("imgbatch: run.yaml: nothing new") }
    #expect(try await stop(child).summary == Summary(done: 3))
  }

  @Test("66: IN is removed, or there never was one", arguments: [true, false])
  func inputRemoved(isMissing: Bool) async throws {
    if isMissing {
      sandbox.remove("in")
      let ending = try await sandbox.run("watch", "in", "out", "--size", "4")
      #expect(ending.status == .exited(66))
      #expect(ending.messages == ["imgbatch: in: No such file or directory"])
      return
    }
    try sandbox.writePixmaps(2)
    let child = try await start()
    try await wait(for: ["000.ppm", "001.ppm"], from: child)
    sandbox.remove("in")
    let ending = try await child.ending()
    #expect(ending.status == .exited(66))
    #expect(ending.messages.first == "imgbatch: in: was removed while it was watched")
    #expect(ending.summary == Summary(done: 2), "\(ending.errorText)")
    #expect(try sandbox.tree("out").files.count == 2)
  }

  @Test("64, 65: only a folder can be watched, and not one that outputs go to")
  func refused() async throws {
    try sandbox.write(Picture.pixmap(9, 9), to: "a.ppm")
    try sandbox.write("a.ppm\n", to: "list")
    for (arguments, status) in [
      (["a.ppm", "out"], 64), (["-", "out/"], 64), (["in", "-"], 64), (["in", "in"], 65),
      (["in", "out", "--files-from", "list"], 64), (["in", "out", "--dry-run"], 64),
    ] as [([ByteString], CInt)] {
      let ending = try await sandbox.start(["watch"] + arguments + ["--size", "4"]).ending()
      #expect(ending.status == .exited(status), "\(arguments): \(ending.errorText)")
    }
    #expect(!sandbox.exists("out"))
  }

  @Test("F36: outputs in a folder below IN are no arrivals")
  func outputBelowInput() async throws {
    try sandbox.write(Picture.pixmap(9, 9), to: "in/a.ppm")
    let child = try sandbox.start(["watch", "in", "in/out", "--size", "4"])
    try await child.until { sandbox.exists("in/out/a.ppm") }
    try sandbox.write(Picture.pixmap(9, 9, seed: 1), to: "in/b.ppm")
    try await child.until { sandbox.exists("in/out/b.ppm") }
    try sandbox.write(Picture.pixmap(9, 9, seed: 2), to: "in/c.ppm")
    try await child.until { sandbox.exists("in/out/c.ppm") }
    #expect(try await stop(child).summary == Summary(done: 3))
    #expect(try sandbox.tree("in").names.count == 6)
  }

  @Test("--to gives all that arrives another format")
  func format() async throws {
    let child = try await start(["--to", "qoi", "--size", "100"])
    try sandbox.write(Picture.pixmap(9, 9), to: "in/a.ppm")
    try sandbox.write(Picture.png(9, 9), to: "in/sub/b.png")
    try await wait(for: ["a.qoi", "sub/b.qoi"], from: child)
    #expect(try await stop(child).summary == Summary(done: 2))
    for name in ["out/a.qoi", "out/sub/b.qoi"] as [ByteString] {
      #expect(try sandbox.bytes(of: name).starts(with: "qoif".utf8))
      let back = try await sandbox.run("convert", name, "back.ppm", "--to", "ppm")
      #expect(back.status == .exited(0))
      #expect(try sandbox.bytes(of: "back.ppm") == Picture.pixmap(9, 9))
    }
  }

  @Test("F43: a file that is no picture is told once, and the watch goes on; a mended one is taken")
  func corrupt() async throws {
    let child = try await start()
    try sandbox.write("bad", to: "in/bad.ppm")
    try sandbox.write(Array(Picture.pixmap(9, 9).dropLast()), to: "in/short.ppm")
    try sandbox.write("words", to: "in/words.txt")
    try sandbox.link("in/link.ppm", to: "bad.ppm")
    try sandbox.makeFIFO("in/fifo.ppm")
    try sandbox.write("", to: "in/empty.ppm")
    try await child.until { child.messages.count { FailureLine($0) != nil } == 3 }
    try sandbox.write(Picture.pixmap(9, 9), to: "in/good.ppm")
    try await wait(for: ["good.ppm"], from: child)
    try sandbox.write(Picture.pixmap(9, 9), to: "in/bad.ppm")
    try await wait(for: ["bad.ppm"], from: child)
    let ending = try await stop(child)
    #expect(
      ending.failures.map(\.path).sorted() == ["in/bad.ppm", "in/empty.ppm", "in/short.ppm"])
    let summary = try #require(ending.summary)
    #expect(summary.done == 2 && summary.failed == 3 && summary.cancelled == 0)
    #expect(try sandbox.tree("out").names == ["bad.ppm", "good.ppm"])
  }

  @Test("--skip-existing: a watch that is started again does only what it has not done")
  func restarted() async throws {
    try sandbox.writePixmaps(20)
    let options: [ByteString] = ["--size", "4", "--skip-existing"]
    let first = try await start(options)
    try await first.until { sandbox.finishedCount() == 20 }
    #expect(try await stop(first).summary == Summary(done: 20))
    let before = try sandbox.tree("out")
    for index in 20..<23 {
      try sandbox.write(Picture.pixmap(9, 9, seed: index), to: "in/0\(index).ppm")
    }
    let second = try await start(options)
    try await second.until { sandbox.finishedCount() == 23 }
    try sandbox.write(Picture.pixmap(9, 9), to: "in/later.ppm")
    try await wait(for: ["later.ppm"], from: second)
    #expect(try await stop(second).summary == Summary(done: 4, upToDate: 20))
    let after = try sandbox.tree("out")
    #expect(before.entries.allSatisfy { after.entries[$0.key] == $0.value })
  }

  @Test("2,000 files that arrive at once in 20 new folders are all worked on")
  func flood() async throws {
    let child = try await start(["--size", "4"])
    let picture = Picture.pixmap(9, 9)
    for folder in 0..<20 {
      try sandbox.makeFolder("in/\(folder)")
      for index in 0..<100 { try sandbox.write(picture, to: "in/\(folder)/\(index).ppm") }
    }
    let folders = (0..<20).map { ByteString("out/\($0)") }
    try await child.until {
      folders.allSatisfy { sandbox.finishedCount(in: $0) == 100 }
    }
    let ending = try await stop(child)
    #expect(ending.summary == Summary(done: 2000), "\(ending.messages.prefix(5))")
    #expect(ending.messages.count == 2)
    let output = Set(try sandbox.tree("out").files.values)
    #expect(output.count == 1 && output.allSatisfy(Picture.isWhole))
  }
}

/// How fast a watch reacts.
@Suite(.alone) struct WatchReactionTests {
  @Test("a file that is renamed in has its output within 100 ms, at the median of 30")
  func reaction() async throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("in")
    try sandbox.write(Picture.pixmap(24, 16), to: "in/first.ppm")
    for index in 0..<30 {
      try sandbox.write(Picture.pixmap(24, 16, seed: index), to: "stock/\(index).ppm")
    }
    let child = try sandbox.start(["watch", "in", "out", "--size", "4"])
    try await child.until { sandbox.exists("out/first.ppm") }
    var durations: [Duration] = []
    for index in 0..<30 {
      let start = ContinuousClock.now
      try sandbox.rename("stock/\(index).ppm", to: "in/\(index).ppm")
      // A sleeping task would wait for a thread that other tests compute on.
      while !sandbox.exists("out/\(index).ppm"), ContinuousClock.now - start < .seconds(10) {
        usleep(500)
      }
      durations.append(ContinuousClock.now - start)
    }
    #expect(durations.sorted()[15] <= .milliseconds(100), "\(durations)")
    child.send(SIGTERM)
    #expect(try await child.ending().summary == Summary(done: 31))
  }
}
