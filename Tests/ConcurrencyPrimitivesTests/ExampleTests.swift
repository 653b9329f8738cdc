import ConcurrencyPrimitives
import Glibc
import Testing

/// The examples in the documentation, as code that runs: each function holds the lines that stand in
/// the comment of the type it is named after.
@Suite(.timeLimit(.minutes(5))) struct ExampleTests {
  @Test("each public type and function has an example in its documentation, and it runs here")
  func examplesAreRun() throws {
    let folder = String(#filePath.split(separator: "/").dropLast(3).joined(separator: "/"))
    let tests = try #require(Self.text(of: #filePath))
    var names: [String] = []
    for file in try Self.files(in: "/\(folder)/Sources/ConcurrencyPrimitives") {
      for (name, example) in Self.documentedNames(in: try #require(Self.text(of: file))) {
        names.append(name)
        let isRun = !example.isEmpty && tests.contains(Self.function(name, example))
        #expect(isRun, "\(name): its example is not the one that is run here")
      }
    }
    #expect(names.count >= 14)
  }

  @Test func exampleCancellationScope() async throws {
    let run = CancellationScope()
    let job = CancellationScope(
      parent: run, deadline: .after(.seconds(30), label: "timed out after 30s"))
    try job.check()
    run.cancel(.signal(15))
    precondition(job.interruption == .signal(15))
  }

  @Test func exampleConfigurationCell() async throws {
    let limits = ConfigurationCell(["width": 1024])
    let before = limits.snapshot
    limits.update { $0["width"] = 800 }
    limits.update { $0["width"] = 800 }
    // Whoever works by the old snapshot goes on by it; the second update changed nothing.
    precondition(before.value == ["width": 1024] && before.generation == 1)
    precondition(limits.snapshot.value == ["width": 800] && limits.snapshot.generation == 2)
  }

  @Test func exampleDeadline() async throws {
    let deadline = Deadline.after(.milliseconds(20), label: "timed out after 20ms")
    var rowCount = 0
    while deadline.instant > .now { rowCount += 1 }
    precondition(rowCount > 0 && deadline.label == "timed out after 20ms")
  }

  @Test func exampleFanOut() async throws {
    let pool = try WorkerPool(threadCount: 4, name: "sums")
    defer { pool.shutdown() }
    var numbers = (1...100).makeIterator()
    var sum = 0
    try await fanOut(
      over: { numbers.next() }, width: pool.threadCount + 2, on: pool,
      process: { $0 * $0 },
      collect: { sum += $0 })
    precondition(sum == 338_350)
  }

  @Test func exampleInterruption() async throws {
    let scope = CancellationScope(deadline: .after(.zero, label: "timed out"))
    scope.cancel(.failure("disk full"))
    precondition(scope.interruption == .deadline(label: "timed out"), "the first cause is kept")
    precondition(scope.interruption?.isTimeout == true && Interruption.cancelled.isTimeout == false)
  }

  @Test func exampleOnceCache() async throws {
    let squares = OnceCache<Int, Int>(capacity: 2)
    for key in [3, 3, 4, 3] { _ = try await squares.value(for: key) { $0 * $0 } }
    precondition(squares.computationCount == 2 && squares.count == 2)
  }

  @Test func exampleOnceCell() async throws {
    let table = OnceCell<[Double]>()
    let sums = try await withThrowingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          try await table.value { (0..<1000).map { Double($0).squareRoot() } }.reduce(0, +)
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    precondition(sums.count == 1)
  }

  @Test func exampleRate() async throws {
    precondition(Rate(every: .milliseconds(20)) == Rate(perSecond: 50))
    precondition(Rate(every: .zero) == .unlimited)
    let limiter = RateLimiter(Rate(perSecond: 0), burst: 1)
    precondition(limiter.tryTake() && !limiter.tryTake())
    limiter.setRate(.unlimited, burst: 0)
    precondition((1...1000).allSatisfy { limiter.tryTake($0) })
  }

  @Test func exampleRateLimiter() async throws {
    let timers = TimerQueue(manualFrom: .now)
    let limiter = RateLimiter(Rate(perSecond: 10), burst: 3, timers: timers)
    try await limiter.wait(for: 2)
    async let second: Void = limiter.wait(for: 3)
    while limiter.waiterCount == 0 { await Task.yield() }
    precondition(!limiter.tryTake())
    timers.advance(by: .milliseconds(200))
    try await second
    let reservation = limiter.reserve(1, within: .seconds(1))
    precondition(reservation?.timeToAct == timers.now + .milliseconds(100))
  }

  @Test func exampleThrottle() async throws {
    var throttle = Throttle(first: 2, every: 100, interval: .seconds(10))
    let start = Deadline.Instant.now
    let passed = (0..<250).filter { _ in throttle.fires(at: start) }
    precondition(passed == [0, 1, 100, 200])
    precondition(!throttle.fires(at: start + .seconds(9)))
    precondition(throttle.fires(at: start + .seconds(10)))
  }

  @Test func exampleTicker() async throws {
    let ticker = Ticker(every: .milliseconds(5))
    let start = Deadline.Instant.now
    var tickCount = 0
    for await _ in ticker {
      tickCount += 1
      if tickCount == 3 { break }
    }
    precondition(start.duration(to: .now) >= .milliseconds(15))
  }

  @Test func exampleTimerQueue() async throws {
    let timers = TimerQueue(manualFrom: .now)
    let start = timers.now
    let (fired, log) = AsyncStream<String>.makeStream()
    let early = timers.schedule(at: start + .seconds(5)) { log.yield("early") }
    let late = timers.schedule(at: start + .seconds(60)) { log.yield("late") }
    precondition(late.reset(to: start + .seconds(2)) && early.cancel())
    timers.advance(by: .seconds(60))
    log.finish()
    let names = await fired.reduce(into: []) { $0.append($1) }
    precondition(names == ["late"] && timers.armedCount == 0)
  }

  @Test func exampleWeightedSemaphore() async throws {
    let memory = WeightedSemaphore(capacity: 512 << 20)
    let large = try await memory.acquire(400 << 20)
    precondition(memory.tryAcquire(200 << 20) == nil)
    large.release()
    precondition(memory.held == 0 && memory.highWaterMark == 400 << 20)
  }

  @Test func exampleGuestExecutor() async throws {
    let pool = try WorkerPool(threadCount: 4, name: "readers")
    let writer = try GuestExecutor(of: pool, name: "writer")
    let written = await Task(executorPreference: writer) {
      // On one of the pool's threads.
      42
    }.value
    writer.shutdown()
    pool.shutdown()
    precondition(written == 42 && writer.countTurns() > 0)
  }

  @Test func exampleWorkerPool() async throws {
    let pool = try WorkerPool(threadCount: 8, name: "readers")
    defer { pool.shutdown() }
    let byteCount = await Task(executorPreference: pool) {
      // It may block here: these threads are nobody else's.
      String(describing: Deadline.Instant.now).utf8.count
    }.value
    precondition(byteCount > 0 && pool.threadCount == 8)
  }

  // MARK: Reading the sources

  /// The public names on the top level of a source, and the lines of the example before each.
  private static func documentedNames(in source: String) -> [(name: String, example: [Substring])] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.compactMap { index in
      let words = lines[index].split { !($0.isLetter || $0.isNumber) }.map(String.init)
      guard lines[index].hasPrefix("public "), !words.contains("import"),
        let kind = words.firstIndex(where: { ["class", "struct", "enum", "func"].contains($0) })
      else { return nil }
      let above = lines[..<index].reversed().drop { $0.hasPrefix("@") }
      let comment = above.prefix { $0.hasPrefix("///") }.reversed()
      let example = comment.drop { $0 != "/// ```swift" }.dropFirst().prefix { $0 != "/// ```" }
      return (words[kind + 1], example.map { $0.dropFirst(4) })
    }
  }

  /// The function of this file that runs an example.
  private static func function(_ name: String, _ example: [Substring]) -> String {
    let body = example.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
    let capitalized = name.prefix(1).uppercased() + name.dropFirst()
    return "func example\(capitalized)() async throws {\n\(body)\n  }\n"
  }

  private static func files(in folder: String) throws -> [String] {
    let directory = try #require(opendir(folder))
    defer { closedir(directory) }
    var files: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".swift") { files.append("\(folder)/\(name)") }
    }
    return files
  }

  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var byte = fgetc(file)
    while byte != EOF {
      bytes.append(UInt8(truncatingIfNeeded: byte))
      byte = fgetc(file)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
