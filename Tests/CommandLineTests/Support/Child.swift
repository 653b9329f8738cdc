import Glibc
import Synchronization
import TestSupport
import Testing

/// A program that runs.
final class Child: Sendable {
  private struct State {
    var ending: Ending?
    var wasKilledLate = false
    var peakByteCount = 0
  }

  private let process: pid_t
  private let start = ContinuousClock.now
  private let end: EndOfProcess
  private let limit: Duration
  private let output: CapturedStream
  private let error: CapturedStream

  /// Guards the process number, too: once the end is known, it may be another's.
  private let state = Mutex(State())

  init(_ process: pid_t, limit: Duration, output: CapturedStream, error: CapturedStream) throws {
    self.process = process
    end = try .awaited(of: process)
    self.limit = limit
    self.output = output
    self.error = error
  }

  deinit {
    guard state.withLock({ $0.ending == nil }) else { return }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }

  /// Sends a signal, unless the program has ended.
  func send(_ signal: CInt) {
    state.withLock { if note(&$0) == nil { kill(process, signal) } }
  }

  /// What it has said so far.
  var standardError: String { String(decoding: error.bytes, as: UTF8.self) }

  /// The most memory that it has had so far; 0 once it has ended. See proc_pid_status(5).
  ///
  /// Not what getrusage(2) tells at the end: that starts with what the test runner had.
  private var peakByteCount: Int {
    guard hasOwnMemory, let file = fopen("/proc/\(process)/status", "re") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, CInt(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.hasPrefix("VmHWM:") {
        return (Int(text.filter { $0.isASCII && $0.isNumber }) ?? 0) << 10
      }
    }
    return 0
  }

  /// Whether it is through with execve(2), which lets the test runner go on a little before it gives
  /// up the runner's memory: that would be taken for its own.
  private var hasOwnMemory: Bool { Self.program(of: "\(process)") != Self.runner }

  private static let runner = program(of: "self")

  /// See proc_pid_exe(5).
  private static func program(of process: String) -> [CChar]? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(process)/exe", &path, path.count)
    return count < 0 ? nil : Array(path[..<count])
  }

  /// How many bytes it has read, its own libraries among them. See proc_pid_io(5).
  var readByteCount: Int {
    guard let file = fopen("/proc/\(process)/io", "re") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 64)
    guard fgets(&line, CInt(line.count), file) != nil else { return 0 }
    // The first line: `rchar: 4711`.
    let digits = line.map(UInt8.init(bitPattern:)).filter { (0x30...0x39).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self)) ?? 0
  }

  var isRunning: Bool { state.withLock { note(&$0) } == nil }

  /// Waits for the end. A program that takes longer than it may is killed, and the test fails.
  func ending(_ location: SourceLocation = #_sourceLocation) async throws -> Ending {
    var patience = Patience()
    let deadline = deadline
    while true {
      if let ending = state.withLock({ note(&$0) }) { return ending }
      if ContinuousClock.now > deadline { killLate(location) }
      try await patience.wait()
    }
  }

  /// Waits for the end, and tells whether it was a good one. It holds a thread up: for what is known
  /// to be short.
  func waitsForSuccess() -> Bool {
    while isRunning { usleep(1000) }
    return state.withLock { $0.ending?.status == .exited(0) }
  }

  /// Waits until something has happened while the program runs.
  func until(
    _ location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
  ) async throws {
    var patience = Patience()
    let deadline = deadline
    while try !condition() {
      guard isRunning else {
        // It may have happened at the very end.
        let hasHappened = try condition()
        #expect(hasHappened, "it ended before: \(standardError)", sourceLocation: location)
        return
      }
      if ContinuousClock.now > deadline {
        killLate(location)
        return
      }
      try await patience.wait()
    }
  }

  /// Until when it may take what is waited for from now on: where the test was kept from going on by
  /// others that compute, the program has some time left all the same.
  private var deadline: ContinuousClock.Instant { max(start + limit, .now + .seconds(10)) }

  private func killLate(_ location: SourceLocation) {
    let isNews = state.withLock { state in
      defer { state.wasKilledLate = true }
      return !state.wasKilledLate
    }
    guard isNews else { return }
    Issue.record(
      "still running after \(ContinuousClock.now - start); it said: \(standardError)",
      sourceLocation: location)
    send(SIGKILL)
  }

  /// Takes note of the end, if it has come.
  private func note(_ state: inout State) -> Ending? {
    guard state.ending == nil else { return state.ending }
    state.peakByteCount = max(state.peakByteCount, peakByteCount)
    state.ending = poll(peakByteCount: state.peakByteCount)
    return state.ending
  }

  /// Asks for the end without waiting; it is told only once. See waitpid(2).
  private func poll(peakByteCount: Int) -> Ending? {
    var status: CInt = 0
    guard let end = end.instant, waitpid(process, &status, WNOHANG) == process else { return nil }
    return Ending(
      status: Ending.Status(waitStatus: status), instant: end, duration: end - start,
      peakByteCount: peakByteCount, output: output.bytes, error: error.bytes)
  }
}

/// Waits a little longer each time before something is looked at again: hundreds of tests may do so at
/// once.
private struct Patience {
  private var pause = Duration.milliseconds(1)

  mutating func wait() async throws {
    try await Task.sleep(for: pause)
    pause = min(pause * 1.25, .milliseconds(10))
  }
}
