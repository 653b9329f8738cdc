import FoundationEssentials
import Glibc
import SampleImages
import Testing

@Suite("The generator")
struct GeneratorTests {
  @Test("makes the checked-in files again, byte for byte")
  func makesTheSameFiles() throws {
    try withTemporaryFolder { folder in
      try #require(run("testdata", folder.path()) == 0)
      let made = try Testdata.files(in: folder)
      let checkedIn = try Testdata.files(in: Testdata.folder).subtracting(Testdata.handWritten)
      #expect(made.symmetricDifference(checkedIn).isEmpty)
      for file in made.intersection(checkedIn).sorted() {
        let (new, old) = try (Testdata.bytes(of: file, in: folder), Testdata.bytes(of: file))
        #expect(new == old, "\(file)")
      }
    }
  }

  @Test("has the hash function that the standard tells of")
  func hashes() {
    // FIPS 180-4's own examples, and the empty message; 55 and 56 bytes are where padding changes.
    #expect(
      SHA256.hexDigest(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexDigest([])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexDigest(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  /// The exit status of `sample-images` with those arguments.
  private func run(_ arguments: String...) throws -> Int32 {
    let binary = try #require(Self.productsFolder).appending(path: "sample-images").path()
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
  private static var productsFolder: URL? {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link.map { URL(filePath: $0).deletingLastPathComponent() }
  }

  private func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "sample-images-\(UUID().uuidString)", directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }
}
