import ImageCodecs
import Raster
import Testing

@Suite("Writing animated PNG")
struct AnimationWritingTests {
  private static func animation(
    _ format: PixelFormat, frames: Int, apart: Bool = false
  ) -> Animation {
    Animation(
      frameCount: frames, playCount: 3, hasStillApart: apart, pixelFormat: format,
      readerByteCount: 0)
  }

  /// Frames of which each changes a part of the one before.
  private static func pictures(_ format: PixelFormat, apart: Bool) throws -> DecodedAnimation {
    var result = DecodedAnimation(animation: animation(format, frames: 5, apart: apart))
    var picture = try randomPicture(9, 7, format, seed: 1)
    for index in 0..<(apart ? 6 : 5) {
      if index == 3 { picture = try randomPicture(9, 7, format, seed: 2) }
      if index == 1 || index == 4 {
        let place = (index * 9 + index) * format.bytesPerPixel
        picture.bytes[place] ^= 0x55
        picture.bytes[place + 20 * format.bytesPerPixel] ^= 0x11
      }
      result.pictures.append(picture)
      result.delays.append(
        apart && index == 0 ? nil : FrameDelay(numerator: UInt16(index), denominator: 30))
    }
    return result
  }

  @Test("frames are read again as they were written", arguments: PixelFormat.all)
  func roundTrip(format: PixelFormat) throws {
    for apart in [false, true] {
      for compression in [0, 1, 6] {
        let pictures = try Self.pictures(format, apart: apart)
        let bytes = try encode(pictures, compression: compression)
        var decoded = try decodeAnimation(bytes)
        #expect(decoded.animation.playCount == 3)
        #expect(decoded.animation.hasStillApart == apart)
        #expect(decoded.animation.pixelFormat == format)
        decoded.animation = pictures.animation
        #expect(decoded == pictures)
        #expect(try decode(bytes) == pictures.pictures[0])
      }
    }
  }

  /// The rectangles of all fcTL: width, height, x, y.
  private static func rects(_ bytes: [UInt8]) throws -> [[Int]] {
    let parts = try #require(chunks(of: bytes))
    return parts.filter { $0.type == "fcTL" }.map { chunk in
      chunk.bytes[4..<20].map { Int($0) }.chunked(by: 4).map { $0.reduce(0) { $0 << 8 | $1 } }
    }
  }

  @Test("a frame is the smallest rectangle that changed, and no smaller than a pixel")
  func rectangles() throws {
    for format in PixelFormat.all {
      let layout = try RowLayout(size: PixelSize(width: 6, height: 5), format: format)
      for (left, top, right, bottom) in [
        (0, 0, 0, 0), (5, 4, 5, 4), (2, 1, 4, 3), (0, 2, 5, 2), (3, 0, 3, 4), (0, 0, 5, 4),
      ] {
        let blank = Decoded(layout: layout, bytes: [UInt8](repeating: 7, count: layout.byteCount))
        var changed = blank
        for (x, y) in [(left, top), (right, bottom)] {
          // The last byte of a pixel counts as the first one does.
          let end = y * layout.bytesPerRow + (x + 1) * format.bytesPerPixel
          changed.bytes[end - (x == left ? 1 : format.bytesPerPixel)] = 9
        }
        let pictures = DecodedAnimation(
          pictures: [blank, changed, changed, blank],
          delays: (0..<4).map { FrameDelay(numerator: $0, denominator: 1) },
          animation: Self.animation(format, frames: 4))
        let rect = [right - left + 1, bottom - top + 1, left, top]
        #expect(
          try Self.rects(encode(pictures)) == [[6, 5, 0, 0], rect, [1, 1, 0, 0], rect])
      }
    }
  }

  @Test("the chunks stand in their order, numbered, and long data is cut")
  func structure() throws {
    let format = PixelFormat(.rgba, .eight)
    var pictures = DecodedAnimation(animation: Self.animation(format, frames: 3))
    for seed in UInt64(0)..<3 {
      pictures.pictures.append(try randomPicture(400, 200, format, seed: seed))
      pictures.delays.append(FrameDelay(numerator: 1, denominator: 0))
    }
    let bytes = try encode(pictures, compression: 0)
    let parts = try #require(chunks(of: bytes))
    let types = parts.map(\.type)
    #expect(types.first == "IHDR" && types.last == "IEND")
    #expect(types.filter { $0 == "fdAT" }.count > 4)
    #expect(parts[1] == .init("acTL", bigEndian(3) + bigEndian(3)))
    let numbers = parts.filter { ["fcTL", "fdAT"].contains($0.type) }.map { Array($0.bytes[..<4]) }
    #expect(numbers == numbers.indices.map(bigEndian))
    // Hundredths of a second are said as such.
    #expect(parts[2].type == "fcTL" && parts[2].bytes[20...] == [0, 1, 0, 100, 0, 0])
    var decoded = try decodeAnimation(bytes)
    decoded.animation = pictures.animation
    #expect(decoded == pictures)
  }

  @Test("no more bytes are held than was told before")
  func byteCount() throws {
    let codec = try #require(CodecRegistry.codec(for: .png) as? any AnimationCodec)
    for format in PixelFormat.all {
      for apart in [false, true] {
        let pictures = try Self.pictures(format, apart: apart)
        let layout = pictures.pictures[0].layout
        let bound = try codec.writerByteCount(
          of: pictures.animation, layout: layout, in: .png, metadata: Metadata(),
          options: EncodeOptions(compression: 0))
        let output = try encode(pictures, compression: 0).count
        #expect(output + 2 * layout.byteCount <= bound)
      }
    }
  }
}

@Suite("Copying animated PNG")
struct AnimationCopyTests {
  private static func animation() -> TestAnimation {
    var animation = TestAnimation.random(
      of: TestPNG(width: 4, height: 4, colourType: 6), frameCount: 4, seed: 3)
    animation.still.early = [.init("tEXt", Array("Comment\0no".utf8))]
    animation.still.late = [.init("tIME", [7, 230, 1, 1, 0, 0, 0])]
    return animation
  }

  @Test("an animation is copied whole, whatever becomes of its metadata")
  func whole() throws {
    let animation = Self.animation()
    #expect(try copy(animation.bytes, keeping: .all) == animation.bytes)
    for policy in [MetadataPolicy.safe, .none] {
      let copied = try #require(chunks(of: copy(animation.bytes, keeping: policy)))
      #expect(copied == animation.chunks.filter { !["tEXt", "tIME"].contains($0.type) })
    }
  }

  @Test("the still alone is copied without a trace of the frames")
  func still() throws {
    let animation = Self.animation()
    let source = try ByteSource(animation.bytes)
    let codec = try codec(for: animation.bytes)
    var header = try codec.probe(source, limits: DecodeLimits())
    header.animation = nil
    let output = EncodedBytes()
    try codec.copy(source, header: header, keeping: .all, to: output)
    #expect(Array(output.bytes) == animation.still.bytes)
  }

  @Test("a damaged frame is not left out, but an error")
  func damaged() throws {
    var bytes = Self.animation().bytes
    // The last byte of fdAT, in front of its checksum and of IEND.
    bytes[bytes.count - 12 - 5] ^= 1
    #expect(throws: CodecError(.corrupt, "fdAT: CRC mismatch", place: "chunk at byte 557")) {
      try copy(bytes, keeping: .all)
    }
  }
}
