import Glibc
import Testing

/// What a run says, and where.
@Suite(.besideOthers) struct TalkingTests {
  private let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
    try sandbox.writePixmaps(3)
    try sandbox.write("no picture", to: "in/bad.png")
    try sandbox.write("words", to: "in/words.txt")
  }

  @Test(
    "each failure has a line, then comes the summary; results alone go to standard output",
    arguments: [
      ("resize in out --size 4", "written"), ("convert in out --to png", "written"),
      ("verify in", "verified"), ("inspect in", "inspected"), ("inspect in --json", "inspected"),
      ("plan resize in out --size 4", "planned"), ("resize in out --size 4 -n", "planned"),
    ])
  func summary(line: String, verb: String) async throws {
    let arguments = line.split(separator: " ").map { ByteString(String($0)) }
    let ending = try await sandbox.start(arguments).ending()
    #expect(ending.status == .exited(1))
    #expect(ending.messages.count == 2)
    #expect(
      ending.messages.first
        == "imgbatch: in/bad.png: decode: no image: no known format starts like this")
    #expect(ending.summary == Summary(verb: verb, done: 3, skipped: 1, failed: 1))
    let lists = line.hasPrefix("inspect") || line.hasPrefix("plan") || line.hasSuffix("-n")
    #expect(ending.output.isEmpty != lists)
  }

  @Test(
    "no terminal, no escapes: whatever TERM and NO_COLOR say",
    arguments: [
      ["TERM": "xterm-256color"], ["TERM": "dumb"], ["NO_COLOR": "1"], ["CLICOLOR_FORCE": "1"],
    ])
  func noEscapes(environment: [String: String]) async throws {
    for options in [[], ["-v"], ["-q"], ["--progress", "never"]] as [[ByteString]] {
      let ending = try await sandbox.start(["resize", "in", "out", "--size", "4"] + options) {
        $0.environment = environment
      }.ending()
      #expect(!ending.error.contains(0x1B) && !ending.error.contains(0x0D))
      #expect(ending.output.isEmpty)
    }
    let inspect = try await sandbox.run("inspect", "in") { $0.environment = environment }
    #expect(!inspect.output.contains(0x1B))
  }

  @Test("--quiet leaves only failures, --verbose has a line for each file")
  func volume() async throws {
    let quiet = try await sandbox.run("resize", "in", "out", "-q")
    #expect(
      quiet.messages
        == ["imgbatch: in/bad.png: decode: no image: no known format starts like this"])
    let verbose = try await sandbox.run("resize", "in", "out", "--size", "12", "--verbose")
    let text = Set(verbose.messages)
    #expect(text.count == 6)
    let byteCount = try sandbox.bytes(of: "out/000.ppm").count
    #expect(
      text.contains("imgbatch: in/000.ppm -> out/000.ppm: 24x16 -> 12x8, \(byteCount) bytes"))
    #expect(text.contains("imgbatch: in/words.txt: skipped: no image"))
  }

  @Test("--progress always shows a line that is taken away at the end")
  func progress() async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let ending = try await sandbox.run(
      "verify", "in", "--progress", "always", "--timeout", "700ms", "--max-pixels", "10G", "-j",
      "2")
    #expect(ending.status == .exited(124))
    let erase = "\r\u{1B}[K"
    let pieces = ending.errorText.split(separator: erase, omittingEmptySubsequences: true)
    let line = /(\d+\/\d+|\d+ done)(, \d+ failed)?, \d+\.\d images\/s, \d+\.\d MP\/s(, ETA .+)?/
    #expect(pieces.contains { $0.prefixMatch(of: line) != nil }, "\(ending.errorText)")
    #expect(ending.summary != nil)
    let last = ending.errorText.split(separator: "\n").last ?? ""
    #expect(!last.contains("\u{1B}"))
  }

  @Test(
    "on a terminal a progress line comes by itself, unless it is unwanted",
    arguments: [
      ("xterm", [], true), ("dumb", [], false), ("xterm", ["-q"], false),
      ("xterm", ["--progress", "never"], false),
    ] as [(String, [ByteString], Bool)])
  func progressOnTerminal(term: String, options: [ByteString], isShown: Bool) async throws {
    try sandbox.writeEndlessBitmap("in/slow.pbm")
    let terminal = try Terminal()
    let child = try sandbox.start(
      ["verify", "in", "--timeout", "500ms", "--max-pixels", "10G"] + options
    ) {
      $0.environment["TERM"] = term
      $0.standardError = .descriptor(terminal.programEnd)
    }
    let ending = try await child.ending()
    #expect(ending.status == .exited(124))
    #expect(terminal.takeText().contains("\u{1B}[K") == isShown)
  }

  @Test("--report has an object for each job, with all that is known of it, and one for the run")
  func report() async throws {
    let run = try await sandbox.run(
      "resize", "in", "out", "--size", "12", "--report", "report.jsonl")
    let toOutput = try await sandbox.run(
      "resize", "in", "out", "--size", "12", "--report", "-", "-q")
    #expect(run.output.isEmpty)
    for text in [try sandbox.text(of: "report.jsonl"), toOutput.outputText] {
      let report = try Report(text)
      #expect(report.counts?.summary == run.summary && report.counts?.found == 5)
      let written = try #require(report.jobs.first { $0.input == "in/001.ppm" })
      #expect(written.status == "written" && written.output == "out/001.ppm")
      #expect(written.width == 12 && written.height == 8)
      #expect(written.inputBytes == (try sandbox.bytes(of: "in/001.ppm")).count)
      #expect(written.outputBytes == (try sandbox.bytes(of: "out/001.ppm")).count)
      #expect(written.seconds.read > 0 && written.seconds.write > 0 && written.seconds.encode > 0)
      #expect(written.stage == nil && written.code == nil && written.message == nil)
      let failed = try #require(report.jobs.first { $0.input == "in/bad.png" })
      #expect(failed.status == "failed" && failed.stage == "decode")
      #expect(failed.code == "notAnImage" && failed.outputBytes == nil)
      #expect(failed.message == "no image: no known format starts like this")
      let skipped = try #require(report.jobs.first { $0.input == "in/words.txt" })
      #expect(skipped.status == "skipped" && skipped.message == "no image")
    }
  }

  @Test("73: a report that cannot be made is told before anything is done")
  func impossibleReport() async throws {
    for report in ["gone/report.jsonl", "in"] as [ByteString] {
      let ending = try await sandbox.run("resize", "in", "out", "--size", "4", "--report", report)
      #expect(ending.status == .exited(73))
      #expect(ending.messages.count == 1)
      #expect(ending.errorText.hasPrefix("imgbatch: \(report): "))
      #expect(!sandbox.exists("out"))
    }
  }

  @Test("73: a report never takes the place of a file that is none")
  func reportOntoPicture() async throws {
    let picture = try sandbox.bytes(of: "in/000.ppm")
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "4", "--report", "in/000.ppm")
    #expect(ending.status == .exited(73))
    #expect(
      ending.messages == ["imgbatch: in/000.ppm: this file is no report, and is left as it is"])
    #expect(try sandbox.bytes(of: "in/000.ppm") == picture)
    #expect(!sandbox.exists("out"))
    let package = "{\"name\": \"a\"}\n"
    try sandbox.write(package, to: "package.json")
    let json = try await sandbox.run("verify", "in", "--report", "package.json")
    #expect(json.status == .exited(73))
    #expect(try sandbox.text(of: "package.json") == package)
    try sandbox.write("", to: "empty.jsonl")
    let again = try await sandbox.run("verify", "in", "--report", "empty.jsonl")
    #expect(again.status == .exited(1))
    // A report of a run that did not begin leaves the last one.
    let report = try sandbox.text(of: "empty.jsonl")
    let refused = try await sandbox.run("verify", "gone", "--report", "empty.jsonl")
    #expect(refused.status == .exited(66))
    #expect(try sandbox.text(of: "empty.jsonl") == report)
    try sandbox.makeFolder("in/sub")
    let empty = try await sandbox.run("verify", "in/sub", "--report", "empty.jsonl")
    #expect(empty.status == .exited(0))
    #expect(try Report(sandbox.text(of: "empty.jsonl")).jobs.isEmpty)
  }

  @Test("inspect lists what is there, in columns or as JSON, in the order of the input")
  func inspect() async throws {
    try sandbox.write(Picture.png(7, 5), to: "in/sub/p.png")
    let table = try await sandbox.run("inspect", "in", "-j", "4")
    let rows = table.outputLines.map { $0.split(separator: " ").map(String.init) }
    #expect(rows.first == ["format", "size", "depth", "colour", "orientation", "bytes", "path"])
    let byteCount = try sandbox.bytes(of: "in/000.ppm").count
    #expect(
      rows.dropFirst().first == ["ppm", "24x16", "8", "rgb", "1", "\(byteCount)", "in/000.ppm"])
    #expect(
      rows.dropFirst().compactMap(\.last)
        == ["in/000.ppm", "in/001.ppm", "in/002.ppm", "in/sub/p.png"])
    let json = try await sandbox.run("inspect", "in", "--json", "-j", "4")
    #expect(json.outputLines.count == 4)
    #expect(
      json.outputLines.first
        == "{\"bitDepth\":8,\"bytes\":\(byteCount),\"colour\":\"rgb\",\"format\":\"ppm\","
        + "\"frames\":1,\"height\":16,\"input\":\"in/000.ppm\",\"interlaced\":false,"
        + "\"metadata\":[],\"orientation\":1,\"width\":24}")
  }
}

/// A terminal that nobody sits at.
private final class Terminal {
  let programEnd: CInt
  private let ownEnd: CInt

  init() throws {
    typealias Function =
      @convention(c) (
        UnsafeMutablePointer<CInt>, UnsafeMutablePointer<CInt>, UnsafeMutablePointer<CChar>?,
        UnsafeRawPointer?, UnsafeRawPointer?
      ) -> CInt
    let openTerminal = try hiddenFunction("openpty", as: Function.self)
    var (own, program): (CInt, CInt) = (-1, -1)
    try check(openTerminal(&own, &program, nil, nil, nil), "openpty")
    (ownEnd, programEnd) = (own, program)
    try check(fcntl(ownEnd, F_SETFL, O_NONBLOCK), "fcntl")
  }

  deinit {
    close(programEnd)
    close(ownEnd)
  }

  /// What was written to it since.
  func takeText() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(ownEnd, &buffer, buffer.count), count > 0 {
      bytes += buffer.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
