import ImageCodecs
import Raster
import TestSupport
import Testing

@Suite("Damage")
struct DamageTests {
  private static let pngs = TestPNG.kinds(5, 4) + TestPNG.kinds(3, 9, isInterlaced: true)

  /// Every third of them, since a file has a thousand bits to flip.
  private static let someOfThem = stride(from: 0, to: pngs.count, by: 3).map { pngs[$0] }

  /// A small file of each format that can be written.
  private static func written() throws -> [[UInt8]] {
    try [ImageFormat.png, .pgm, .ppm, .pam, .qoi].flatMap { format in
      try PixelFormat.all.compactMap { pixelFormat in
        guard CodecRegistry.codec(for: format)?.storage(of: pixelFormat, in: format) == pixelFormat
        else { return nil }
        return try encode(randomPicture(6, 5, pixelFormat, seed: 3), as: format)
      }
    }
  }

  @Test("every truncation of a PNG is an error", arguments: pngs)
  func truncations(png: TestPNG) {
    let bytes = png.bytes
    for count in bytes.indices {
      #expect(throws: CodecError.self) { try decode(Array(bytes.prefix(count))) }
    }
  }

  @Test("every truncation of what the writers write is an error")
  func writtenTruncations() throws {
    for bytes in try Self.written() {
      for count in 0..<bytes.count {
        #expect(throws: CodecError.self) { try decode(Array(bytes.prefix(count))) }
      }
    }
  }

  @Test(
    "every flipped bit in what makes the pixels is an error, or changes none",
    arguments: someOfThem)
  func flippedBits(png: TestPNG) throws {
    let bytes = png.bytes
    let intact = try decode(bytes)
    var offset = TestPNG.signature.count
    for chunk in png.chunks {
      let end = offset + chunk.framed.count
      if ["IHDR", "PLTE", "tRNS", "IDAT"].contains(chunk.type) {
        for place in offset..<min(end, offset + 76) {
          for bit in 0..<8 {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(bit)
            do {
              let picture = try decode(damaged, limits: DecodeLimits(maximumPixelCount: 100_000))
              guard picture != intact else { continue }
              Issue.record("\(png.label): byte \(place), bit \(bit)")
            } catch is CodecError {
              // Detected.
            }
          }
        }
      }
      offset = end
    }
  }

  @Test("a wrong checksum over all of the picture data is an error")
  func checksum() throws {
    for size in [1, 3, 40] {
      let png = TestPNG(width: size, height: size, dataChunkCount: 3)
      var chunks = png.chunks
      let last = try #require(chunks.lastIndex { $0.type == "IDAT" })
      let end = try #require(chunks[last].bytes.indices.last)
      chunks[last].bytes[end] ^= 1
      let error = #expect(throws: CodecError.self) {
        try decode(TestPNG.signature + chunks.flatMap(\.framed))
      }
      let place = TestPNG.signature.count + chunks[..<last].flatMap(\.framed).count
      #expect(error?.message == "IDAT: incorrect data check (chunk at byte \(place))")
    }
  }

  @Test("many warnings before it do not hide a wrong checksum")
  func hiddenChecksum() throws {
    var png = TestPNG(width: 3, height: 3)
    png.middle = [TestPNG.Chunk](repeating: .init("tRNS", [1]), count: 40)
    #expect(try decode(png.bytes).rgba16BigEndian == png.rgba16BigEndian)
    var chunks = png.chunks
    let last = try #require(chunks.lastIndex { $0.type == "IDAT" })
    let end = try #require(chunks[last].bytes.indices.last)
    chunks[last].bytes[end] ^= 1
    #expect(throws: CodecError.self) { try decode(TestPNG.signature + chunks.flatMap(\.framed)) }
  }

  @Test("a damaged name does not hide tRNS")
  func damagedName() {
    var png = TestPNG(width: 2, height: 2, colourType: 0)
    png.transparency = [0, 7]
    let intact = png.bytes
    for letter in 0..<4 {
      for bit in 0..<8 {
        var bytes = intact
        // The chunk follows the signature and IHDR.
        bytes[8 + 25 + 4 + letter] ^= 1 << UInt8(bit)
        let error = #expect(throws: CodecError.self) { try decode(bytes) }
        #expect(error?.code == .corrupt)
      }
    }
  }

  @Test("random damage ends in an error or a whole picture, and never in rows after an error")
  func mutations() throws {
    var random = SplitMix64(seed: 20)
    let limits = DecodeLimits(maximumPixelCount: 100_000)
    let seeds = try Self.pngs.map(\.bytes) + Self.written() + PNMTests.plainFiles
    for round in 0..<3000 {
      let seed = seeds[round % seeds.count]
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(place..<min(place + 3, bytes.count))
        default: bytes.insert(contentsOf: bytes[place...].prefix(5), at: place)
        }
      }
      // Else the checksums would catch nearly all of it at the door.
      if round % 2 == 0 { repairChecksums(&bytes) }
      do {
        let picture = try decode(bytes, limits: limits)
        #expect(try decode(bytes, limits: limits, readSize: 3) == picture)
      } catch is CodecError {
        #expect(throws: CodecError.self) { try decode(bytes, limits: limits, readSize: 3) }
      }
    }
  }

  private func repairChecksums(_ png: inout [UInt8]) {
    guard png.starts(with: TestPNG.signature) else { return }
    var offset = 8
    while offset + 12 <= png.count {
      let count = png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = offset + 12 + count
      guard end <= png.count else { return }
      let crc = bigEndian(Int(checkedCRC(Array(png[offset + 4..<end - 4]))))
      png.replaceSubrange(end - 4..<end, with: crc)
      offset = end
    }
  }
}
