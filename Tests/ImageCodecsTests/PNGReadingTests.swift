import ImageCodecs
import Raster
import Testing

@Suite("Reading PNG")
struct PNGReadingTests {
  @Test("every colour type and depth, every small size, interlaced and not", arguments: 1...9)
  func everyKind(width: Int) throws {
    for height in 1...9 {
      // Without interlacing, a row does not know how many there are.
      let plain = height == 2 ? TestPNG.kinds(width, height) : []
      for png in plain + TestPNG.kinds(width, height, isInterlaced: true) {
        let picture = try decode(png.bytes)
        #expect(
          picture.rgba16BigEndian == png.rgba16BigEndian, "\(png.label), \(width)x\(height)")
      }
    }
  }

  @Test("the header tells what the rows are", arguments: TestPNG.kinds(5, 3))
  func header(png: TestPNG) throws {
    let header = try probe(png.bytes)
    #expect(header.format == .png)
    #expect(header.size == PixelSize(width: 5, height: 3))
    #expect(header.storedBitDepth == png.bitDepth)
    #expect(header.pixelFormat.depth == (png.bitDepth == 16 ? .sixteen : .eight))
    #expect(header.pixelFormat.hasAlpha == (png.transparency != nil || png.colourType >= 4))
    let entries = png.palette?.chunked(by: 3) ?? [[0, 1, 2]]
    let isGrayPalette = entries.allSatisfy { Set($0).count == 1 }
    let isGray = png.colourType == 0 || png.colourType == 4 || isGrayPalette
    #expect(header.pixelFormat.hasColour == !isGray)
    #expect(header.warnings.isEmpty)
    // libpng warns of bits in tRNS that do not count.
    let hasStrayBits = png.colourType == 0 && png.transparency?.first == 0xF0
    #expect(try decode(png.bytes).warnings.isEmpty == !hasStrayBits)
  }

  @Test("a palette of grays stays RGB where its colour profile is kept")
  func grayPaletteWithProfile() throws {
    var png = TestPNG(width: 4, height: 4, bitDepth: 2, colourType: 3)
    png.palette = [0, 0, 0, 80, 80, 80, 160, 160, 160, 255, 255, 255]
    #expect(try decode(png.bytes).layout.format == PixelFormat(.gray, .eight))
    png.early = [.init("iCCP", [0x78, 0, 0, 0x78, 0x9C])]
    let picture = try decode(png.bytes)
    #expect(picture.layout.format == PixelFormat(.rgb, .eight))
    #expect(picture.rgba16BigEndian == png.rgba16BigEndian)
  }

  @Test("a palette whose alphas are all opaque has no alpha")
  func opaquePalette() throws {
    var png = TestPNG(width: 4, height: 4, bitDepth: 1, colourType: 3)
    png.palette = [1, 2, 3, 4, 5, 6]
    png.transparency = [255, 255]
    #expect(try probe(png.bytes).pixelFormat == PixelFormat(.rgb, .eight))
  }

  @Test("pixels beyond the end of the palette are opaque black, with a warning")
  func invalidIndex() throws {
    var png = TestPNG(width: 32, height: 1, bitDepth: 4, colourType: 3)
    png.palette = [UInt8](repeating: 200, count: 48)
    let samples = png.samples
    var chunks = png.chunks
    let place = try #require(chunks.firstIndex { $0.type == "PLTE" })
    chunks[place].bytes = Array(chunks[place].bytes.prefix(9))
    let picture = try decode(TestPNG.signature + chunks.flatMap(\.framed))
    #expect(picture.bytes == samples.map { $0 < 3 ? 200 : 0 })
    #expect(picture.warnings == ["pixels beyond the end of the palette became black"])
  }

  @Test("the size of a read makes no difference", arguments: [1, 2, 7, 4096])
  func readSizes(readSize: Int) throws {
    for png in TestPNG.kinds(7, 5) + TestPNG.kinds(7, 5, isInterlaced: true) {
      let bytes = png.bytes
      #expect(try decode(bytes, readSize: readSize) == decode(bytes))
    }
  }

  @Test("one picture may come in many IDAT chunks, some of them empty")
  func manyDataChunks() throws {
    var png = TestPNG(width: 9, height: 9)
    png.dataChunkCount = 300
    #expect(try decode(png.bytes).rgba16BigEndian == png.rgba16BigEndian)
    let framed = png.chunks.flatMap { chunk in
      chunk.type == "IDAT" ? TestPNG.Chunk("IDAT").framed + chunk.framed : chunk.framed
    }
    #expect(try decode(TestPNG.signature + framed).rgba16BigEndian == png.rgba16BigEndian)
  }

  @Test("an error of the source passes as it is, from the probe and from the reader")
  func sourceErrors() throws {
    struct Stop: Error, Equatable { let offset: Int }
    let bytes = TestPNG(width: 12, height: 12).bytes
    let codec = try codec(for: bytes)
    for limit in bytes.indices {
      let source = try ByteSource(byteCount: bytes.count, bufferByteCount: 1) { offset, buffer in
        guard offset + buffer.count <= limit else { throw Stop(offset: limit) }
        buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
        return buffer.count
      }
      #expect(throws: Stop(offset: limit)) { try decode(source, by: codec) }
    }
  }

  @Test("trailing bytes are told and do no harm")
  func trailingBytes() throws {
    let png = TestPNG(width: 3, height: 3)
    let picture = try decode(png.bytes + [1, 2, 3])
    #expect(picture.rgba16BigEndian == png.rgba16BigEndian)
    #expect(picture.warnings == ["3 bytes follow the end of the picture"])
  }

  @Test("200,000 tiny chunks are walked quickly, and no more than a thousand kept")
  func manyChunks() throws {
    var png = TestPNG(width: 2, height: 2)
    let text = TestPNG.Chunk("tEXt", [0x61, 0]).framed
    png.late = []
    var bytes = TestPNG.signature
    for chunk in png.chunks {
      if chunk.type == "IEND" { for _ in 0..<200_000 { bytes += text } }
      bytes += chunk.framed
    }
    let start = ContinuousClock.now
    let header = try probe(bytes)
    // A debug build takes 0.3 s; anything that is not linear would take minutes.
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(header.metadata.chunks.count == 1000)
    #expect(header.warnings.count == 2)
  }
}
