import ImageCodecs
import Raster
import TestSupport
import Testing

@Suite("QOI")
struct QOITests {
  private let end: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]

  private func file(
    _ width: Int, _ height: Int, _ codes: [UInt8], channels: UInt8 = 4, space: UInt8 = 0
  ) -> [UInt8] {
    Array("qoif".utf8) + bigEndian(width) + bigEndian(height) + [channels, space] + codes + end
  }

  @Test("what is written is read again", arguments: [PixelFormat.Channels.rgb, .rgba])
  func roundTrip(channels: PixelFormat.Channels) throws {
    let codec = try #require(CodecRegistry.codec(for: .qoi))
    for seed in 0..<20 as Range<UInt64> {
      for (width, height) in [(1, 1), (7, 5), (200, 3), (1, 90)] {
        let picture = try randomPicture(width, height, PixelFormat(channels, .eight), seed: seed)
        let bytes = try encode(picture, as: .qoi)
        #expect(try decode(bytes) == picture)
        #expect(try decode(bytes, readSize: 1) == picture)
        let promised = try codec.writerByteCount(
          for: picture.layout, in: .qoi, metadata: Metadata(), options: EncodeOptions())
        #expect(bytes.count <= promised)
      }
    }
  }

  @Test("small differences, which have codes of their own, are read again")
  func differences() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 256, height: 256), format: PixelFormat(.rgb, .eight))
    var random = SplitMix64(seed: 9)
    var pixel: [UInt8] = [0, 0, 0]
    var bytes: [UInt8] = []
    for _ in 0..<256 * 256 {
      let green = UInt8.random(in: 0..<70, using: &random) &- 35
      pixel[1] &+= green
      for channel in [0, 2] {
        pixel[channel] &+= green &+ UInt8.random(in: 0..<20, using: &random) &- 10
      }
      bytes += pixel
    }
    let picture = Decoded(layout: layout, bytes: bytes)
    #expect(try decode(encode(picture, as: .qoi)) == picture)
  }

  @Test("a flat picture takes a run for 62 pixels")
  func runs() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 31, height: 4), format: PixelFormat(.rgb, .eight))
    let black = Decoded(layout: layout, bytes: [UInt8](repeating: 0, count: layout.byteCount))
    #expect(try encode(black, as: .qoi) == file(31, 4, [0xFD, 0xFD], channels: 3))
  }

  @Test("each code means what the specification says")
  func codes() throws {
    // Black is there before the first pixel; differences wrap around.
    let codes: [UInt8] = [
      0xFE, 10, 20, 30,  // red, green, blue
      0b01_01_10_11,  // -1, 0, 1
      0b10_100101, 0b1000_0111,  // green 5, red the same, blue one less
      0xFF, 1, 2, 3, 4,  // red, green, blue, alpha
      0b00_001001,  // the first again: 10 * 3 + 20 * 5 + 30 * 7 + 255 * 11 is 9 modulo 64
      0b11_000001,  // twice more
    ]
    let picture = try decode(file(7, 1, codes))
    #expect(
      picture.bytes == [
        10, 20, 30, 255, 9, 20, 31, 255, 14, 25, 35, 255, 1, 2, 3, 4, 10, 20, 30, 255, 10, 20, 30,
        255, 10, 20, 30, 255,
      ])
    let wrapped = try decode(file(1, 1, [0b01_00_01_11], channels: 3))
    #expect(wrapped.bytes == [254, 255, 1])
  }

  @Test("a header or an end that makes no sense is an error that says why")
  func errors() throws {
    func message(_ bytes: [UInt8]) -> String? {
      #expect(throws: CodecError.self) { try decode(bytes) }?.message
    }
    #expect(message(file(0, 1, [])) == "the header claims 0x1 pixels")
    #expect(message(file(1, 1, [], channels: 5)) == "the header claims 5 channels, not 3 or 4")
    #expect(message(file(1, 1, [], space: 2)) == "the header claims colour space 2, not 0 or 1")
    #expect(message(file(50000, 50000, [])) == "50000x50000 = 2500 Mpx > limit 268 Mpx")
    #expect(message(file(1, 1, [0xC1])) == "a run goes beyond the last pixel")
    #expect(message(file(1, 1, [0xC0, 0xC0])) == "the end marker is wrong")
    let cut = Array(file(1, 2, []).dropLast(8)) + [0xC0]
    #expect(message(cut) == "row 2 of 2: the file ends early")
    #expect(message(cut + [0xC0, 0, 0]) == "the file ends early, in the end marker")
  }

  @Test("a copy is the picture without what follows it")
  func copies() throws {
    let picture = file(4, 1, [0xC1, 0xFE, 1, 2, 3, 0xC0])
    #expect(try copy(picture + [9, 9], keeping: .safe) == picture)
    #expect(try decode(picture + [9, 9]).warnings == ["2 bytes follow the end of the picture"])
  }

  @Test("linear samples are told as a gamma of 1, and written as linear")
  func linear() throws {
    let bytes = file(1, 1, [0xC0], space: 1)
    let metadata = try probe(bytes).metadata
    #expect(metadata.chunks.map(\.type) == ["gAMA"])
    #expect(metadata.chunks.first?.bytes == bigEndian(100_000))
    #expect(try encode(decode(bytes), as: .qoi, metadata: metadata) == bytes)
    #expect(try probe(file(1, 1, [0xC0])).metadata == Metadata())
    // PNG specification, section 4.3: sRGB comes before gAMA.
    let contested = Metadata(chunks: metadata.chunks + [.init(type: "sRGB", bytes: [0])])
    #expect(
      try encode(decode(bytes), as: .qoi, metadata: contested) == file(1, 1, [0xC0], space: 0))
  }

  @Test("storage is 8-bit colour")
  func storage() throws {
    let codec = try #require(CodecRegistry.codec(for: .qoi))
    for format in PixelFormat.all {
      let stored = codec.storage(of: format, in: .qoi)
      #expect(stored == PixelFormat(format.hasAlpha ? .rgba : .rgb, .eight))
    }
  }
}
