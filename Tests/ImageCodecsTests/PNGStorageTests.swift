import ImageCodecs
import Raster
import TestSupport
import Testing

/// Pictures are stored in the smallest form that holds them.
@Suite("How PNG stores colours")
struct PNGStorageTests {
  /// A picture whose pixels are drawn from some; each has the samples of the format.
  private func picture(
    _ width: Int, _ height: Int, _ format: PixelFormat, of pixels: [[UInt16]], seed: UInt64 = 1
  ) throws -> Decoded {
    var random = SplitMix64(seed: seed)
    let layout = try RowLayout(size: PixelSize(width: width, height: height), format: format)
    let drawn = (0..<width * height).flatMap { index in
      // Each of them at least once.
      index < pixels.count ? pixels[index] : pixels[Int.random(in: pixels.indices, using: &random)]
    }
    let bytes: [UInt8] =
      switch format.depth {
      case .eight: drawn.map { UInt8($0) }
      case .sixteen: drawn.withUnsafeBytes { Array($0) }
      }
    return Decoded(layout: layout, bytes: bytes)
  }

  /// Colour type, bit depth, and the chunks.
  private struct Stored: Equatable, CustomStringConvertible {
    let colourType: UInt8
    let bitDepth: UInt8
    let types: [String]

    init(_ colourType: UInt8, _ bitDepth: UInt8, _ types: [String] = []) {
      (self.colourType, self.bitDepth) = (colourType, bitDepth)
      self.types = ["IHDR"] + types + ["IDAT", "IEND"]
    }

    init(_ file: [UInt8]) throws {
      let found = try #require(chunks(of: file))
      let header = try #require(found.first).bytes
      (bitDepth, colourType) = (header[8], header[9])
      types = found.map(\.type)
    }

    var description: String { "type \(colourType), \(bitDepth) bits, \(types)" }
  }

  private func expect(
    _ picture: Decoded, _ stored: Stored, metadata: Metadata = Metadata(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for compression in [0, 1, 2, 6, 12] {
      let file = try encode(
        picture, as: .png, metadata: metadata, compression: compression, reducesColours: true)
      #expect(try Stored(file) == stored, sourceLocation: sourceLocation)
      #expect(
        try decode(file).rgba16BigEndian == picture.rgba16BigEndian,
        sourceLocation: sourceLocation)
    }
  }

  private let noise: [UInt16] = {
    var random = SplitMix64(seed: 77)
    return (0..<3000).map { _ in UInt16.random(in: 0...255, using: &random) }
  }()

  /// Many colours with a hue.
  private var hues: [[UInt16]] {
    (0..<900).map { [noise[3 * $0], noise[3 * $0 + 1], noise[3 * $0 + 2]] }
  }

  @Test("colours that need all that they have stay as they are")
  func nothingToGain() throws {
    try expect(picture(31, 40, PixelFormat(.rgb, .eight), of: hues), Stored(2, 8))
    let translucent = hues.enumerated().map { $1 + [UInt16($0 % 256)] }
    try expect(picture(31, 40, PixelFormat(.rgba, .eight), of: translucent), Stored(6, 8))
    let deep = hues.map { $0.map { $0 << 8 | 3 } }
    try expect(picture(31, 40, PixelFormat(.rgb, .sixteen), of: deep), Stored(2, 16))
    let grays = (0...255).map { [UInt16($0)] }
    try expect(picture(31, 40, PixelFormat(.gray, .eight), of: grays), Stored(0, 8))
    let shades = (0..<900).map { [noise[$0], UInt16($0 % 256)] }
    try expect(picture(31, 40, PixelFormat(.grayAlpha, .eight), of: shades), Stored(4, 8))
  }

  @Test("alpha that is full everywhere goes, and so do bits that only repeat others")
  func opaque() throws {
    let opaque = hues.map { $0 + [255] }
    try expect(picture(31, 40, PixelFormat(.rgba, .eight), of: opaque), Stored(2, 8))
    let doubled = opaque.map { $0.map { $0 * 257 } }
    try expect(picture(31, 40, PixelFormat(.rgba, .sixteen), of: doubled), Stored(2, 8))
    let deep = hues.map { $0.map { $0 << 8 | 3 } + [.max] }
    try expect(picture(31, 40, PixelFormat(.rgba, .sixteen), of: deep), Stored(2, 16))
  }

  @Test("colours without a hue become gray")
  func gray() throws {
    let grays = (0...255).map { [UInt16($0), UInt16($0), UInt16($0)] }
    try expect(picture(31, 40, PixelFormat(.rgb, .eight), of: grays), Stored(0, 8))
    let deep = (0..<900).map { [UInt16](repeating: UInt16($0 * 70), count: 3) + [.max] }
    try expect(picture(31, 40, PixelFormat(.rgba, .sixteen), of: deep), Stored(0, 16))
    let shades = (0..<900).map { [noise[$0], noise[$0], noise[$0], UInt16($0 % 256)] }
    try expect(picture(31, 40, PixelFormat(.rgba, .eight), of: shades), Stored(4, 8))
  }

