import ImageCodecs
import Raster
import SystemPackage
import TestSupport

/// Tiny pictures, whose samples differ from each other, as files.
enum Pictures {
  /// Samples from a seed: the same on every machine.
  static func samples(_ count: Int, seed: Int) -> [UInt8] {
    var random = SplitMix64(seed: UInt64(bitPattern: Int64(seed)))
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  static func ppm(_ width: Int, _ height: Int, seed: Int = 1) -> [UInt8] {
    Array("P6\n\(width) \(height)\n255\n".utf8) + samples(width * height * 3, seed: seed)
  }

  static func pgm(_ width: Int, _ height: Int, seed: Int = 1) -> [UInt8] {
    Array("P5\n\(width) \(height)\n255\n".utf8) + samples(width * height, seed: seed)
  }

  static func pbm(_ width: Int, _ height: Int, seed: Int = 1) -> [UInt8] {
    Array("P4\n\(width) \(height)\n".utf8) + samples((width + 7) / 8 * height, seed: seed)
  }

  /// A picture in any format that can be written, in the form that is asked for.
  static func encoded(
    _ format: ImageFormat = .png, _ width: Int, _ height: Int,
    _ pixelFormat: PixelFormat = PixelFormat(.rgb, .eight), metadata: Metadata = Metadata(),
    seed: Int = 1
  ) throws -> [UInt8] {
    guard let codec = CodecRegistry.codec(for: format) else { throw Unwritable(format: format) }
    let layout = try RowLayout(
      size: PixelSize(width: width, height: height), format: pixelFormat)
    let output = EncodedBytes()
    let writer = try codec.makeWriter(
      of: layout, in: format, metadata: metadata,
      options: EncodeOptions(reducesColours: false), output: output)
    for y in 0..<height {
      try samples(layout.bytesPerRow, seed: seed &* 1000 &+ y).withUnsafeBytes { row in
        try writer.writeRow(row.bytes)
      }
    }
    try writer.finish()
    return Array(output.bytes)
  }

  struct Unwritable: Error {
    let format: ImageFormat
  }
}

/// A picture that was read back.
struct ReadPicture {
  let header: ImageHeader
  let rows: [[UInt8]]

  /// - Throws: what the codec throws.
  init(_ bytes: [UInt8]) throws {
    let source = try ByteSource(bytes)
    let prefix = Array(bytes.prefix(CodecRegistry.prefixByteCount))
    guard let codec = CodecRegistry.codec(recognizing: prefix) else { throw NoPicture() }
    header = try codec.probe(source, limits: DecodeLimits())
    source.seek(to: 0)
    let reader = try codec.makeReader(of: source, header: header)
    let layout = reader.layout
    rows = try (0..<layout.height).map { _ in
      var row = [UInt8](repeating: 0, count: layout.bytesPerRow)
      try row.withUnsafeMutableBytes { bytes in
        var span = bytes.mutableBytes
        try reader.readRow(into: &span)
      }
      return row
    }
    try reader.finish()
  }

  struct NoPicture: Error {}
}
