import FoundationEssentials
import SampleImages
import Testing

@Suite("The generator")
struct GeneratorTests {
  @Test("makes the checked-in files again, byte for byte")
  func makesTheSameFiles() throws {
    try withTemporaryFolder { folder in
      try #require(sampleImages("testdata", folder.path()) == 0)
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
}
