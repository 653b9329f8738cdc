import Raster

/// Reads what stands around the picture data of a PNG file, which itself is skipped.
///
/// IHDR is checked fully. What comes later and concerns the pixels is judged by the reader, so a
/// file that is cut short or damaged behind its header passes here. The one exception is tRNS, of
/// which libpng only warns when its checksum is wrong: without it, the picture would be another.
struct PNGProbe {
  /// The chunks that are kept of one file; libpng's own limit.
  private static let maximumChunkCount = 1000

  private let limits: DecodeLimits
  private var walk: PNGChunkWalk
  private var colours = PNGColours()
  private var metadata = Metadata()
  private var metadataByteCount = 0
  private var unread = UnreadMetadata()
  private var seenTypes: Set<PNGChunkType> = []
  private var hasPalette = false
  private var hasData = false
  private var warnings = WarningList()

  /// Reads the header from the start of `source`.
  static func header(of source: ByteSource, limits: DecodeLimits) throws -> ImageHeader {
    try checkSignature(of: source)
    var probe = PNGProbe(source, limits)
    return try probe.run(source)
  }

  private init(_ source: ByteSource, _ limits: DecodeLimits) {
    self.limits = limits
    walk = PNGChunkWalk(over: source)
  }

  private static func checkSignature(of source: ByteSource) throws {
    source.seek(to: 0)
    if try source.bigEndian(UInt64.self) == PNGChunkWalk.signatureCode { return }
    source.seek(to: 0)
    let prefix = try source.read(upTo: PNGChunkWalk.signature.count)
    guard !prefix.isEmpty, PNGChunkWalk.signature.starts(with: prefix) else {
      throw CodecError(.notAnImage, "not a PNG: the signature is wrong")
    }
    guard prefix.count == PNGChunkWalk.signature.count else {
      throw CodecError(
        .truncated, "the file ends early, in the signature, at byte \(prefix.count)")
    }
  }

  private mutating func run(_ source: ByteSource) throws -> ImageHeader {
    let picture = try readPictureHeader(source)
    var survey = PNGAnimationSurvey(of: picture, limits: limits)
    while let chunk = try walk.next() {
      try survey.take(chunk, from: walk)
      switch chunk.type {
      case .idat:
        hasData = true
      case .iend:
        if chunk.end < source.byteCount {
          warnings.append("\(source.byteCount - chunk.end) bytes follow the end of the picture")
        }
        return try header(of: picture, survey)
      case .plte:
        try readPalette(chunk, of: picture)
      case .trns:
        try readTransparency(chunk, of: picture)
      case _ where !chunk.type.isCritical:
        try readAncillary(chunk, of: picture)
      default:
        break  // the reader's business
      }
    }
    return try header(of: picture, survey)
  }

  private func header(
    of picture: PNGPictureHeader, _ survey: PNGAnimationSurvey
  ) throws -> ImageHeader {
    let hasProfile = unread.hasProfile || metadata.chunks.contains { $0.type == "iCCP" }
    var header = ImageHeader(
      format: .png, size: picture.size, storedColour: picture.colourType.stored,
      storedBitDepth: picture.bitDepth, isInterlaced: picture.isInterlaced,
      pixelFormat: colours.pixelFormat(of: picture, hasProfile: hasProfile), metadata: metadata,
      readerByteCount: try picture.readerByteCount(), warnings: warnings.sentences)
    header.animation = try survey.animation(format: header.pixelFormat)
    if unread.byteCount > 0 { header.unread = unread }
    return header
  }

  private mutating func readPictureHeader(_ source: ByteSource) throws -> PNGPictureHeader {
    guard let chunk = try walk.next() else {
      guard source.byteCount >= PNGChunkWalk.signature.count + 8 else {
        throw PNGFailure.truncation(at: source.byteCount, in: nil)
      }
      throw CodecError(
        .corrupt, "no IHDR chunk follows the signature, at byte \(PNGChunkWalk.signature.count)")
    }
    guard chunk.type == .ihdr else {
      if chunk.type == PNGChunkType("CgBI") {
        throw CodecError(
          .unsupported,
          "CgBI: Apple's variant for iOS is not PNG (chunk at byte \(chunk.offset))")
      }
      throw CodecError(
        .corrupt,
        "\(chunk.type) stands where IHDR must stand (chunk at byte \(chunk.offset))")
    }
    guard chunk.byteCount == PNGPictureHeader.byteCount else {
      throw PNGFailure.corruption(
        "\(chunk.byteCount) bytes long, not \(PNGPictureHeader.byteCount)", in: .ihdr,
        at: chunk.offset)
    }
    guard let contents = try walk.contents(of: chunk) else {
      throw PNGFailure.truncation(at: source.byteCount, in: .ihdr)
    }
    guard contents.isIntact else {
      throw PNGFailure.corruption("CRC mismatch", in: .ihdr, at: chunk.offset)
    }
    do {
      return try PNGPictureHeader(contents.bytes, limits: limits)
    } catch {
      guard error.code == .corrupt else { throw error }
      throw PNGFailure.corruption(error.message, in: .ihdr, at: chunk.offset)
    }
  }

