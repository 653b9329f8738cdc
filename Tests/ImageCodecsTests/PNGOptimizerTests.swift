import ImageCodecs
import Raster
import TestSupport
import Testing

@Suite("Optimizing PNG", .timeLimit(.minutes(10)))
struct PNGOptimizerTests {
  private func optimized(_ picture: Decoded, level: Int) throws -> [UInt8] {
    let codec = try #require(CodecRegistry.codec(for: .png))
    let options = EncodeOptions(optimization: level)
    let output = EncodedBytes()
    let writer = try codec.makeWriter(
      of: picture.layout, in: .png, metadata: Metadata(), options: options, output: output)
    let rowByteCount = picture.layout.bytesPerRow
    try picture.bytes.withUnsafeBytes { bytes in
      for y in 0..<picture.layout.height {
        let row = bytes[y * rowByteCount..<(y + 1) * rowByteCount]
        try writer.writeRow(UnsafeRawBufferPointer(rebasing: row).bytes)
      }
    }
    try writer.finish()
    let promised = try codec.writerByteCount(
      for: picture.layout, in: .png, metadata: Metadata(), options: options)
    #expect(output.count <= promised)
    return Array(output.bytes)
  }

  /// Something of everything: a gradient, noise, flat parts and repetitions.
  private func scene(_ format: PixelFormat) throws -> Decoded {
    var random = SplitMix64(seed: 3)
    let layout = try RowLayout(size: PixelSize(width: 48, height: 40), format: format)
    var bytes: [UInt8] = []
    for y in 0..<40 {
      for x in 0..<48 {
        for channel in 0..<format.channelCount {
          let isAlpha = format.hasAlpha && channel == format.channelCount - 1
          let value: Int =
            switch (x / 16, y / 20) {
            case (0, 0): 5 * x + 3 * y + channel
            case (1, 0): Int.random(in: 0...255, using: &random)
            case (2, 0): 40 * channel
            default: (x % 5) * 50 + channel
            }
          let sample = isAlpha ? UInt8(y < 20 ? 255 : 128 + x) : UInt8(truncatingIfNeeded: value)
          bytes += format.depth == .eight ? [sample] : [UInt8(y), sample]
        }
      }
    }
    return Decoded(layout: layout, bytes: bytes)
  }

  @Test(
    "no level changes a pixel, or takes more bytes than the one before", arguments: PixelFormat.all)
  func levels(format: PixelFormat) throws {
    let picture = try scene(format)
    var smallest = try encode(picture, as: .png, compression: 8, reducesColours: true).count
    for level in 0...6 {
      let file = try optimized(picture, level: level)
      #expect(try decode(file).rgba16BigEndian == picture.rgba16BigEndian)
      #expect(file.count <= smallest + smallest / 100, "level \(level)")
      #expect(try optimized(picture, level: level) == file)
      smallest = min(smallest, file.count)
    }
  }

  @Test("a palette is put into the order that filters best")
  func paletteOrder() throws {
    // A gradient whose first rows name its colours in disorder.
    let layout = try RowLayout(
      size: PixelSize(width: 64, height: 60), format: PixelFormat(.rgb, .eight))
    var random = SplitMix64(seed: 9)
    let shuffled = (0..<64).shuffled(using: &random)
    let bytes = (0..<60).flatMap { y in
      (0..<64).flatMap { x -> [UInt8] in
        let step = UInt8(y == 0 ? shuffled[x] : (x + y) % 64)
        return [step * 3, step * 2, 255 - step]
      }
    }
    let picture = Decoded(layout: layout, bytes: bytes)
    let asSeen = try optimized(picture, level: 2)
    let ordered = try optimized(picture, level: 3)
    #expect(ordered.count < asSeen.count)
    #expect(try decode(ordered).rgba16BigEndian == picture.rgba16BigEndian)
  }

  @Test("a check that throws ends the trials")
  func cancellation() throws {
    struct Stop: Error {}
    let picture = try scene(PixelFormat(.rgba, .eight))
    let output = EncodedBytes()
    let writer = try #require(CodecRegistry.codec(for: .png)).makeWriter(
      of: picture.layout, in: .png, metadata: Metadata(),
      options: EncodeOptions(optimization: 6), output: output)
    let rowByteCount = picture.layout.bytesPerRow
    try picture.bytes.withUnsafeBytes { bytes in
      for y in 0..<picture.layout.height {
        let row = bytes[y * rowByteCount..<(y + 1) * rowByteCount]
        try writer.writeRow(UnsafeRawBufferPointer(rebasing: row).bytes)
      }
    }
    var count = 0
    #expect(throws: Stop.self) {
      try writer.finish {
        count += 1
        if count == 100 { throw Stop() }
      }
    }
    #expect(count == 100)
    #expect(output.count == 0)
  }
}
