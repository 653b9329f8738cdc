import Testing

/// Small files that ask for much. See also HostileInputTests.
@Suite(.besideOthers) struct BombTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// Bounds on the memory that a program may ask for, whether it touches it or not, and on the
  /// addresses that it has, as `ulimit -v` sets them (RLIMIT_DATA, RLIMIT_AS, getrlimit(2)).
  private static let limits: [ByteString] = ["--data=268435456", "--as=268435456"]

  @Test(
    "F42: a folder of bombs passes inside 256 MiB: each is refused, or done",
    .enabled(if: Machine.findsProgram("prlimit"), "there is no prlimit"),
    .enabled(if: !Machine.isSanitized, "a sanitizer needs more memory"),
    arguments: [["resize", "in", "out"], ["verify", "in"]] as [[ByteString]], limits)
  func folder(command: [ByteString], limit: ByteString) async throws {
    let bombs = Bomb.all
    for bomb in bombs { try sandbox.write(bomb.bytes, to: "in" / bomb.name) }
    let ending = try await sandbox.start(
      command + ["--workers", "2"], through: ["prlimit", limit]
    ).ending()
    #expect(ending.status == .exited(1))
    #expect(
      Set(ending.failures)
        == Set(
          bombs.compactMap { bomb in
            bomb.message.map {
              FailureLine(path: "in/\(bomb.name)", stage: "decode", message: $0)
            }
          }))
    let sound = bombs.filter { $0.message == nil }.map(\.name)
    #expect(ending.summary?.done == sound.count && ending.summary?.found == bombs.count)
    #expect(ending.peakByteCount < 256 << 20)
    let outputs = try sandbox.tree("out").files
    #expect(outputs.keys.sorted() == (command[0] == "resize" ? sound.sorted() : []))
    for (name, bytes) in outputs { #expect(Picture.isWhole(bytes), "\(name)") }
  }

  @Test("F42: a refusal from the header costs no memory", .enabled(if: !Machine.isSanitized))
  func refusal() async throws {
    // Both go on for two seconds, so that they can be watched.
    try sandbox.writePixmaps(40, 4, 4, in: "sound")
    try sandbox.writePixmaps(40, 4, 4, in: "in/sound")
    for bomb in Bomb.all where bomb.message?.contains("limit") == true {
      try sandbox.write(bomb.bytes, to: "in" / bomb.name)
    }
    let options: [ByteString] = ["--workers", "1", "--rate", "20/s"]
    let sound = try await sandbox.start(["verify", "sound"] + options).ending()
    let refused = try await sandbox.start(["verify", "in"] + options).ending()
    #expect(refused.summary?.failed == 8 && refused.summary?.done == 40)
    #expect(refused.peakByteCount < sound.peakByteCount + 4 << 20)
  }
}
