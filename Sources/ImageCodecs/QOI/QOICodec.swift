import Raster

/// QOI, the Quite OK Image Format (qoiformat.org/qoi-specification.pdf, version 1.0).
struct QOICodec: ImageCodec {
  /// The contents of a gAMA chunk for linear samples: 1, in units of a 100,000th.
  private static let linearGamma = Metadata.Chunk(type: "gAMA", bytes: [0, 1, 0x86, 0xA0])

  let formats = [ImageFormat.qoi]

  func recognizes(_ prefix: [UInt8]) -> Bool {
    prefix.starts(with: QOIHeader.magic)
  }

  func probe(_ source: ByteSource, limits: DecodeLimits) throws -> ImageHeader {
    let header = try QOIHeader(source, limits: limits)
    return ImageHeader(
      format: .qoi, size: header.size, storedColour: header.channels == .rgba ? .rgba : .rgb,
      storedBitDepth: 8, pixelFormat: header.pixelFormat,
      metadata: Metadata(chunks: header.isLinear ? [Self.linearGamma] : []),
      readerByteCount: QOIReader.byteCount)
  }

  func makeReader(of source: ByteSource, header: ImageHeader) throws -> any ImageReader {
    try QOIReader(source, header: reread(source, header))
  }

  func storage(of pixelFormat: PixelFormat, in format: ImageFormat) -> PixelFormat {
    PixelFormat(.init(hasColour: true, hasAlpha: pixelFormat.hasAlpha), .eight)
  }

  func writerByteCount(
    for layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions
  ) throws -> Int {
    try QOIWriter.byteCount(for: layout)
  }

  /// Of the metadata the format can hold one thing: that samples are linear.
  func makeWriter(
    of layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions,
    output: EncodedBytes
  ) throws -> any ImageWriter {
    guard UInt32(exactly: layout.width) != nil, UInt32(exactly: layout.height) != nil else {
      throw CodecError(.unsupported, "\(layout.size) is beyond what QOI can say")
    }
    // PNG specification, section 4.3: these come before gAMA.
    let isSaidOtherwise = metadata.chunks.contains { ["cICP", "iCCP", "sRGB"].contains($0.type) }
    return try QOIWriter(
      layout, isLinear: !isSaidOtherwise && metadata.chunks.contains(Self.linearGamma),
      output: output)
  }

  func metadata(of header: ImageHeader, keeping policy: MetadataPolicy) -> Metadata {
    policy == .none ? Metadata() : header.metadata
  }

  /// Copies the picture; what follows its end marker stays behind.
  ///
  /// The end can only be found by decoding, which costs little.
  func copy(
    _ source: ByteSource, header: ImageHeader, keeping policy: MetadataPolicy,
    to output: EncodedBytes
  ) throws {
    let reader = try QOIReader(source, header: reread(source, header))
    let buffer = try ByteBuffer(count: reader.layout.bytesPerRow)
    for _ in 0..<reader.layout.height {
      var row = buffer.bytes.mutableBytes
      try reader.readRow(into: &row)
    }
    try reader.finish()
    try source.copy(0..<reader.position, to: output)
  }

  /// The file's own header. Its limits were asked by the probe.
  private func reread(_ source: ByteSource, _ header: ImageHeader) throws -> QOIHeader {
    let limits = DecodeLimits(maximumPixelCount: .max, maximumSide: .max)
    let found = try QOIHeader(source, limits: limits)
    guard found.size == header.size, found.pixelFormat == header.pixelFormat else {
      throw CodecError(.corrupt, "the file changed while it was read")
    }
    return found
  }
}
