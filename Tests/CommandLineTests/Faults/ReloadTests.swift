import Glibc
import TestSupport
import Testing

/// A configuration that changes while a run goes by it.
@Suite(.besideOthers) struct ReloadTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private static let inForce = "imgbatch: run.yaml: in force (settings 2)"
  private static let asTheyAre = "imgbatch: run.yaml: the settings stay as they are"

  /// Waits until the program has said a line so many times.
  private func wait(for line: String, count: Int = 1, from child: Child) async throws {
    try await child.until { child.messages.count { $0 == line } >= count }
  }

  /// Lets a run that was held back go on by the file, and makes sure that all is done.
  ///
  /// - Parameter messages: what it is to have said before its summary, in order.
  private func letGo(
    _ child: Child, saying messages: [String] = [Self.inForce],
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let ending = try await child.ending(location)
    #expect(ending.status == .exited(0), sourceLocation: location)
    #expect(ending.summary == Summary(done: 40), sourceLocation: location)
    #expect(
      ending.messages.dropLast().filter { StatusLine($0) == nil } == messages,
      sourceLocation: location)
    #expect(try sandbox.tree("out").files.count == 40, sourceLocation: location)
  }

  // MARK: How a file comes to be another

  @Test("A7: a file that is renamed over the configuration is in force while the run goes on")
  func renamedOver() async throws {
    let child = try await sandbox.startHeldBack()
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    try await letGo(child)
  }

  @Test("A7: a configuration that is edited in place is in force once its writer has closed it")
  func editedInPlace() async throws {
    let child = try await sandbox.startHeldBack()
    try sandbox.write("rate: 1000/s\n", to: "run.yaml")
    try await letGo(child)
  }

  @Test("A7: a configuration behind links that are turned elsewhere, as Kubernetes does")
  func linkTurned() async throws {
    try sandbox.write(Sandbox.heldBack, to: "volume/..first/run.yaml")
    try sandbox.link("volume/..data", to: "..first")
    try sandbox.link("volume/run.yaml", to: "..data/run.yaml")
    try sandbox.link("run.yaml", to: "volume/run.yaml")
    let child = try await sandbox.startHeldBack()
    try sandbox.write("workers: 3\nrate: 2/h\n", to: "volume/..second/run.yaml")
    try sandbox.link("volume/..data_tmp", to: "..second")
    try sandbox.rename("volume/..data_tmp", to: "volume/..data")
    sandbox.remove("volume/..first")
    try await wait(for: Self.inForce, from: child)
    #expect(try await child.status()?.workers == 3)
    // The links are followed anew: a second time, and then a change of the file itself.
    try sandbox.write("workers: 4\nrate: 3/h\n", to: "volume/..third/run.yaml")
    try sandbox.link("volume/..data_tmp", to: "..third")
    try sandbox.rename("volume/..data_tmp", to: "volume/..data")
    sandbox.remove("volume/..second")
    try await wait(for: "imgbatch: run.yaml: in force (settings 3)", from: child)
    try sandbox.write("rate: 1000/s\n", to: "volume/..third/run.yaml")
    try await letGo(
      child, saying: (2...4).map { "imgbatch: run.yaml: in force (settings \($0))" })
  }

  @Test("F22: SIGHUP reads it again where nothing else could tell, and says when nothing is new")
  func hangup() async throws {
    try sandbox.write(Sandbox.heldBack, to: "elsewhere/run.yaml")
    // The kernel tells of a change to those who watch the folder that it was made in.
    try sandbox.makeFolder("settings")
    try sandbox.hardLink("settings/run.yaml", to: "elsewhere/run.yaml")
    let child = try await sandbox.startHeldBack(at: "settings/run.yaml")
    func message(_ text: String) -> String { "imgbatch: settings/run.yaml: \(text)" }
    child.send(SIGHUP)
    try await wait(for: message("nothing new"), from: child)
    var isProved = false
    // Only what was seen at the very start may still be looked at by itself.
    for number in 2..<6 where !isProved {
      try sandbox.write("rate: \(number)/h\n", to: "elsewhere/run.yaml")
      let before = try #require(try await child.status())
      child.send(SIGHUP)
      try await wait(for: message("in force (settings \(number))"), from: child)
      isProved = before.settings == number - 1
    }
    #expect(isProved)
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
  }

  @Test("a configuration that says the same in other words is no other")
  func sameInOtherWords() async throws {
    let child = try await sandbox.startHeldBack(by: "memory: 1G\nrate: 1/h\n")
    try sandbox.replace("run.yaml", by: "# Slowly.\nrate: 1/h\nmemory: 1024M\n")
    child.send(SIGHUP)
    try await wait(for: "imgbatch: run.yaml: nothing new", from: child)
    #expect(try await child.status()?.settings == 1)
    try sandbox.replace("run.yaml", by: "rate: unlimited\n")
    try await letGo(child, saying: ["imgbatch: run.yaml: nothing new", Self.inForce])
  }

  // MARK: What is no configuration

  @Test("A6, F45: garbage leaves the settings as they are, told once for each content")
  func garbage() async throws {
    let child = try await sandbox.startHeldBack(by: "workers: 3\n" + Sandbox.heldBack)
    let contents = [
      "workers: 0\n", "rate: 5/d\n", "wokers: 3\n", "- rate\n", "rate: \"\n",
      "\u{0}\u{1}\u{FFFD}\n",
      "rate: 1000/s\ntimeout: 0\n",
    ]
    for (index, content) in contents.enumerated() {
      for _ in 0..<3 { try sandbox.replace("run.yaml", by: content) }
      try await wait(for: Self.asTheyAre, count: index + 1, from: child)
      // Once more, and asked for: it was told already.
      try sandbox.replace("run.yaml", by: content)
      child.send(SIGHUP)
      try await wait(for: "imgbatch: run.yaml: nothing new", count: index + 1, from: child)
    }
    let status = try #require(try await child.status())
    #expect(status.settings == 1 && status.workers == 3 && status.rate == "1.0/h")
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
    #expect(ending.messages.count { $0 == Self.asTheyAre } == contents.count)
    let placed = ending.messages.filter { $0.contains(#/^imgbatch: run\.yaml:\d+:\d+: /#) }
    #expect(placed.count == contents.count, "\(placed)")
  }

  @Test("A7: a file that is being written is left until its writer has closed it")
  func halfWritten() async throws {
    let child = try await sandbox.startHeldBack()
    let writer = try SlowWriter(sandbox.at("run.yaml"))
    // Each half is a valid configuration, and nothing of a limit: all would be done at once.
    for (index, half) in ["workers: 4\n", "job-timeout: 1h\n"].enumerated() {
      try writer.write(half)
      try sandbox.write("", to: "neighbour\(index)")
      child.send(SIGHUP)
      try await wait(
        for: "imgbatch: run.yaml: is being written: read when that is done", count: index + 1,
        from: child)
    }
    let status = try #require(try await child.status())
    #expect(status.settings == 1 && status.done <= 1)
    try writer.write("rate: 2/h\n")
    writer.close()
    try await wait(for: Self.inForce, from: child)
    #expect(try await child.status()?.workers == 4)
    #expect(child.messages.filter { $0.contains("stay") } == [])
    child.send(SIGTERM)
    #expect(try await child.ending().summary?.done == 1)
  }

  @Test(
    "A6, F45: a configuration that is deleted, or replaced by what is none, changes nothing",
    arguments: [
      ("nothing", "No such file or directory"), ("folder", "a folder, not a regular file"),
      ("fifo", "a FIFO, not a regular file"), ("socket", "a socket, not a regular file"),
      ("dangling", "No such file or directory"),
      ("loop", "Too many levels of symbolic links"),
      ("huge", "1073741824 bytes, which are more than the 1048576 allowed"),
    ])
  func replacedByNone(kind: String, complaint: String) async throws {
    let child = try await sandbox.startHeldBack()
    switch kind {
    case "folder": try sandbox.makeFolder("other")
    case "fifo": try sandbox.makeFIFO("other")
    case "socket": try sandbox.makeSocket("other")
    case "dangling": try sandbox.link("other", to: "nowhere")
    case "loop": try sandbox.link("other", to: "run.yaml")
    case "huge":
      try sandbox.write("", to: "other")
      try sandbox.extend("other", to: 1 << 30)
    default: break
    }
    // Only for a folder is there nothing in between.
    if ["folder", "nothing"].contains(kind) { sandbox.remove("run.yaml") }
    if kind != "nothing" { try sandbox.rename("other", to: "run.yaml") }
    let message = "imgbatch: run.yaml: \(complaint)"
    try await wait(for: message, from: child)
    // It answers as before, and tells nothing twice.
    child.send(SIGHUP)
    try await wait(for: "imgbatch: run.yaml: nothing new", from: child)
    #expect(try await child.status()?.settings == 1)
    if kind == "folder" { sandbox.remove("run.yaml") }
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
    #expect(ending.messages.count { $0 == message } == 1)
    #expect(ending.messages.contains(Self.inForce))
    if kind != "folder" { #expect(ending.messages.count { $0 == Self.asTheyAre } == 1) }
  }

  @Test("A7, F45: as many replacements as can be made: no torn reading, one message a content")
  func replacedAllTheTime() async throws {
    let child = try await sandbox.startHeldBack(by: "workers: 2\nmemory: 2M\nrate: 2/h\n")
    // Half of a content is a configuration as well: without a rate all would be done at once, and
    // a torn one would have numbers that do not go together.
    func content(_ number: Int) -> String {
      "workers: \(number)\nmemory: \(number)M\nrate: \(number)/h\n"
    }
    var (count, garbageCount) = (0, 0)
    for round in 0..<30 {
      for step in 0..<10 {
        let number = 2 + (count * 7) % 30
        if round % 3 == 2, step == 9 {
          try sandbox.replace("run.yaml", by: "workers: none \(count)\n")
          garbageCount += 1
        } else if step % 2 == 0 {
          try sandbox.replace("run.yaml", by: content(number))
        } else {
          try sandbox.write(content(number), to: "run.yaml")
        }
        count += 1
      }
      let status = try #require(try await child.status())
      #expect(status.done <= 1)
      let numbers = [
        "\(status.workers).0M", status.memory.split(separator: " ").last.map(String.init),
      ]
      #expect(numbers[0] == numbers[1] && status.rate.hasSuffix("/h"), "\(status)")
    }
    try sandbox.replace("run.yaml", by: content(31))
    try await child.until { child.messages.contains { $0.contains("in force") } }
    var status = try await child.status()
    while status?.workers != 31, child.isRunning { status = try await child.status() }
    let generation = try #require(status?.settings)
    #expect(generation <= count + 2)
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
    let messages = ending.messages.dropLast().filter { StatusLine($0) == nil }
    let inForce = messages.filter { $0.contains("in force") }
    #expect(
      inForce == (2...generation + 1).map { "imgbatch: run.yaml: in force (settings \($0))" })
    let garbage = messages.filter { $0.contains("found none") }
    #expect(garbage.count <= garbageCount && Set(garbage).count == garbage.count)
    #expect(messages.count == inForce.count + garbage.count * 2, "\(messages)")
  }

  // MARK: What changes

  @Test("A8: fewer workers let running jobs finish, and take up no more; more begin at once")
  func workers() async throws {
    // Each job ends by its own limit, so that workers come and go.
    try sandbox.writeEndlessBitmap("in/0.pbm")
    for index in 1..<2000 { try sandbox.hardLink("in/\(index).pbm", to: "in/0.pbm") }
    func content(_ count: Int) -> String { "workers: \(count)\njob-timeout: 2s\n" }
    try sandbox.write(content(2), to: "run.yaml")
    let child = try sandbox.start(
      ["verify", "in", "--config", "run.yaml"] + Sandbox.endlessOptions)
    try await child.until { child.messages.contains { FailureLine($0) != nil } }
    func working() async throws -> Int {
      try await child.status()?.jobs.count { $0.stage != "waiting" } ?? -1
    }
    try sandbox.replace("run.yaml", by: content(8))
    var count = 0
    while count < 8, child.isRunning { count = try await working() }
    #expect(count == 8)
    try sandbox.replace("run.yaml", by: content(2))
    while count > 2, child.isRunning { count = try await working() }
    // From here on for good; one or two more may have ended, and not be settled.
    var counts: [Int] = []
    for _ in 0..<9 { counts.append(try await working()) }
    #expect(counts.allSatisfy { $0 <= 4 } && counts.sorted()[4] <= 2, "\(counts)")
    #expect(try await child.status()?.workers == 2)
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
  }

  @Test("a level of talk that changes: each file is named from then on")
  func logLevel() async throws {
    let child = try await sandbox.startHeldBack(by: "log-level: error\n" + Sandbox.heldBack)
    try sandbox.replace("run.yaml", by: "log-level: debug\nrate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.summary == Summary(done: 40))
    let lines = ending.messages.filter { $0.contains(/^imgbatch: in\/\d+\.ppm -> out\//) }
    // All but the one that was done before.
    #expect(lines.count == 39)
  }

  @Test("a level that is lowered holds for what tells of the change, too")
  func loweredLogLevel() async throws {
    let child = try await sandbox.startHeldBack(by: "log-level: debug\n" + Sandbox.heldBack)
    try sandbox.replace("run.yaml", by: "log-level: error\nrate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0))
    #expect(ending.messages.count == 1, "\(ending.errorText)")
  }

  @Test(
    "a time limit that the file brings ends the run: 124",
    arguments: ["timeout: 1ms", "timeout: 1s"])
  func timeLimit(line: String) async throws {
    let child = try await sandbox.startHeldBack()
    try sandbox.replace("run.yaml", by: Sandbox.heldBack + line + "\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(124))
    #expect(ending.summary?.done == 1 && ending.summary?.failed == 0, "\(ending.errorText)")
  }

  @Test("A8: more workers than the system gives descriptors for are refused, and nothing changes")
  func tooManyWorkers() async throws {
    try sandbox.writePixmaps(40)
    try sandbox.write("workers: 2\n" + Sandbox.heldBack, to: "run.yaml")
    let child = try sandbox.start(
      ["resize", "in", "out", "--size", "4", "--config", "run.yaml"],
      through: ["prlimit", "--nofile=64:64"])
    try await child.until { sandbox.finishedCount() == 1 }
    try sandbox.replace("run.yaml", by: "workers: 64\nrate: 1000/s\n")
    try await child.until { child.messages.contains { $0.contains("stay as they are") } }
    #expect(
      child.messages.last
        == "\(Self.asTheyAre): 64 workers need 152 file descriptors, 64 are allowed")
    let status = try #require(try await child.status())
    #expect(status.workers == 2 && status.settings == 1 && status.rate == "1.0/h")
    try sandbox.replace("run.yaml", by: "workers: 4\nrate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
  }
}
