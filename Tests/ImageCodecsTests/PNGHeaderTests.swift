import ImageCodecs
import Raster
import Testing

@Suite("What a PNG header may ask for")
struct PNGHeaderTests {
  private func error(
    _ chunks: [TestPNG.Chunk], limits: DecodeLimits = DecodeLimits()
  ) -> CodecError? {
    #expect(throws: CodecError.self) {
      try probe(TestPNG.signature + chunks.flatMap(\.framed), limits: limits)
    }
  }

  private func header(_ width: Int, _ height: Int, _ fields: [UInt8] = [8, 2, 0, 0, 0])
    -> TestPNG.Chunk
  {
    .init("IHDR", bigEndian(width) + bigEndian(height) + fields)
  }

  @Test("a bomb is refused by its numbers, before more than the header is read")
  func bomb() throws {
    let bytes = TestPNG.signature + header(50000, 50000).framed
    var lastOffset = 0
    let source = try ByteSource(byteCount: 1 << 40, bufferByteCount: 1) { offset, buffer in
      lastOffset = max(lastOffset, offset + buffer.count)
      guard offset + buffer.count <= bytes.count else { return 0 }
      buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
      return buffer.count
    }
    let codec = try codec(for: bytes)
    let error = #expect(throws: CodecError.self) {
      try codec.probe(source, limits: DecodeLimits())
    }
    #expect(error?.code == .limitExceeded)
    #expect(error?.message == "50000x50000 = 2500 Mpx > limit 268 Mpx")
    #expect(lastOffset == bytes.count)
  }

  @Test("a side beyond the limit is refused")
  func side() {
    #expect(error([header(1_000_001, 1)])?.code == .limitExceeded)
    let limits = DecodeLimits(maximumPixelCount: 99)
    #expect(error([header(10, 10)], limits: limits)?.code == .limitExceeded)
  }

  @Test("each field that makes no sense is named")
  func fields() {
    let place = " (chunk at byte 8)"
    #expect(error([header(0, 3)])?.message == "IHDR: the header claims 0x3 pixels" + place)
    #expect(
      error([header(1 << 31, 1)])?.message
        == "IHDR: the header claims 2147483648x1 pixels" + place)
    let messages: [([UInt8], String)] = [
      ([8, 1, 0, 0, 0], "IHDR: colour type 1 does not exist"),
      ([4, 2, 0, 0, 0], "IHDR: bit depth 4 does not go with colour type 2"),
      ([16, 3, 0, 0, 0], "IHDR: bit depth 16 does not go with colour type 3"),
      ([8, 2, 1, 0, 0], "IHDR: compression method 1 does not exist"),
      ([8, 2, 0, 64, 0], "IHDR: filter method 64 does not exist"),
      ([8, 2, 0, 0, 2], "IHDR: interlace method 2 does not exist"),
    ]
    for (fields, message) in messages {
      #expect(error([header(1, 1, fields)])?.message == message + place)
    }
    let short = TestPNG.Chunk("IHDR", [0, 0, 0, 1])
    #expect(error([short])?.message == "IHDR: 4 bytes long, not 13" + place)
    #expect(
      error([.init("IDAT")])?.message == "IDAT stands where IHDR must stand" + place)
    #expect(error([.init("CgBI", [0, 0, 0, 0])])?.code == .unsupported)
  }

  @Test("every colour type goes with the depths of the specification, and no other")
  func depths() {
    let allowed: [UInt8: [UInt8]] = [
      0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
    ]
    for colourType in UInt8.min...UInt8.max {
      for depth in UInt8(0)...17 {
        let bytes = TestPNG.signature + header(1, 1, [depth, colourType, 0, 0, 0]).framed
        let isAllowed = allowed[colourType]?.contains(depth) == true
        #expect(((try? probe(bytes)) != nil) == isAllowed)
      }
    }
  }

  @Test("the frames of an animation are counted")
  func frames() throws {
    var png = TestPNG(width: 1, height: 1)
    #expect(try probe(png.bytes).frameCount == 1)
    png.early = [.init("acTL", bigEndian(7) + bigEndian(0))]
    #expect(try probe(png.bytes).frameCount == 7)
  }

  @Test("a file that is cut behind its header passes the probe, and the reader tells")
  func cut() throws {
    let bytes = Array(TestPNG(width: 9, height: 9).bytes.prefix(60))
    #expect(try probe(bytes).size == PixelSize(width: 9, height: 9))
    let error = #expect(throws: CodecError.self) { try decode(bytes) }
    #expect(error?.code == .truncated)
    #expect(error?.message == "the file ends early, in IDAT, at byte 60")
  }
}
