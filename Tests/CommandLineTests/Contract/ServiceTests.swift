import Glibc
import Testing

/// A run as a service: what it says to the manager that started it, as sd_notify(3) has it.
@Suite(.besideOthers) struct ServiceTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private static let ready = "READY=1\nSTATUS=Working"

  private static var microseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
  }

  /// A socket whose name no other test has.
  private func makeSocket(isAbstract: Bool = false) throws -> NotificationSocket {
    try NotificationSocket("\(isAbstract ? "@" : "")\(sandbox.at("socket"))")
  }

  @Test("a service is ready, then stopping", arguments: [false, true])
  func readyAndStopping(isAbstract: Bool) async throws {
    let socket = try makeSocket(isAbstract: isAbstract)
    let child = try await sandbox.startHeldBack { $0.environment["NOTIFY_SOCKET"] = socket.name }
    #expect(socket.rest() == [Self.ready])
    child.send(SIGTERM)
    let ending = try await child.ending()
    #expect(ending.status == .ended(bySignal: SIGTERM))
    #expect(socket.rest() == ["STOPPING=1"])
  }

  @Test("a run that ends by itself was ready, and that is all")
  func endsByItself() async throws {
    try sandbox.writePixmaps(3)
    let socket = try makeSocket()
    let ending = try await sandbox.run("verify", "in") {
      $0.environment["NOTIFY_SOCKET"] = socket.name
    }
    #expect(ending.status == .exited(0))
    #expect(socket.rest() == [Self.ready])
  }

  @Test("a run that can't start is never ready")
  func neverReady() async throws {
    let socket = try makeSocket()
    let ending = try await sandbox.run("verify", "gone") {
      $0.environment["NOTIFY_SOCKET"] = socket.name
    }
    #expect(ending.status == .exited(66))
    #expect(socket.rest() == [])
  }

  @Test("a watch is ready once it would see what arrives, and says that it watches")
  func watching() async throws {
    try sandbox.makeFolder("in")
    let socket = try makeSocket()
    let child = try sandbox.start(["watch", "in", "out", "--size", "4"]) {
      $0.environment["NOTIFY_SOCKET"] = socket.name
    }
    #expect(try await socket.message(from: child) == "READY=1\nSTATUS=Watching")
    try sandbox.writePixmaps(1)
    try await child.until { sandbox.exists("out/000.ppm") }
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
    #expect(socket.rest() == ["STOPPING=1"])
  }

  @Test(
    "SIGHUP with --config: reloading, with the time, and ready again", arguments: [true, false])
  func reloading(isValid: Bool) async throws {
    let socket = try makeSocket()
    let child = try await sandbox.startHeldBack { $0.environment["NOTIFY_SOCKET"] = socket.name }
    #expect(try await socket.message(from: child) == Self.ready)
    if !isValid { try sandbox.replace("run.yaml", by: "rate: 5/d\n") }
    for _ in 0..<3 {
      let before = Self.microseconds
      child.send(SIGHUP)
      let message = try #require(try await socket.message(from: child))
      let match = try #require(message.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=(\d+)/))
      let time = try #require(Int(match.1))
      #expect(before <= time && time <= Self.microseconds)
      #expect(try await socket.message(from: child) == "READY=1")
    }
    child.send(SIGTERM)
    _ = try await child.ending()
  }

  // MARK: The watchdog

  /// How long it takes until the program has shown so many signs of life.
  private func duration(
    of count: Int, signsOfLifeOf child: Child, to socket: NotificationSocket
  ) async throws -> Duration {
    let start = ContinuousClock.now
    var seen = 0
    try await child.until {
      seen += socket.rest().count { $0 == NotificationSocket.signOfLife }
      return seen >= count
    }
    return ContinuousClock.now - start
  }

  @Test(
    "a healthy run shows at least two signs of life a period of the watchdog",
    arguments: ["held back", "the last one runs", "the last one waits", "watching"])
  func signsOfLife(of kind: String) async throws {
    let socket = try makeSocket()
    var arguments: [ByteString] = ["verify", "in"]
    switch kind {
    case "held back":
      try sandbox.writePixmaps(40)
      arguments += ["--rate", "1/h"]
    case "the last one runs":
      // Nothing is left to be found, and nothing ends for minutes.
      try sandbox.writeEndlessBitmap("in/slow.pbm")
      arguments += Sandbox.endlessOptions
    case "the last one waits":
      try sandbox.writePixmaps(2)
      arguments += ["--rate", "1/h"]
    default:
      try sandbox.makeFolder("in")
      arguments = ["watch", "in", "out", "--size", "4"]
    }
    let child = try sandbox.start(arguments) {
      $0.environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "400000"]
    }
    // The machine has other work: once is enough.
    var fastest = Duration.seconds(60)
    for _ in 0..<3 where fastest > .milliseconds(800) {
      fastest = min(fastest, try await duration(of: 4, signsOfLifeOf: child, to: socket))
    }
    #expect(fastest <= .milliseconds(800))
    child.send(SIGINT)
    child.send(SIGINT)
    _ = try await child.ending()
  }

  @Test("a run that is stuck shows no sign of life; one that goes on again does")
  func stuck() async throws {
    let pipe = try Pipe()
    try pipe.shrink()
    try sandbox.writePixmaps(200)
    let socket = try makeSocket()
    let child = try sandbox.start(["verify", "in", "--report", "-"]) {
      $0.standardOutput = .descriptor(pipe.writeEnd)
      $0.environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "200000"]
    }
    // Nobody reads: the report is stuck, and the pipeline behind it.
    try await child.until { try pipe.waitingByteCount() > 3000 }
    // A time in which a healthy run would have shown twenty of them, after a period in which it was
    // still healthy.
    usleep(200_000)
    _ = socket.rest()
    usleep(1_000_000)
    #expect(socket.rest() == [])
    #expect(child.isRunning)
    // It answers all the same, and tells how far it is.
    let status = try #require(try await child.status())
    #expect((1..<200).contains(status.done))
    pipe.closeWriteEnd()
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    // Read by and by, so that there is time for signs of life.
    var sawLife = false
    while try check(read(pipe.readEnd, &bytes, sawLife ? bytes.count : 256), "read") > 0 {
      if !sawLife { usleep(5_000) }
      sawLife = sawLife || socket.rest().contains(NotificationSocket.signOfLife)
    }
    #expect(sawLife)
    #expect(try await child.ending().summary == Summary(verb: "verified", done: 200))
  }

  @Test("a watchdog that is meant for another process, or for none, is left alone")
  func notMeant() async throws {
    for (name, value) in [
      ("WATCHDOG_PID", "1"), ("WATCHDOG_USEC", "0"), ("WATCHDOG_USEC", "-5"),
      ("WATCHDOG_USEC", "soon"),
    ] {
      let folder = try Sandbox()
      let socket = try NotificationSocket("\(folder.at("socket"))")
      let child = try await folder.startHeldBack {
        $0.environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "4000"]
        $0.environment[name] = value
      }
      // A thousand periods of the watchdog, seen from the process: its own clock tells.
      while let status = try await child.status(), status.seconds < 0.3 {}
      child.send(SIGTERM)
      _ = try await child.ending()
      #expect(socket.rest() == [Self.ready, "STOPPING=1"], "\(name)=\(value)")
    }
  }

  // MARK: No manager

  @Test(
    "a manager that can't be told does not matter",
    arguments: [
      "", "/nowhere/socket", "@nobody", "@", "relative", "vsock:2:1234",
      "/" + String(repeating: "x", count: 106), "/" + String(repeating: "x", count: 107),
      "@" + String(repeating: "x", count: 5000),
    ])
  func unusableSocket(name: String) async throws {
    try sandbox.writePixmaps(3)
    try sandbox.write("", to: "run.yaml")
    let ending = try await sandbox.run("verify", "in", "--config", "run.yaml") {
      $0.environment = ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000"]
    }
    #expect(ending.status == .exited(0))
    #expect(ending.messages.count == 1)
    #expect(ending.summary == Summary(verb: "verified", done: 3))
  }

  @Test("a manager that listens no more, and a queue that is full, hold up nothing")
  func idleManager() async throws {
    let socket = try makeSocket()
    let child = try await sandbox.startHeldBack {
      $0.environment = ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "4000"]
    }
    // Nobody takes the signs of life: the queue of a socket holds a few of them.
    while let status = try await child.status(), status.seconds < 0.3 {}
    child.send(SIGHUP)
    try await child.until { child.messages.contains { $0.hasSuffix("nothing new") } }
    sandbox.remove("socket")
    try sandbox.replace("run.yaml", by: "rate: 1000/s\n")
    let ending = try await child.ending()
    #expect(ending.status == .exited(0) && ending.summary == Summary(done: 40))
    #expect(!socket.rest().isEmpty)
  }
}