  @Test("few grays take few bits", arguments: [(1, 255), (2, 85), (4, 17)])
  func fewGrays(bitDepth: Int, step: Int) throws {
    let grays = stride(from: 0, through: 255, by: step).map { [UInt16($0)] }
    let expected = Stored(0, UInt8(bitDepth))
    for width in [1, 7, 8, 9, 33] {
      let height = grays.count + 8
      try expect(picture(width, height, PixelFormat(.gray, .eight), of: grays), expected)
      let doubled = grays.map { $0.map { $0 * 257 } }
      try expect(picture(width, height, PixelFormat(.gray, .sixteen), of: doubled), expected)
      let colours = grays.map { [$0[0], $0[0], $0[0], 255] }
      try expect(picture(width, height, PixelFormat(.rgba, .eight), of: colours), expected)
    }
  }

  @Test(
    "few colours become a palette, those with alpha first", arguments: [2, 3, 4, 5, 16, 17, 200])
  func palette(count: Int) throws {
    let bitDepth: UInt8 = count <= 2 ? 1 : count <= 4 ? 2 : count <= 16 ? 4 : 8
    let opaque = (0..<count).map { index -> [UInt16] in
      [noise[3 * index], noise[3 * index + 1], UInt16(index)]
    }
    for (width, height) in [(97, 61), (64, 50)] {
      try expect(
        picture(width, height, PixelFormat(.rgb, .eight), of: opaque),
        Stored(3, bitDepth, ["PLTE"]))
      let doubled = opaque.map { colour -> [UInt16] in colour.map { $0 * 257 } + [.max] }
      try expect(
        picture(width, height, PixelFormat(.rgba, .sixteen), of: doubled),
        Stored(3, bitDepth, ["PLTE"]))
      let translucent = opaque.enumerated().map { index, colour -> [UInt16] in
        colour + [index.isMultiple(of: 2) ? 255 : 128]
      }
      let file = try encode(
        picture(width, height, PixelFormat(.rgba, .eight), of: translucent), as: .png,
        reducesColours: true)
      #expect(try Stored(file) == Stored(3, bitDepth, ["PLTE", "tRNS"]))
      let transparency = try #require(chunks(of: file)?.first { $0.type == "tRNS" })
      #expect(transparency.bytes == [UInt8](repeating: 128, count: count / 2))
    }
  }

  @Test("a palette that takes more than it saves is left out")
  func smallPicture() throws {
    try expect(
      picture(4, 4, PixelFormat(.rgb, .eight), of: Array(hues.prefix(16))), Stored(2, 8))
  }

  @Test("a colour of its own stands for pixels of alpha 0, unless others have it")
  func key() throws {
    let opaque = hues.map { $0 + [255] }
    let format = PixelFormat(.rgba, .eight)
    let free: [UInt16] = [1, 2, 3, 0]
    #expect(!hues.contains([1, 2, 3]))
    try expect(picture(31, 40, format, of: [free] + opaque), Stored(2, 8, ["tRNS"]))
    try expect(picture(31, 40, format, of: opaque + [free]), Stored(2, 8, ["tRNS"]))
    // Above it, and below it.
    try expect(picture(31, 40, format, of: opaque + [hues[5] + [0]]), Stored(6, 8))
    try expect(picture(31, 40, format, of: [hues[5] + [0]] + opaque), Stored(6, 8))
    try expect(picture(31, 40, format, of: [free, [4, 2, 3, 0]] + opaque), Stored(6, 8))
    let deep = (opaque + [free]).map { colour -> [UInt16] in
      colour.prefix(3).map { $0 << 8 | 3 } + [colour[3] * 257]
    }
    try expect(
      picture(31, 40, PixelFormat(.rgba, .sixteen), of: deep), Stored(2, 16, ["tRNS"]))
    let grays = (0..<255).map { [UInt16($0), 255] } + [[255, 0]]
    try expect(picture(31, 40, PixelFormat(.grayAlpha, .eight), of: grays), Stored(0, 8, ["tRNS"]))
    let few: [[UInt16]] = [[0, 255], [85, 0], [255, 255]]
    try expect(picture(31, 40, PixelFormat(.grayAlpha, .eight), of: few), Stored(0, 2, ["tRNS"]))
    let fewDeep = few.map { $0.map { $0 * 257 } }
    try expect(
      picture(31, 40, PixelFormat(.grayAlpha, .sixteen), of: fewDeep), Stored(0, 2, ["tRNS"]))
  }

