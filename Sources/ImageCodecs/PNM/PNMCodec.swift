import Raster

/// The formats of netpbm: PBM, PGM and PPM, plain and raw, and PAM.
///
/// Written are raw PGM and PPM and PAM. There is no writer of bitmaps: a `.pbm` output is a PGM,
/// which all that reads PBM reads too, and which does not make black or white of gray. Of the files
/// with several pictures in a row the first is read.
struct PNMCodec: ImageCodec {
  let formats = [ImageFormat.pbm, .pgm, .ppm, .pam]

  func recognizes(_ prefix: [UInt8]) -> Bool {
    guard prefix.count >= 3, prefix[0] == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(prefix[1])
    else { return false }
    return PNMDigit.isSpace(prefix[2]) || prefix[2] == UInt8(ascii: "#")
  }

  func probe(_ source: ByteSource, limits: DecodeLimits) throws -> ImageHeader {
    let header = try PNMHeader(source, limits: limits)
    let colour: ImageHeader.StoredColour =
      switch header.channels {
      case .gray: .gray
      case .grayAlpha: .grayAlpha
      case .rgb: .rgb
      case .rgba: .rgba
      }
    return ImageHeader(
      format: header.format, size: header.size, storedColour: colour,
      storedBitDepth: header.storedBitDepth, pixelFormat: header.pixelFormat,
      readerByteCount: try PNMReader.byteCount(for: header), warnings: header.warnings)
  }

  func makeReader(of source: ByteSource, header: ImageHeader) throws -> any ImageReader {
    try PNMReader(source, header: reread(source, header))
  }

  func storage(of pixelFormat: PixelFormat, in format: ImageFormat) -> PixelFormat {
    switch format {
    case .pam: pixelFormat
    case .ppm: PixelFormat(.rgb, pixelFormat.depth)
    default: PixelFormat(.gray, pixelFormat.depth)
    }
  }

  func writerByteCount(
    for layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions
  ) throws -> Int {
    try layout.byteCount.plus(4096)
  }

  func makeWriter(
    of layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions,
    output: EncodedBytes
  ) throws -> any ImageWriter {
    try PNMWriter(layout, format: format, output: output)
  }

  /// None: the formats have no place for any but comments.
  func metadata(of header: ImageHeader, keeping policy: MetadataPolicy) -> Metadata { Metadata() }

  /// Copies the picture; comments go along under `all` only.
  func copy(
    _ source: ByteSource, header: ImageHeader, keeping policy: MetadataPolicy,
    to output: EncodedBytes
  ) throws {
    let header = try reread(source, header)
    let rowByteCount = try header.codedRowByteCount()
    let end = try rowByteCount?.times(header.size.height).plus(header.byteCount)
    guard policy != .all else { return try source.copy(0..<(end ?? source.byteCount), to: output) }
    if header.hasComments {
      try output.append(header.text)
    } else {
      try source.copy(0..<header.byteCount, to: output)
    }
    if let end {
      try source.copy(header.byteCount..<end, to: output)
    } else {
      try copyText(source, from: header.byteCount, to: output)
    }
  }

  /// Copies plain rows without the comments among them.
  private func copyText(_ source: ByteSource, from offset: Int, to output: EncodedBytes) throws {
    let bytes = try BufferedBytes(source, from: offset)
    let room = try output.reserve(bytes.remainingByteCount)
    var count = 0
    var isComment = false
    while let byte = try bytes.next(), count < room.count {
      if byte == UInt8(ascii: "#") { isComment = true }
      if PNMDigit.isLineEnd(byte) { isComment = false }
      guard !isComment else { continue }
      room[count] = byte
      count += 1
    }
    output.commit(count)
  }

  /// The file's own header, which says more than `ImageHeader` has words for. Its limits were
  /// asked by the probe.
  private func reread(_ source: ByteSource, _ header: ImageHeader) throws -> PNMHeader {
    let limits = DecodeLimits(maximumPixelCount: .max, maximumSide: .max)
    let found = try PNMHeader(source, limits: limits)
    guard found.size == header.size, found.pixelFormat == header.pixelFormat else {
      throw CodecError(.corrupt, "the file changed while it was read")
    }
    return found
  }
}
