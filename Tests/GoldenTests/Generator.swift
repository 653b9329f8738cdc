import FoundationEssentials
import Glibc
import Testing

/// The exit status of `sample-images` with those arguments.
func sampleImages(_ arguments: String...) throws -> Int32 {
  let binary = try #require(productsFolder).appending(path: "sample-images").path()
  let words = ([binary] + arguments).map { strdup($0) }
  defer { for word in words { free(word) } }
  var process: pid_t = 0
  let spawned = posix_spawn(&process, binary, nil, nil, words + [nil], environ)
  try #require(spawned == 0, "\(binary): \(String(cString: strerror(spawned)))")
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
  // WIFEXITED and WEXITSTATUS are macros, which Swift does not see.
  return status & 0x7F == 0 ? status >> 8 & 0xFF : -1
}

/// On Linux the tests are an executable, which is built into the same folder as the products.
private var productsFolder: URL? {
  let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  return link.map { URL(filePath: $0).deletingLastPathComponent() }
}

/// A folder that is gone afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "sample-images-\(UUID().uuidString)", directoryHint: .isDirectory)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
