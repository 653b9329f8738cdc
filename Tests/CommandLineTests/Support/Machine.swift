import Glibc
import Testing

/// What a test needs of the machine, to be skipped by name where it is missing.
enum Machine {
  static let isRoot = geteuid() == 0

  /// Whether this process may mount file systems: a container's root often may not.
  static let canMount: Bool = {
    guard isRoot, let sandbox = try? Sandbox() else { return false }
    return (try? sandbox.mountMemory(at: "probe", options: "size=4k")) != nil
  }()

  /// Whether device nodes can be made.
  static let canMakeDevices: Bool = {
    guard isRoot, let sandbox = try? Sandbox() else { return false }
    return (try? sandbox.makeDevice("null", 1, 3)) != nil
  }()

  /// Whether system calls can be watched: a container's kernel may not allow it.
  static let canTrace: Bool = {
    guard findsProgram("strace"), let sandbox = try? Sandbox() else { return false }
    let command: [ByteString] = ["strace", "-qq", "-o", sandbox.base / "trace", "true"]
    guard let child = try? Launch(command: command).start(in: sandbox) else { return false }
    return child.waitsForSuccess()
  }()

  static let hasCompiler = findsProgram("cc")

  /// Whether a sanitizer is at work, which needs memory and descriptors of its own, and must be the
  /// first library that is loaded.
  static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  static func findsProgram(_ name: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// The file of an environment variable; nil where it is not set.
  static func path(inEnvironment name: String) -> ByteString? {
    getenv(name).map { ByteString(String(cString: $0)) }
  }
}

/// Lets as many tests run at once as the machine bears, and those that measure time alone.
///
/// All tests but the measuring ones mostly wait for a process; without a bound, hundreds of them
/// would start at once, and each would be late.
struct Seats: TestTrait, SuiteTrait, TestScoping {
  private static let total = 3
  private static let row = Row(free: total)

  let count: Int
  var isRecursive: Bool { true }

  @concurrent func provideScope(
    for test: Test, testCase: Test.Case?,
    performing body: @concurrent @Sendable () async throws -> Void
  ) async throws {
    await Self.row.take(count)
    do {
      try await body()
    } catch {
      await Self.row.leave(count)
      throw error
    }
    await Self.row.leave(count)
  }

  /// First come, first served, so that a test that wants all seats gets them.
  private actor Row {
    private var free: Int
    private var waiting: [(count: Int, ready: CheckedContinuation<Void, Never>)] = []

    init(free: Int) { self.free = free }

    func take(_ count: Int) async {
      if waiting.isEmpty, free >= count {
        free -= count
        return
      }
      await withCheckedContinuation { waiting.append((count, $0)) }
    }

    func leave(_ count: Int) {
      free += count
      while let next = waiting.first, next.count <= free {
        free -= next.count
        waiting.removeFirst()
        next.ready.resume()
      }
    }
  }
}

extension Trait where Self == Seats {
  /// For tests whose verdict depends on no time.
  static var besideOthers: Seats { Seats(count: 1) }

  /// For tests that measure how long something takes.
  static var alone: Seats { Seats(count: 3) }
}
