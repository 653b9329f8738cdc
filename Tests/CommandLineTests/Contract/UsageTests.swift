import Testing

/// What the program says of itself, and how it takes what it does not understand.
@Suite(.besideOthers) struct UsageTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test("--version names imgbatch and the libraries that it runs on")
  func version() async throws {
    let ending = try await sandbox.run("--version")
    #expect(ending.status == .exited(0))
    let pattern = /imgbatch \d+\.\d+\.\d+ \(libpng [\d.]+, zlib [\d.]+(, \w+ [\d.]+)*\)\n/
    #expect(ending.outputText.wholeMatch(of: pattern) != nil, "\(ending.outputText)")
    #expect(ending.error.isEmpty)
  }

  @Test(
    "--help says first what a command does, then gives examples, then the options in groups",
    arguments: ["resize", "convert", "inspect", "verify", "plan"])
  func help(command: String) async throws {
    let ending = try await sandbox.run(ByteString(command), "--help")
    #expect(ending.status == .exited(0) && ending.error.isEmpty)
    let text = ending.outputText
    #expect(text.hasPrefix("OVERVIEW: "))
    let places = ["OVERVIEW:", "Examples:", "USAGE: imgbatch \(command)", "OPTIONS:"].map {
      text.firstRange(of: $0)?.lowerBound
    }
    #expect(!places.contains(nil))
    #expect(places == places.sorted { ($0 ?? text.endIndex) < ($1 ?? text.endIndex) })
    let examples = text.split(separator: "\n").filter { $0.hasPrefix("  imgbatch \(command) ") }
    #expect((2...3).contains(examples.count))
    if command != "plan" {
      for group in ["SELECTING:", "RUNNING:", "TALKING:"] { #expect(text.contains(group)) }
    }
    #expect(!text.contains("\u{1B}"))
  }

  @Test(
    "an option of several words is shown with all of them, and its default is one of them",
    arguments: [
      "resize", "convert", "apply", "optimize", "inspect", "verify", "compare", "watch",
    ])
  func words(command: String) async throws {
    let text = try await sandbox.run(ByteString(command), "--help").unwrappedText
    let options = text.split(separator: " --").filter { $0.contains("(values: ") }
    #expect(!options.isEmpty)
    for option in options {
      let parts = try #require(option.firstMatch(of: /<([^>]*)>(.*)\(values: ([^)]*)\)/)).output
      let words = parts.3.split(separator: ", ")
      #expect(parts.1.split(separator: "|") == words, "\(option)")
      if let standard = parts.2.firstMatch(of: /\(default: ([^) ]*)\)/) {
        #expect(words.contains(standard.output.1), "\(option)")
      }
    }
  }

  @Test("help names the exit statuses; a bare call is a call for help")
  func overview() async throws {
    let help = try await sandbox.run("--help")
    let words = help.unwrappedText
    for status in ["1 some", "64 usage", "65 plan", "66 no input", "71", "73", "74", "75", "124"] {
      #expect(words.contains(status))
    }
    let bare = try await sandbox.start([]).ending()
    #expect(bare.outputText == help.outputText)
  }

  @Test("there are completions for bash, zsh and fish", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let ending = try await sandbox.run("--generate-completion-script", ByteString(shell))
    #expect(ending.status == .exited(0))
    for word in ["resize", "convert", "inspect", "verify", "plan", "workers"] {
      #expect(ending.outputText.contains(word))
    }
    guard Machine.findsProgram(shell), shell != "fish" else { return }
    try sandbox.write(ending.output, to: "completion")
    let check = try await sandbox.run(program: ByteString(shell), "-n", "completion")
    #expect(check.status == .exited(0), "\(check.errorText)")
  }

  @Test(
    "64: what is not understood is explained on standard error, and nothing is done",
    arguments: [
      "bogus", "resize", "resize in", "resize in out extra", "resize in out --bogus",
      "resize in out --size", "resize in out --size abc", "resize in out --size 0",
      "resize in out --size 0x5", "resize in out --size -5", "resize in out --size 1.5",
      "resize in out --size 0%", "resize in out --fit round", "resize in out --filter sharp",
      "resize in out --position here", "resize in out --background nocolour",
      "resize in out --workers 0", "resize in out --workers -1", "resize in out --workers 1025",
      "resize in out --workers two", "resize in out -j", "resize in out --memory lots",
      "resize in out --memory 0", "resize in out --memory -1", "resize in out --timeout soon",
      "resize in out --timeout 0", "resize in out --timeout -1s", "resize in out --timeout 1y",
      "resize in out --job-timeout 0s", "resize in out --max-pixels 0",
      "resize in out --max-pixels 1X", "resize in out --compression 13",
      "resize in out --compression -1", "resize in out --metadata some",
      "resize in out --progress sometimes", "resize in out --quiet --verbose",
      "resize in out --null", "convert in out", "convert in out --to", "convert in out --to jpg",
      "convert in out --to pbm", "inspect", "verify", "verify in out", "plan", "plan inspect in",
      "plan resize in",
    ])
  func usageError(line: String) async throws {
    try sandbox.writePixmaps(1)
    // plan alone has nothing to plan: it shows its help, as the program itself does.
    if line == "plan" { return }
    let arguments = line.split(separator: " ").map { ByteString(String($0)) }
    let ending = try await sandbox.start(arguments).ending()
    #expect(ending.status == .exited(64), "\(ending.errorText)")
    #expect(ending.output.isEmpty && ending.errorText.hasPrefix("Error: "))
    #expect(!sandbox.exists("out"))
  }

  @Test(
    "64: a folder has no place on a standard stream, and a stream none in a folder",
    arguments: ["resize in -", "resize - in", "convert - in/ --to png"])
  func streamsAndFolders(line: String) async throws {
    try sandbox.writePixmaps(1)
    let arguments = line.split(separator: " ").map { ByteString(String($0)) }
    let before = try sandbox.tree("")
    let ending = try await sandbox.start(arguments) {
      $0.standardInput = .bytes(Picture.pixmap(4, 4))
    }.ending()
    #expect(ending.status == .exited(64), "\(ending.errorText)")
    #expect(ending.output.isEmpty)
    #expect(try sandbox.tree("") == before)
  }

  @Test("66: an IN or a list that is not there")
  func missingInput() async throws {
    try sandbox.makeFolder("in")
    for command in [
      ["resize", "gone", "out", "--size", "4"], ["verify", "gone"], ["inspect", "gone"],
      ["plan", "convert", "gone", "out", "--to", "png"], ["verify", "in", "--files-from", "gone"],
    ] as [[ByteString]] {
      let ending = try await sandbox.start(command).ending()
      #expect(ending.status == .exited(66))
      #expect(ending.messages == ["imgbatch: gone: No such file or directory"])
    }
    #expect(!sandbox.exists("out"))
  }
}
