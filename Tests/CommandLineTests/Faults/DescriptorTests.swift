import Testing

/// A process that may not open many files.
@Suite(
  .besideOthers, .disabled(if: Machine.isSanitized, "a sanitizer has descriptors of its own"),
  .enabled(if: Machine.findsProgram("prlimit"), "prlimit(1) is missing"))
struct DescriptorTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(
    "F13: with few descriptors a run does all, or says at the start how many it needs: never a wrong failure",
    arguments: [1, 4, 16])
  func fewDescriptors(workerCount: Int) async throws {
    try sandbox.writePixmaps(12)
    try sandbox.writePixmaps(4, in: "in/a/b/c")
    try sandbox.writePixmaps(4, in: "in/d")
    let workers: ByteString = "\(workerCount)"
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--workers", workers)
    // As documented: two for each worker, and 24.
    let needed = 24 + 2 * workerCount
    let noun = workerCount == 1 ? "1 worker needs" : "\(workerCount) workers need"
    var surprises: [String] = []
    // All limits once; else those next to the lowest, and to the one that is enough.
    let limits = workerCount == 4 ? Array(4...64) : [4, 5, 6, 7, needed - 1, needed, needed + 1]
    for limit in limits {
      let ending = try await run.start(through: ["prlimit", "--nofile=\(limit)"]).ending()
      if limit >= needed {
        try run.check(ending, expecting: [.exited(0)])
        if limit == needed { try await run.complete() }
        try run.restore()
      } else if ending.status != .exited(71)
        || ending.errorText
          != "imgbatch: \(noun) \(needed) file descriptors, \(limit) are allowed\n"
        || sandbox.exists("out")
      {
        surprises.append("\(limit) descriptors: \(ending.status), \(ending.errorText)")
      }
    }
    #expect(surprises == [])
  }

  @Test(
    "F13: each level of folders takes two descriptors; where they end, so does the run, with 71",
    arguments: [(8, 28 + 16, 0), (60, 28 + 120, 0), (60, 28, 71)])
  func deepTree(depth: Int, limit: Int, status: Int32) async throws {
    var folder: ByteString = "in"
    for level in 0..<depth {
      folder = folder / "\(level)"
      try sandbox.writePixmaps(1, in: folder)
    }
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--workers", "2")
    try await run.run(through: ["prlimit", "--nofile=\(limit)"], expecting: .exited(status))
  }

  @Test("F13: wherever descriptors end, no readable file is called failed", arguments: [1, 2, 4])
  func deepTreeAtEveryLimit(workerCount: Int) async throws {
    var folder: ByteString = "in"
    for level in 0..<12 {
      folder = folder / "\(level)"
      try sandbox.writePixmaps(2, in: folder)
    }
    for limit in stride(from: 24 + 2 * workerCount, through: 54, by: 3) {
      let ending = try await sandbox.run(
        "resize", "in", "out", "--size", "9", "--workers", ByteString("\(workerCount)"),
        through: ["prlimit", "--nofile=\(limit)"])
      #expect([.exited(0), .exited(71)].contains(ending.status), "\(limit): \(ending.errorText)")
      #expect(ending.summary?.failed == 0, "\(limit): \(ending.errorText)")
    }
  }

  @Test("F13: a soft limit for old programs is raised to what is allowed")
  func softLimit() async throws {
    try sandbox.writePixmaps(4)
    let run = try await Rehearsal(in: sandbox, "resize", "--size", "9", "--workers", "8")
    try await run.run(through: ["prlimit", "--nofile=16:256"], expecting: .exited(0))
  }
}
