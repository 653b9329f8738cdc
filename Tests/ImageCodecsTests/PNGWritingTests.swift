import ImageCodecs
import Raster
import TestSupport
import Testing

@Suite("Writing PNG")
struct PNGWritingTests {
  @Test("what is written is read again, at every compression", arguments: PixelFormat.all)
  func roundTrip(format: PixelFormat) throws {
    for compression in 0...12 {
      for (width, height) in [(1, 1), (7, 5), (33, 2), (64, 33)] {
        let picture = try randomPicture(width, height, format, seed: UInt64(compression))
        let bytes = try encode(picture, as: .png, compression: compression)
        #expect(try decode(bytes) == picture)
        #expect(chunks(of: bytes)?.map(\.type) == ["IHDR", "IDAT", "IEND"])
      }
    }
  }

  @Test("the same picture gives the same bytes, within the promised number")
  func deterministic() throws {
    for format in PixelFormat.all {
      var random = SplitMix64(seed: 5)
      let layout = try RowLayout(size: PixelSize(width: 150, height: 90), format: format)
      let noise = (0..<layout.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
      let picture = Decoded(layout: layout, bytes: noise)
      for compression in [0, 1, 6, 12] {
        let bytes = try encode(picture, as: .png, compression: compression)
        #expect(try encode(picture, as: .png, compression: compression) == bytes)
        let promised = try CodecRegistry.codec(for: .png)?
          .writerByteCount(
            for: layout, in: .png, metadata: Metadata(),
            options: EncodeOptions(compression: compression, reducesColours: false))
        #expect(bytes.count <= promised ?? 0)
      }
    }
  }

  @Test("number 0 does not compress, and higher numbers do not give more than lower ones")
  func compression() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 96, height: 96), format: PixelFormat(.rgb, .eight))
    let pixels = (0..<96 * 96).flatMap { index -> [UInt8] in
      let (x, y) = (index % 96, index / 96)
      return [UInt8(x * 2), UInt8(y * 2), UInt8((x * y) >> 6 & 0xFF)]
    }
    let picture = Decoded(layout: layout, bytes: pixels)
    let counts = try (0...12).map { try encode(picture, as: .png, compression: $0).count }
    #expect(counts[0] > layout.byteCount)
    #expect(counts[6] < counts[1])
    #expect(counts[12] <= counts[6])
  }

  @Test("large data is cut into several IDAT chunks, which are read again")
  func largeData() throws {
    let picture = try randomPicture(400, 150, PixelFormat(.rgba, .eight), seed: 8)
    let bytes = try encode(picture, as: .png, compression: 0)
    #expect(chunks(of: bytes)?.map(\.type) == ["IHDR", "IDAT", "IDAT", "IDAT", "IEND"])
    #expect(try decode(bytes) == picture)
  }

  @Test("chunks are written in a legal order, whatever order they came in")
  func order() throws {
    let metadata = Metadata(
      orientation: .mirrored,
      chunks: [
        .init(type: "abCd", bytes: [9]), .init(type: "tEXt", bytes: [65, 0, 66]),
        .init(type: "tIME", bytes: [7, 230, 1, 1, 0, 0, 0]),
        .init(type: "tEXt", bytes: [65, 0, 65]),
        .init(type: "pHYs", bytes: [UInt8](repeating: 0, count: 9)),
        .init(type: "gAMA", bytes: [0, 0, 0xB1, 0x8F]), .init(type: "sRGB", bytes: [0]),
        .init(type: "cICP", bytes: [1, 13, 0, 1]),
      ])
    let picture = try randomPicture(3, 3, PixelFormat(.rgb, .eight), seed: 1)
    let bytes = try encode(picture, as: .png, metadata: metadata)
    let written = try #require(chunks(of: bytes))
    #expect(
      written.map(\.type) == [
        "IHDR", "cICP", "sRGB", "gAMA", "pHYs", "eXIf", "tIME", "tEXt", "tEXt", "abCd", "IDAT",
        "IEND",
      ])
    #expect(written.filter { $0.type == "tEXt" }.map(\.bytes) == [[65, 0, 66], [65, 0, 65]])
    let header = try probe(bytes)
    #expect(header.metadata.orientation == .mirrored)
    #expect(header.warnings.isEmpty)
  }
}
