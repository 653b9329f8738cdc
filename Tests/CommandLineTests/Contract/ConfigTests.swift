import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Settings from a file and from the environment, and `imgbatch config`.
@Suite(.besideOthers) struct ConfigTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// What is wrong with a configuration, and what is to be said of it.
  struct Flaw: CustomTestStringConvertible {
    let text: String
    let messages: [String]

    var testDescription: String { text.debugDescription }
  }

  private static let flaws = [
    Flaw(
      text: "workers: 0\n",
      messages: ["1:10: workers: expected a whole number from 1 to 1024 or auto"]),
    Flaw(
      text: "# Slow.\nrat: 5/s\n\nlog-level: loud\n",
      messages: [
        "2:1: unknown key 'rat', did you mean 'rate'?",
        "4:12: log-level: expected error, info or debug; found loud",
      ]),
    Flaw(text: "workers: 2\nrate: 5/d\n", messages: ["2:7: rate: expected "]),
    Flaw(
      text: "io-rate: [1, 2]\ntimeout: never\n", messages: ["1:10: io-rate: ", "2:10: timeout: "]),
    Flaw(text: "- workers\n", messages: ["1:1: "]),
    Flaw(text: "memory: \"\n", messages: ["1:9: no valid YAML: "]),
  ]

  private func expect(
    _ ending: Ending, toTell flaw: Flaw, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(ending.status == .exited(78), "\(ending.errorText)", sourceLocation: location)
    #expect(ending.messages.count == flaw.messages.count, sourceLocation: location)
    for (message, expected) in zip(ending.messages, flaw.messages) {
      #expect(
        message.hasPrefix("imgbatch: run.yaml:" + expected), "\(message)", sourceLocation: location)
    }
  }

  @Test(
    "78: an invalid file is told by line and column, all of it at once; nothing is written",
    arguments: flaws)
  func invalidFile(flaw: Flaw) async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write(flaw.text, to: "run.yaml")
    let before = try sandbox.tree("")
    for command in [
      ["resize", "in", "out"], ["verify", "in"], ["watch", "in", "out"],
    ] as [[ByteString]] {
      expect(try await sandbox.start(command + ["--config", "run.yaml"]).ending(), toTell: flaw)
    }
    let check = try await sandbox.run("config", "check", "run.yaml")
    expect(check, toTell: flaw)
    #expect(check.output.isEmpty)
    #expect(try sandbox.tree("") == before)
  }

  @Test(
    "config check is silent where there is nothing to say",
    arguments: [
      "", "# Nothing.\n", "workers: auto\nmemory: 1.5G\nrate: 600/h\nio-rate: 20M/s\n",
      "timeout: 10m\njob-timeout: 30\nlog-level: debug\n", "{\"workers\": 4, \"rate\": \"50/s\"}",
    ])
  func validFile(text: String) async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write(text, to: "run.yaml")
    let check = try await sandbox.run("config", "check", "run.yaml")
    #expect(check.status == .exited(0), "\(check.errorText)")
    #expect(check.error.isEmpty && check.output.isEmpty)
    let run = try await sandbox.run("verify", "in", "--config", "run.yaml")
    #expect(run.summary == Summary(verb: "verified", done: 2))
  }

  @Test(
    "78: what is no file of a sensible size is refused by its name, and waited for by nobody",
    arguments: [
      ("missing", "No such file or directory"), ("folder", "a folder, not a regular file"),
      ("fifo", "a FIFO, not a regular file"), ("/dev/zero", "a device, not a regular file"),
      ("large", "2097152 bytes, which are more than the 1048576 allowed"),
      ("folder/none/run.yaml", "No such file or directory"),
    ])
  func noFile(path: String, message: String) async throws {
    try sandbox.writePixmaps(1)
    try sandbox.makeFolder("folder")
    try sandbox.makeFIFO("fifo")
    try sandbox.write("", to: "large")
    try sandbox.extend("large", to: 2 << 20)
    for command in [["config", "check"], ["verify", "in", "--config"]] as [[ByteString]] {
      let ending = try await sandbox.start(command + [ByteString(path)]).ending()
      #expect(ending.status == .exited(78))
      #expect(ending.messages == ["imgbatch: \(path): \(message)"])
    }
  }

  @Test("config schema prints a JSON Schema of the seven keys, each with its description")
  func schema() async throws {
    struct Schema: Decodable {
      struct Property: Decodable {
        let description: String
      }

      let properties: [String: Property]
      let additionalProperties: Bool
    }
    let ending = try await sandbox.run("config", "schema")
    #expect(ending.status == .exited(0) && ending.error.isEmpty)
    let schema = try JSONDecoder().decode(Schema.self, from: Data(ending.output))
    #expect(
      Set(schema.properties.keys) == [
        "workers", "memory", "rate", "io-rate", "timeout", "job-timeout",
        "slow-after", "log-level",
      ])
    #expect(schema.properties.values.allSatisfy { !$0.description.isEmpty })
    #expect(!schema.additionalProperties)
    let full = try await sandbox.run("config", "schema") { $0.standardOutput = .file("/dev/full") }
    #expect(full.status == .exited(74))
  }

  @Test("a flag wins over the environment, the environment over the file")
  func precedence() async throws {
    let file = "workers: 2\nmemory: 64M\nrate: 1/h\nio-rate: 9M/s\n"
    let options: [ByteString] = ["--workers", "5"]
    let child = try await sandbox.startHeldBack(by: file, options) {
      $0.environment = ["IMGBATCH_WORKERS": "3", "IMGBATCH_MEMORY": "32M", "IMGBATCH_IO_RATE": ""]
    }
    let status = try #require(try await child.status())
    #expect(status.workers == 5)
    #expect(status.memory.hasSuffix(" of 32.0M"))
    #expect(status.ioRate == "9.0M/s", "an empty variable says nothing")
    // So it stays when the file changes.
    try sandbox.replace(
      "run.yaml", by: "workers: 4\nmemory: 16M\nrate: 2/h\nio-rate: 8M/s\n")
    try await child.until { child.messages.contains { $0.contains("in force") } }
    let later = try #require(try await child.status())
    #expect(later.workers == 5)
    #expect(later.memory.hasSuffix(" of 32.0M"))
    #expect(later.ioRate == "8.0M/s" && later.settings == 2)
    child.send(SIGTERM)
    #expect(try await child.ending().status == .ended(bySignal: SIGTERM))
  }

  @Test(
    "64: a variable that can't be understood is named, with what it should hold",
    arguments: [
      ("IMGBATCH_WORKERS", "zero"), ("IMGBATCH_MEMORY", "lots"), ("IMGBATCH_RATE", "5/d"),
      ("IMGBATCH_IO_RATE", "0/s"), ("IMGBATCH_TIMEOUT", "soon"), ("IMGBATCH_JOB_TIMEOUT", "-1s"),
      ("IMGBATCH_LOG_LEVEL", "loud"),
    ])
  func invalidEnvironment(name: String, value: String) async throws {
    try sandbox.writePixmaps(1)
    let ending = try await sandbox.run("resize", "in", "out") { $0.environment = [name: value] }
    #expect(ending.status == .exited(64))
    #expect(ending.messages.count == 1)
    let message = try #require(ending.messages.first)
    #expect(message.hasPrefix("imgbatch: \(name): expected "))
    #expect(message.hasSuffix("; found \(value)"))
    #expect(!sandbox.exists("out"))
  }

  @Test("what the file says holds from the start: a time limit, a level of talk")
  func holdsFromTheStart() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    try sandbox.write("timeout: 200ms\n", to: "run.yaml")
    let run = try await sandbox.start(
      ["verify", "in", "--config", "run.yaml"] + Sandbox.endlessOptions
    ).ending()
    #expect(run.status == .exited(124))
    try sandbox.write("job-timeout: 200ms\nlog-level: error\n", to: "run.yaml")
    let job = try await sandbox.start(
      ["verify", "in", "--config", "run.yaml"] + Sandbox.endlessOptions
    ).ending()
    #expect(job.status == .exited(1))
    #expect(job.failures.map(\.message) == ["timed out after 0.2s"])
    #expect(job.messages.count == 1, "no summary where only errors are said")
  }

  @Test("--log-level: error is failures alone, info has the summary, debug a line for each file")
  func logLevels() async throws {
    try sandbox.writePixmaps(2)
    try sandbox.write("bad", to: "in/bad.ppm")
    var counts: [Int] = []
    for options in [
      ["--log-level", "error"], ["-q"], ["--log-level", "info"], [], ["--log-level", "debug"],
      ["-v"],
    ] as [[ByteString]] {
      let ending = try await sandbox.start(["verify", "in"] + options).ending()
      #expect(ending.failures.map(\.path) == ["in/bad.ppm"])
      counts.append(ending.messages.count)
    }
    #expect(counts == [1, 1, 2, 2, 4, 4])
  }

  @Test(
    "64: -q, -v and --log-level exclude each other",
    arguments: [
      ["-q", "-v"], ["-q", "--log-level", "error"], ["-v", "--log-level", "debug"],
      ["--log-level", "loud"],
    ] as [[ByteString]])
  func exclusiveLevels(options: [ByteString]) async throws {
    try sandbox.writePixmaps(1)
    let ending = try await sandbox.start(["resize", "in", "out"] + options).ending()
    #expect(ending.status == .exited(64))
    #expect(!sandbox.exists("out"))
  }
}
