import Glibc
import Testing

/// SIGUSR1: a line that tells what a run does at the moment.
@Suite(.besideOthers) struct StatusTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("SIGUSR1 tells counts, what waits, workers, memory, rates and time, and ends nothing")
  func statusLine() async throws {
    let child = try await sandbox.startHeldBack(
      by: "workers: 2\nmemory: 64M\nrate: 1/h\nio-rate: 20M/s\n")
    // Two more than there are workers are taken in, by and by.
    var status = try #require(try await child.status())
    while status.jobs.count(where: { $0.stage == "waiting" }) < 4,
      let next = try await child.status()
    {
      status = next
    }
    #expect(status.done == 1 && status.failed == 0)
    #expect(status.inFlight == 4 && status.jobs.count == 4)
    #expect(status.jobs.allSatisfy { $0.stage == "waiting" && $0.path.hasPrefix("in/") })
    #expect(status.jobs.map(\.age) == status.jobs.map(\.age).sorted(by: >))
    #expect(status.workers == 2 && status.settings == 1)
    #expect(status.memory == "0 of 64.0M")
    #expect(status.rate == "1.0/h" && status.ioRate == "20.0M/s")
    let lines = child.messages.filter { $0.contains("status: ") }
    let pattern =
      /imgbatch: status: 1 done, 0 failed, 0 queued, 4 in flight \((in\/\d+\.ppm waiting \d+\.\d s(; )?){4}\), slowest in\/\d+\.ppm \(\d+\.\d s\), 2 workers, .*/
    #expect(lines.last?.wholeMatch(of: pattern) != nil, "\(lines)")
    let later = try #require(try await child.status())
    #expect(later.seconds >= status.seconds && later.done == 1)
    try sandbox.replace("run.yaml", by: "rate: unlimited\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
  }

  @Test("SIGUSR1 names what is worked on with its stage, its age and the memory that it holds")
  func inFlight() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    try sandbox.write("no picture", to: "in/bad.ppm")
    let child = try sandbox.start(["verify", "in", "-j", "2"] + Sandbox.endlessOptions)
    try await child.until { child.readByteCount > 12_000_000 && !child.messages.isEmpty }
    var status = try #require(try await child.status())
    // Time goes by for it: at its own pace, not at that of this test.
    while (status.jobs.first?.age ?? 1) < 0.2, let next = try await child.status() { status = next }
    #expect(status.done == 1 && status.failed == 1 && status.inFlight == 1)
    let job = try #require(status.jobs.first)
    #expect(job.path == "in/slow.pbm" && ["read", "decode"].contains(job.stage))
    #expect(job.age <= status.seconds)
    #expect(!status.memory.hasPrefix("0 of "))
    #expect(status.rate == "unlimited" && status.ioRate == "unlimited")
    child.send(SIGINT)
    child.send(SIGINT)
    _ = try await child.ending()
  }

  @Test(
    "SIGUSR1 bears every rate that --rate and --io-rate take",
    arguments: [
      ["--rate", "9999999999999999999/s"], ["--io-rate", "9999999999999999999T/s"],
      ["--rate", "0.000001/h"], ["--io-rate", "0.000001/h"],
    ] as [[ByteString]])
  func extremeRates(options: [ByteString]) async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let socket = try NotificationSocket("\(sandbox.at("socket"))")
    let child = try sandbox.start(["verify", "in"] + Sandbox.endlessOptions + options) {
      $0.environment["NOTIFY_SOCKET"] = socket.name
    }
    #expect(try await socket.message(from: child) == "READY=1\nSTATUS=Working")
    #expect(try await child.status() != nil)
    #expect(child.isRunning)
    child.send(SIGINT)
    child.send(SIGINT)
    _ = try await child.ending()
  }

  @Test("--slow-after: a file that is still worked on is named, once, and none is with none")
  func slowFiles() async throws {
    try sandbox.writeEndlessBitmap("in/0.pbm")
    let command = ["verify", "in", "--job-timeout", "1s"] + Sandbox.endlessOptions
    let told = try await sandbox.start(command + ["--slow-after", "200ms"]).ending()
    let stalls = told.messages.filter { $0.contains("still at work after") }
    // Its bytes are read as its rows are asked for.
    let stages = ["decode", "read"].map { "imgbatch: in/0.pbm: \($0): " }
    #expect(stalls.count == 1 && stages.contains { stalls[0].hasPrefix($0) }, "\(stalls)")
    let silent = try await sandbox.start(command + ["--slow-after", "none"]).ending()
    #expect(!silent.messages.contains { $0.contains("still at work") })
  }

  @Test("many signals are answered, each after another, by whole lines; the run is none the wiser")
  func manySignals() async throws {
    try sandbox.writePixmaps(150)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--workers", "2")
    let child = try run.start()
    try await child.until { sandbox.exists("out/000.ppm") }
    var count = 0
    while child.isRunning, count < 200 {
      child.send(SIGUSR1)
      count += 1
      await Task.yield()
    }
    let ending = try await child.ending()
    try run.check(ending, expecting: [.exited(0)])
    #expect(ending.messages.dropLast().allSatisfy { StatusLine($0) != nil })
  }

  @Test(
    "SIGUSR1 where nobody can read the answer changes nothing",
    arguments: [Launch.Stream.closed, .file("/dev/full")])
  func nobodyReads(stream: Launch.Stream) async throws {
    try sandbox.writePixmaps(40)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "4")
    let child = try sandbox.start([
      "resize", "in", "out", "--size", "4", "--rate", "100/s", "--report", "report.jsonl",
    ]) { $0.standardError = stream }
    try await child.until { sandbox.finishedCount() > 0 }
    for _ in 0..<5 { child.send(SIGUSR1) }
    let ending = try await child.ending()
    #expect(ending.status == .exited(0))
    #expect(try sandbox.tree("out").files == run.checker.reference.files)
    #expect(try Report(sandbox.text(of: "report.jsonl")).counts?.written == 40)
  }
}
