import ImageCodecs
import Raster

/// What the codecs make of a file.
struct Decoding {
  /// nil where the header cannot be read.
  var header: ManifestRow.Header?
  var verdict: ManifestRow.Verdict
  var warnings: [String] = []

  init(_ bytes: [UInt8], hash: ([UInt8]) -> String) throws {
    let prefix = Array(bytes.prefix(CodecRegistry.prefixByteCount))
    guard let codec = CodecRegistry.codec(recognizing: prefix) else {
      verdict = .failure(code: CodecError.Code.notAnImage.name, message: "-")
      return
    }
    do {
      let source = try ByteSource(bytes)
      let header = try codec.probe(source, limits: DecodeLimits())
      self.header = ManifestRow.Header(header)
      let reader = try codec.makeReader(of: source, header: header)
      verdict = .pixels(sha256: hash(try Self.rgba16(reader)))
      warnings = header.warnings + reader.warnings
    } catch let error as CodecError {
      verdict = .failure(code: error.code.name, message: error.message)
    }
  }

  /// The pixels, read to the end, as 16-bit RGBA, the high byte first.
  private static func rgba16(_ reader: any ImageReader) throws -> [UInt8] {
    let pixels = try rgba16(reader as any RowSource)
    try reader.finish()
    return pixels
  }

  /// The pixels as 16-bit RGBA, the high byte first.
  static func rgba16(_ reader: any RowSource) throws -> [UInt8] {
    let layout = reader.layout
    var pixels: [UInt8] = []
    let buffer = try ByteBuffer(count: layout.bytesPerRow)
    for _ in 0..<layout.height {
      var row = buffer.bytes.mutableBytes
      try reader.readRow(into: &row)
      for x in 0..<layout.width {
        let samples = (0..<layout.format.channelCount).map { channel in
          sample(x * layout.format.channelCount + channel, of: buffer, layout.format.depth)
        }
        let colour =
          layout.format.hasColour ? Array(samples[..<3]) : Array(repeating: samples[0], count: 3)
        let alpha = layout.format.hasAlpha ? samples[samples.count - 1] : .max
        for sample in colour + [alpha] {
          pixels += [UInt8(sample >> 8), UInt8(truncatingIfNeeded: sample)]
        }
      }
    }
    return pixels
  }

  private static func sample(
    _ index: Int, of buffer: borrowing ByteBuffer, _ depth: PixelFormat.SampleDepth
  ) -> UInt16 {
    switch depth {
    case .eight: UInt16(buffer.bytes[index]) * 257
    case .sixteen: buffer.bytes.load(fromByteOffset: 2 * index, as: UInt16.self)
    }
  }
}