  @Test(
    "pictures of every small size keep their pixels, whatever they need",
    arguments: PixelFormat.all)
  func everySize(format: PixelFormat) throws {
    var random = SplitMix64(seed: 4)
    for width in 1...9 {
      for height in 1...9 {
        let most: UInt16 = format.depth == .eight ? 255 : .max
        // Few values, so that everything happens: gray, opaque, repeated bits.
        let values: [UInt16] = [0, most, most / 3, UInt16.random(in: 0...most, using: &random)]
        let pixels = (0..<Int.random(in: 1...6, using: &random)).map { _ in
          (0..<format.channelCount).map { _ in
            let count = Int.random(in: 1...4, using: &random)
            return values[Int.random(in: 0..<count, using: &random)]
          }
        }
        let picture = try picture(
          width, height, format, of: Array(pixels.prefix(width * height)),
          seed: UInt64(width * 9 + height))
        let file = try encode(picture, as: .png, reducesColours: true)
        let read = try decode(file)
        #expect(read.rgba16BigEndian == picture.rgba16BigEndian)
        #expect(read.warnings.isEmpty)
        #expect(try encode(picture, as: .png, reducesColours: true) == file)
      }
    }
  }

  @Test("a profile keeps gray pixels in the form that it is for")
  func profiles() throws {
    func metadata(_ space: String) -> Metadata {
      Metadata(chunks: [.init(type: "iCCP", bytes: TestPNG.profile(for: space))])
    }
    let grays = (0...255).map { [UInt16($0), UInt16($0), UInt16($0)] }
    let colours = try picture(31, 40, PixelFormat(.rgb, .eight), of: grays)
    let file = try encode(colours, as: .png, metadata: metadata("RGB "), reducesColours: true)
    #expect(try Stored(file).colourType != 0)
    #expect(try Stored(file).types.contains("iCCP"))
    let few = try picture(40, 40, PixelFormat(.gray, .eight), of: [[1], [2], [3]])
    let gray = try encode(few, as: .png, metadata: metadata("GRAY"), reducesColours: true)
    #expect(try Stored(gray) == Stored(0, 8, ["iCCP"]))
  }

  @Test("a profile that is not for the rows is not written, whatever they are stored as")
  func foreignProfiles() throws {
    func metadata(_ space: String) -> Metadata {
      Metadata(chunks: [.init(type: "iCCP", bytes: TestPNG.profile(for: space))])
    }
    // Few grays, of which a palette could be made, and grays among colours.
    let few = try picture(97, 61, PixelFormat(.gray, .eight), of: [[1], [2], [3]])
    let file = try encode(few, as: .png, metadata: metadata("RGB "), reducesColours: true)
    #expect(try !Stored(file).types.contains("iCCP"))
    let grays = (0...255).map { [UInt16($0), UInt16($0), UInt16($0)] }
    let colours = try picture(31, 40, PixelFormat(.rgb, .eight), of: grays)
    let gray = try encode(colours, as: .png, metadata: metadata("GRAY"), reducesColours: true)
    #expect(try Stored(gray) == Stored(0, 8))
  }

  @Test("rows that were held are asked for at the end, one by one, and join what comes in between")
  func heldRows() throws {
    struct Stop: Error {}
    let layout = try RowLayout(
      size: PixelSize(width: 16, height: 100), format: PixelFormat(.rgba, .eight))
    func write(_ row: (Int) -> [UInt8]) throws -> (any ImageWriter, EncodedBytes, [UInt8]) {
      let output = EncodedBytes()
      let writer = try #require(CodecRegistry.codec(for: .png)).makeWriter(
        of: layout, in: .png, metadata: Metadata(), options: EncodeOptions(), output: output)
      var bytes: [UInt8] = []
      for y in 0..<layout.height {
        let row = row(y)
        bytes += row
        try row.withUnsafeBytes { try writer.writeRow($0.bytes) }
      }
      return (writer, output, bytes)
    }
    let (opaque, _, _) = try write { y in
      (0..<16).flatMap { [UInt8(y), UInt8($0 * y & 0xFF), 7, 255] }
    }
    var count = 0
    #expect(throws: Stop.self) {
      try opaque.finish {
        count += 1
        if count == 50 { throw Stop() }
      }
    }
    #expect(count == 50)
    // Opaque and colourful at first; the decision falls in the middle.
    let (writer, output, bytes) = try write { y in
      (0..<16).flatMap { [UInt8(y), UInt8($0 * y & 0xFF), 7, y < 60 ? 255 : 100] }
    }
    try writer.finish()
    #expect(try decode(Array(output.bytes)).bytes == bytes)
  }

  @Test("where a palette stands, chunks keep their order around it")
  func order() throws {
    let few = try picture(40, 40, PixelFormat(.rgba, .eight), of: [[1, 2, 3, 4], [5, 6, 7, 255]])
    let metadata = Metadata(chunks: [
      .init(type: "pHYs", bytes: [UInt8](repeating: 0, count: 9)),
      .init(type: "gAMA", bytes: [0, 0, 0xB1, 0x8F]), .init(type: "tEXt", bytes: [65, 0, 66]),
    ])
    try expect(
      few, Stored(3, 1, ["gAMA", "PLTE", "tRNS", "pHYs", "tEXt"]), metadata: metadata)
  }
}
