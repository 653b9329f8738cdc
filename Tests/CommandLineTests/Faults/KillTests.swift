import Glibc
import TestSupport
import Testing

/// A process that is killed can clean up nothing: the next run does.
@Suite(.besideOthers) struct KillTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func rehearse() async throws -> Rehearsal {
    try sandbox.writePixmaps(30, 40, 30)
    try sandbox.writePixmaps(10, 40, 30, in: "in/deep/deeper")
    return try await Rehearsal(in: sandbox, "resize", "--size", "20", "--workers", "2") {
      [sandbox] in
      for index in 10..<30 { try sandbox.write("old", to: "out/0\(index).ppm") }
      try sandbox.write("old", to: "out/deep/deeper/005.ppm")
    }
  }

  @Test(
    "F10: killed at any time, no output is half done, and the next run completes all",
    arguments: 0..<4)
  func killedAtRandom(seed: UInt64) async throws {
    let run = try await rehearse()
    var numbers = SplitMix64(seed: seed)
    for _ in 0..<25 {
      let delay = run.duration * Double.random(in: 0..<1, using: &numbers)
      let child = try run.start()
      try await Task.sleep(for: delay)
      child.send(SIGKILL)
      try run.check(
        try await child.ending(), expecting: [.ended(bySignal: SIGKILL), .exited(0)])
      try await run.complete()
      try run.restore()
    }
  }

  @Test(
    "F10: killed before any one call that changes a file, the next run completes all",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"))
  func killedBeforeEachCall() async throws {
    try sandbox.writePixmaps(4)
    try sandbox.writePixmaps(2, in: "in/deep")
    let faults = try await FaultLibrary(in: sandbox)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--durable") { [sandbox] in
      for index in 0..<2 { try sandbox.write("old", to: "out/00\(index).ppm") }
    }
    var call = 0
    var strikeCount = 0
    repeat {
      call += 1
      let ending = try await run.start {
        faults.strike("change", .kill, first: call, in: &$0)
      }.ending()
      try run.check(ending, expecting: [.ended(bySignal: SIGKILL), .exited(0)])
      strikeCount = faults.takeStrikeCount()
      #expect((ending.status == .exited(0)) == (strikeCount == 0))
      try await run.complete()
      try run.restore()
    } while strikeCount > 0 && call < 200
    // Six pictures: at the least, each is opened, written, synced and linked.
    #expect(call > 24)
  }

  @Test(
    "F10, I2: killed between link and rename, one temporary file is left, which the next run removes",
    .enabled(if: Machine.hasCompiler, "no C compiler"),
    .disabled(if: Machine.isSanitized, "a sanitizer must be loaded first"))
  func killedBeforeRename() async throws {
    try sandbox.writePixmaps(4)
    let faults = try await FaultLibrary(in: sandbox)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9") { [sandbox] in
      for index in 0..<4 { try sandbox.write("old", to: "out/00\(index).ppm") }
    }
    try await run.run(expecting: .ended(bySignal: SIGKILL)) {
      faults.strike("renameat", .kill, first: 2, in: &$0)
    }
    #expect(try sandbox.tree("out").names.filter(\.isTemporary).count == 1)
    try await run.complete()
  }

  @Test("I2: a temporary file of a run that still lives is left alone, and is no input")
  func foreignTemporaries() async throws {
    try sandbox.writePixmaps(2)
    let living: ByteString = ".imgbatch-1-abc.tmp"
    let alike: ByteString = ".imgbatch-notes.txt"
    try sandbox.write(Picture.pixmap(4, 4), to: "in" / living)
    for name in [living, alike] { try sandbox.write("not mine", to: "out" / name) }
    let ending = try await sandbox.run("resize", "in", "out", "--size", "8", "--hidden")
    #expect(ending.summary == Summary(done: 2))
    #expect(try sandbox.tree("out").names == [living, alike, "000.ppm", "001.ppm"].sorted())
  }
}