  private mutating func readPalette(_ chunk: PNGChunk, of picture: PNGPictureHeader) throws {
    hasPalette = true
    guard !hasData, chunk.byteCount <= 768, let contents = try walk.contents(of: chunk) else {
      return
    }
    colours.takePalette(contents.bytes, of: picture)
  }

  private mutating func readTransparency(_ chunk: PNGChunk, of picture: PNGPictureHeader) throws {
    guard !hasData, picture.colourType != .grayAlpha, picture.colourType != .rgba,
      chunk.byteCount <= 256, let contents = try walk.contents(of: chunk)
    else { return }
    guard contents.isIntact else {
      throw PNGFailure.corruption("CRC mismatch", in: .trns, at: chunk.offset)
    }
    colours.takeTransparency(contents.bytes, of: picture)
  }

  private mutating func readAncillary(_ chunk: PNGChunk, of picture: PNGPictureHeader) throws {
    let rule = PNGChunkRule.rule(for: chunk.type)
    guard rule.onChange != .never else { return try lookForTransparency(in: chunk) }
    let reason = reasonToLeaveOut(chunk, rule)
    // The first of its type counts, even where it is left out.
    if rule.isSingle { seenTypes.insert(chunk.type) }
    if let reason {
      return warnings.append("\(chunk.type): \(reason), left out")
    }
    metadataByteCount += chunk.byteCount
    guard metadataByteCount - unread.byteCount <= limits.eagerMetadataByteCount else {
      unread.byteCount += chunk.byteCount
      if chunk.type == .exif { unread.hasOrientation = true }
      if chunk.type == .iccp { unread.hasProfile = true }
      return
    }
    guard let contents = try walk.contents(of: chunk) else { return }
    guard contents.isIntact else {
      try rejectTransparency(contents, of: chunk)
      return warnings.append("\(chunk.type): CRC mismatch, left out")
    }
    metadata.chunks.append(
      .init(
        type: chunk.type.description, bytes: contents.bytes,
        followsPixels: hasData && PNGChunkRule.staysBehindData(chunk.type)))
    if chunk.type == .exif {
      metadata.orientation = ExifOrientation(contents.bytes)?.orientation ?? .upright
    }
  }

  private func reasonToLeaveOut(_ chunk: PNGChunk, _ rule: PNGChunkRule) -> String? {
    switch rule.place {
    case .beforePalette where hasPalette || hasData: return "out of place"
    case .beforeData where hasData: return "out of place"
    case .beforePalette, .beforeData, .anywhere: break
    }
    if rule.isSingle, seenTypes.contains(chunk.type) { return "there twice" }
    guard rule.byteCounts.contains(chunk.byteCount) else {
      return "\(chunk.byteCount) bytes long"
    }
    guard chunk.byteCount <= limits.maximumMetadataByteCount - metadataByteCount else {
      return "\(chunk.byteCount) bytes are too many"
    }
    guard metadata.chunks.count < Self.maximumChunkCount else { return "too many chunks" }
    return nil
  }

  /// Looks at a chunk that is not kept, for it might be tRNS with a damaged name.
  private func lookForTransparency(in chunk: PNGChunk) throws {
    guard !hasData, chunk.byteCount <= 256, let contents = try walk.contents(of: chunk),
      !contents.isIntact
    else { return }
    try rejectTransparency(contents, of: chunk)
  }

  /// Throws where the checksum of a damaged chunk shows that it was tRNS.
  private func rejectTransparency(
    _ contents: PNGChunkWalk.Contents, of chunk: PNGChunk
  ) throws {
    guard !hasData, contents.isIntact(as: .trns) else { return }
    throw PNGFailure.corruption("CRC mismatch", in: .trns, at: chunk.offset)
  }
}
