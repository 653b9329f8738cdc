import Glibc
import Testing

/// The program under test.
enum Imgbatch {
  struct Missing: Error, CustomStringConvertible {
    let folders: [ByteString]

    var description: String {
      "no imgbatch beside the tests, in \(folders): build it, or set IMGBATCH_BINARY"
    }
  }

  /// The file of the environment variable IMGBATCH_BINARY, or the executable that the build put
  /// beside this one.
  static func path() throws -> ByteString {
    if let path = Machine.path(inEnvironment: "IMGBATCH_BINARY") { return path.absolute }
    // The arguments, too, in case a program of the toolchain has loaded the tests from a bundle.
    let own = [try Tree.target(of: "/proc/self/exe")] + CommandLine.arguments.map { ByteString($0) }
    let folders = own.map(\.absolute.folder)
    for folder in folders {
      let path = folder / "imgbatch"
      if path.withCString({ access($0, X_OK) }) == 0 { return path }
    }
    throw Missing(folders: folders)
  }
}

extension Sandbox {
  /// Starts imgbatch.
  ///
  /// - Parameters:
  ///   - wrapper: a program that starts it in its turn, with its arguments.
  ///   - change: what is not as usual.
  func start(
    _ arguments: [ByteString], through wrapper: [ByteString] = [],
    _ change: (inout Launch) -> Void = { _ in }
  ) throws -> Child {
    var launch = Launch(command: wrapper + [try Imgbatch.path()] + arguments)
    change(&launch)
    return try launch.start(in: self)
  }

  /// Runs imgbatch to its end.
  func run(
    _ arguments: ByteString..., through wrapper: [ByteString] = [],
    location: SourceLocation = #_sourceLocation, _ change: (inout Launch) -> Void = { _ in }
  ) async throws -> Ending {
    try await start(arguments, through: wrapper, change).ending(location)
  }

  /// How long imgbatch takes to find out that it has nothing to do: what of a duration is not the
  /// run's own. A debug build takes half a second.
  func startDuration() async throws -> Duration {
    var fastest = Duration.seconds(60)
    for _ in 0..<3 {
      fastest = min(fastest, try await run("resize", "no-such-folder", "out").duration)
    }
    return fastest
  }

  /// Runs another program to its end.
  func run(program command: ByteString...) async throws -> Ending {
    try await Launch(command: command).start(in: self).ending()
  }
}
