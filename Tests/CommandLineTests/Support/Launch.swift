import Glibc

/// How a program is started.
struct Launch {
  /// What a standard stream of the program is.
  enum Stream {
    /// A file that the test reads; as standard input, an empty one.
    case captured
    /// A file with these bytes, to be read.
    case bytes([UInt8])
    /// A file or device that is there already.
    case file(ByteString)
    /// A descriptor of the test's own.
    case descriptor(CInt)
    /// Not open at all.
    case closed
  }

  /// The program, as a path or a name to be found, and its arguments.
  var command: [ByteString]
  var environment: [String: String] = [:]
  var standardInput = Stream.captured
  var standardOutput = Stream.captured
  var standardError = Stream.captured

  /// How long it may take; then it is killed, and the test fails.
  var limit = Duration.seconds(60)

  /// Starts it in the sandbox.
  func start(in sandbox: Sandbox) throws -> Child {
    let output = try CapturedStream(in: sandbox)
    let error = try CapturedStream(in: sandbox)
    var actions = SpawnActions()
    try actions.setFolder(sandbox.root)
    try actions.set(STDIN_FILENO, standardInput, CapturedStream(in: sandbox))
    try actions.set(STDOUT_FILENO, standardOutput, output)
    try actions.set(STDERR_FILENO, standardError, error)
    try actions.closeAllOthers()
    let process = try actions.spawn(command, environment: childEnvironment)
    do {
      return try Child(process, limit: limit, output: output, error: error)
    } catch {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
      throw error
    }
  }

  /// What the test has, as far as it can change no verdict, and what it sets.
  private var childEnvironment: [String: String] {
    var merged = ["SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8", "TERM": "xterm"]
    for name in ["PATH", "HOME", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] {
      if let value = getenv(name) { merged[name] = String(cString: value) }
    }
    return merged.merging(environment) { $1 }
  }
}

/// A file without a name that a program reads from or writes to.
///
/// Not a pipe: a file takes all that comes, and so neither side ever waits for the other.
final class CapturedStream: Sendable {
  let descriptor: CInt

  init(in sandbox: Sandbox) throws {
    var template = (sandbox.base / "stream-XXXXXX").bytes.map(CChar.init(bitPattern:)) + [0]
    descriptor = try check(mkstemp(&template), "mkstemp")
    unlink(template)
  }

  deinit { close(descriptor) }

  /// All that was written so far.
  var bytes: [UInt8] { (try? Tree.bytes(of: descriptor)) ?? [] }

  func fill(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      rest = rest.dropFirst(
        try check(rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }, "write"))
    }
    try check(lseek(descriptor, 0, SEEK_SET), "lseek")
  }
}

/// posix_spawn(3) and what goes with it.
private struct SpawnActions: ~Copyable {
  private var actions = posix_spawn_file_actions_t()
  private var attributes = posix_spawnattr_t()
  private var kept: [CapturedStream] = []

  init() {
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    // The test runner's own signals are none of the program's business.
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
  }

  deinit {
    var (actions, attributes) = (actions, attributes)
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  mutating func setFolder(_ folder: ByteString) throws {
    typealias Function =
      @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> CInt
    let add = try hiddenFunction("posix_spawn_file_actions_addchdir_np", as: Function.self)
    try Self.check(folder.withCString { add(&actions, $0) }, "addchdir")
  }

  mutating func set(
    _ descriptor: CInt, _ stream: Launch.Stream,
    _ captured: @autoclosure () throws -> CapturedStream
  ) throws {
    switch stream {
    case .captured:
      try duplicate(captured(), as: descriptor)
    case .bytes(let bytes):
      let file = try captured()
      try file.fill(bytes)
      try duplicate(file, as: descriptor)
    case .file(let path):
      let flags = descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY
      let status = path.withCString {
        posix_spawn_file_actions_addopen(&actions, descriptor, $0, flags, 0)
      }
      try Self.check(status, "addopen")
    case .descriptor(let own):
      try Self.check(posix_spawn_file_actions_adddup2(&actions, own, descriptor), "adddup2")
    case .closed:
      try Self.check(posix_spawn_file_actions_addclose(&actions, descriptor), "addclose")
    }
  }

  private mutating func duplicate(_ stream: CapturedStream, as descriptor: CInt) throws {
    kept.append(stream)
    try Self.check(
      posix_spawn_file_actions_adddup2(&actions, stream.descriptor, descriptor), "adddup2")
  }

  /// Keeps the test's other descriptors from the program, which counts its own.
  mutating func closeAllOthers() throws {
    typealias Function = @convention(c) (UnsafeMutableRawPointer, CInt) -> CInt
    let add = try hiddenFunction("posix_spawn_file_actions_addclosefrom_np", as: Function.self)
    try Self.check(add(&actions, STDERR_FILENO + 1), "addclosefrom")
  }

  mutating func spawn(
    _ command: [ByteString], environment: [String: String]
  ) throws -> pid_t {
    let variables = environment.map { ByteString("\($0.key)=\($0.value)") }
    var process: pid_t = 0
    let program = command.first ?? ""
    let status = program.withCString { program in
      Self.withArguments(command) { arguments in
        Self.withArguments(variables) { variables in
          posix_spawnp(&process, program, &actions, &attributes, arguments, variables)
        }
      }
    }
    try Self.check(status, "posix_spawn \(program)")
    return process
  }

  private static func withArguments<Result>(
    _ arguments: [ByteString], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = arguments.map { $0.withCString { strdup($0) } }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }

  /// These functions return the error, and leave errno alone.
  private static func check(_ status: CInt, _ call: String) throws {
    guard status == 0 else { throw SystemFailure(call: call, number: status) }
  }
}

/// A function of the C library that the Glibc module does not show.
func hiddenFunction<Function>(_ name: String, as type: Function.Type) throws -> Function {
  guard let symbol = dlsym(nil, name) else { throw SystemFailure(call: name, number: ENOSYS) }
  return unsafeBitCast(symbol, to: type)
}
