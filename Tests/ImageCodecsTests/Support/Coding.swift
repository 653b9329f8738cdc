import ImageCodecs
import Raster
import TestSupport

/// A decoded picture, its samples in the machine's byte order.
struct Decoded: Equatable {
  var layout: RowLayout
  var bytes: [UInt8]
  var warnings: [String] = []

  static func == (left: Decoded, right: Decoded) -> Bool {
    left.layout == right.layout && left.bytes == right.bytes
  }

  /// The samples widened to 16 bits.
  var samples: [UInt16] {
    guard layout.format.depth == .sixteen else { return bytes.map { UInt16($0) * 257 } }
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 2).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self)
      }
    }
  }

  /// Red, green, blue and alpha at 16 bits with the high byte first: the form of the manifests.
  var rgba16BigEndian: [UInt8] {
    let samples = samples
    let channelCount = layout.format.channelCount
    var result: [UInt8] = []
    result.reserveCapacity(layout.width * layout.height * 8)
    for start in stride(from: 0, to: samples.count, by: channelCount) {
      let gray = samples[start]
      let colour =
        layout.format.hasColour
        ? (gray, samples[start + 1], samples[start + 2]) : (gray, gray, gray)
      let alpha = layout.format.hasAlpha ? samples[start + channelCount - 1] : .max
      for sample in [colour.0, colour.1, colour.2, alpha] {
        result.append(UInt8(sample >> 8))
        result.append(UInt8(sample & 0xFF))
      }
    }
    return result
  }
}

/// What the decoding of mistakes must never do.
enum Misbehaviour: Error {
  case rowsAfterAnError
}

/// A source that gives no more than `readSize` bytes at a time.
func byteSource(_ bytes: [UInt8], readSize: Int? = nil) throws -> ByteSource {
  guard let readSize else { return try ByteSource(bytes) }
  return try ByteSource(byteCount: bytes.count, bufferByteCount: readSize) { offset, buffer in
    let end = min(offset + min(buffer.count, readSize), bytes.count)
    guard offset < end else { return 0 }
    buffer.copyBytes(from: bytes[offset..<end])
    return end - offset
  }
}

func codec(for bytes: [UInt8]) throws -> any ImageCodec {
  let prefix = Array(bytes.prefix(CodecRegistry.prefixByteCount))
  guard let codec = CodecRegistry.codec(recognizing: prefix) else {
    throw CodecError(.notAnImage, "no codec knows it")
  }
  return codec
}

func probe(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) throws -> ImageHeader {
  try codec(for: bytes).probe(ByteSource(bytes), limits: limits)
}

func decode(
  _ bytes: [UInt8], limits: DecodeLimits = DecodeLimits(), readSize: Int? = nil
) throws -> Decoded {
  try decode(byteSource(bytes, readSize: readSize), by: codec(for: bytes), limits: limits)
}

/// Decodes to the end, and proves that an error is the last that a reader has to say.
func decode(
  _ source: ByteSource, by codec: any ImageCodec, limits: DecodeLimits = DecodeLimits()
) throws -> Decoded {
  let header = try codec.probe(source, limits: limits)
  let reader = try codec.makeReader(of: source, header: header)
  let rowByteCount = reader.layout.bytesPerRow
  var pixels = [UInt8](repeating: 0xA5, count: reader.layout.byteCount)
  for y in 0..<reader.layout.height {
    try pixels.withUnsafeMutableBytes { pixels in
      let slice = UnsafeMutableRawBufferPointer(
        rebasing: pixels[y * rowByteCount..<(y + 1) * rowByteCount])
      do {
        var row = slice.mutableBytes
        try reader.readRow(into: &row)
      } catch {
        var row = slice.mutableBytes
        guard (try? reader.readRow(into: &row)) == nil else {
          throw Misbehaviour.rowsAfterAnError
        }
        throw error
      }
    }
  }
  try reader.finish()
  return Decoded(
    layout: reader.layout, bytes: pixels, warnings: header.warnings + reader.warnings)
}

/// Encodes a picture in the form that it has, or in the smallest.
func encode(
  _ picture: Decoded, as format: ImageFormat, metadata: Metadata = Metadata(),
  compression: Int = 6, reducesColours: Bool = false
) throws -> [UInt8] {
  guard let codec = CodecRegistry.codec(for: format) else {
    throw CodecError(.unsupported, "no codec for \(format)")
  }
  let output = EncodedBytes()
  let writer = try codec.makeWriter(
    of: picture.layout, in: format, metadata: metadata,
    options: EncodeOptions(compression: compression, reducesColours: reducesColours),
    output: output)
  let rowByteCount = picture.layout.bytesPerRow
  try picture.bytes.withUnsafeBytes { bytes in
    for y in 0..<picture.layout.height {
      try writer.writeRow(
        UnsafeRawBufferPointer(rebasing: bytes[y * rowByteCount..<(y + 1) * rowByteCount]).bytes)
    }
  }
  try writer.finish()
  return Array(output.bytes)
}

func copy(_ bytes: [UInt8], keeping policy: MetadataPolicy) throws -> [UInt8] {
  let codec = try codec(for: bytes)
  let source = try ByteSource(bytes)
  let output = EncodedBytes()
  let header = try codec.probe(source, limits: DecodeLimits())
  try codec.copy(source, header: header, keeping: policy, to: output)
  return Array(output.bytes)
}

/// A picture of random samples.
func randomPicture(
  _ width: Int, _ height: Int, _ format: PixelFormat, seed: UInt64
) throws -> Decoded {
  var random = SplitMix64(seed: seed)
  let layout = try RowLayout(size: PixelSize(width: width, height: height), format: format)
  return Decoded(layout: layout, bytes: random.bytes(layout.byteCount))
}

extension PixelFormat {
  static var all: [PixelFormat] {
    Channels.allCases.flatMap { channels in
      SampleDepth.allCases.map { PixelFormat(channels, $0) }
    }
  }
}
