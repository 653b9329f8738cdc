import Glibc
import SystemPackage

@testable import ImageBatch

/// File systems that only one thread sees, and that end with it. See mount_namespaces(7).
enum Mounts {
  /// Whether this process may mount at all: root with CAP_SYS_ADMIN.
  static func areAllowed() async -> Bool {
    (try? await inNamespace { true }) ?? false
  }

  /// Runs the body on a thread that has the mounts to itself.
  static func inNamespace<R: Sendable>(
    _ body: @escaping @Sendable () throws -> R
  ) async throws -> R {
    try await onOwnThread {
      try OwnThread.separateMounts()
      // Without this the mounts would be seen outside.
      guard mount("none", "/", nil, UInt(MS_REC | MS_PRIVATE), nil) == 0 else {
        throw Errno.current
      }
      return try body()
    }
  }

  /// Mounts a file system in memory on a folder; to be called within `inNamespace`.
  static func mountMemory(on path: FilePath, options: String = "") throws {
    guard path.withPlatformString({ mount("none", $0, "tmpfs", 0, options) }) == 0 else {
      throw Errno.current
    }
  }

  /// A folder on a device of its own, which is full after `byteCount` bytes. It has no name that
  /// others could see; the descriptor keeps it alive.
  static func smallDevice(byteCount: Int, mountedOn path: FilePath) async throws -> FilePath {
    let descriptor = try await inNamespace {
      try mountMemory(on: path, options: "size=\(byteCount)")
      return try path.withPlatformString { path in
        try retryOnInterrupt { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      }
    }
    return FilePath("/proc/self/fd/\(descriptor)")
  }

  /// Runs a program and waits for it; its mounts are those of the calling thread.
  ///
  /// - Returns: whether it succeeded.
  static func run(_ program: String, _ arguments: String...) -> Bool {
    var process = pid_t()
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    guard posix_spawnp(&process, program, nil, nil, &argv, environ) == 0 else { return false }
    var status: CInt = 0
    guard (try? retryOnInterrupt { waitpid(process, &status, 0) }) != nil else { return false }
    return status == 0
  }
}
