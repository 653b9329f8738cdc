import Raster

/// PNG (specification, third edition, and ISO/IEC 15948), with libpng for what is odd.
struct PNGCodec: AnimationCodec {
  let formats = [ImageFormat.png]
  var optimizes: Bool { true }

  func recognizes(_ prefix: [UInt8]) -> Bool {
    prefix.starts(with: PNGChunkWalk.signature)
  }

  func probe(_ source: ByteSource, limits: DecodeLimits) throws -> ImageHeader {
    try PNGProbe.header(of: source, limits: limits)
  }

  func makeReader(of source: ByteSource, header: ImageHeader) throws -> any ImageReader {
    try PNGReader(source, header: header)
  }

  func storage(of pixelFormat: PixelFormat, in format: ImageFormat) -> PixelFormat {
    pixelFormat
  }

  func writerByteCount(
    for layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions
  ) throws -> Int {
    if let level = options.optimization {
      return try PNGOptimizer.byteCount(for: layout, metadata: metadata, level: level)
    }
    return try PNGWriter.byteCount(for: layout, metadata: metadata, options: options)
  }

  func makeWriter(
    of layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions,
    output: EncodedBytes
  ) throws -> any ImageWriter {
    if let level = options.optimization {
      return try PNGOptimizer(layout, metadata: metadata, level: level, output: output)
    }
    return try PNGWriter(layout, metadata: metadata, options: options, output: output)
  }

  func metadata(of header: ImageHeader, keeping policy: MetadataPolicy) -> Metadata {
    PNGChunkRule.metadata(header.metadata, keeping: policy)
  }

  func losses(
    of metadata: Metadata, in format: ImageFormat, _ pixelFormat: PixelFormat
  ) -> [String] {
    let hasColour = pixelFormat.hasColour
    return metadata.chunks.filter {
      $0.type == "iCCP" && !ICCProfile.suits(chunk: $0.bytes, hasColour: hasColour)
    }.map {
      "\($0.type): the profile is not one for \(hasColour ? "colours" : "grays"), left out"
    }
  }

  func copy(
    _ source: ByteSource, header: ImageHeader, keeping policy: MetadataPolicy,
    to output: EncodedBytes
  ) throws {
    try PNGCopy.run(source, header: header, keeping: policy, to: output)
  }

  // MARK: Animations

  func makeReader(
    of animation: Animation, in source: ByteSource, header: ImageHeader
  ) throws -> any AnimationReader {
    try PNGAnimationReader(source, header: header, animation: animation)
  }

  func writerByteCount(
    of animation: Animation, layout: RowLayout, in format: ImageFormat, metadata: Metadata,
    options: EncodeOptions
  ) throws -> Int {
    try PNGAnimationWriter.byteCount(
      of: animation, layout: layout, metadata: metadata, options: options)
  }

  func makeWriter(
    of animation: Animation, layout: RowLayout, in format: ImageFormat, metadata: Metadata,
    options: EncodeOptions, output: EncodedBytes
  ) throws -> any AnimationWriter {
    try PNGAnimationWriter(
      layout, animation: animation, metadata: metadata, options: options, output: output)
  }
}
