import Raster

/// Copies a PNG file chunk by chunk without decoding it.
///
/// Critical chunks, tRNS and those of the header's animation go over as they are, ancillary chunks
/// as the policy says; what follows IEND stays behind. Where nothing stays behind the copy equals the
/// file.
struct PNGCopy {
  private let source: ByteSource
  private let isAnimation: Bool
  private let policy: MetadataPolicy
  private let output: EncodedBytes
  private var walk: PNGChunkWalk
  /// What is written of eXIf in place of the file's own, until it has been.
  private var owedExif: [UInt8]?

  static func run(
    _ source: ByteSource, header: ImageHeader, keeping policy: MetadataPolicy,
    to output: EncodedBytes
  ) throws {
    var copy = PNGCopy(source, header, policy, output)
    try copy.run()
  }

  private init(
    _ source: ByteSource, _ header: ImageHeader, _ policy: MetadataPolicy, _ output: EncodedBytes
  ) {
    self.source = source
    isAnimation = header.animation != nil
    self.policy = policy
    self.output = output
    walk = PNGChunkWalk(over: source)
    // Under `all` the file's own eXIf goes over.
    guard policy == .safe else { return }
    let exif = header.metadata.chunks.first { $0.type == PNGChunkType.exif.description }
    let excerpt = ExifExcerpt(of: exif?.bytes, orientation: header.metadata.orientation)
    if !excerpt.isEmpty { owedExif = excerpt.exif }
  }

  private mutating func run() throws {
    try PNGChunkWalk.signature.withUnsafeBytes { try output.append($0) }
    while let chunk = try walk.next() {
      // In the place of the file's own, or before the picture data where that came behind.
      if chunk.type == .idat || chunk.type == .exif { try appendOwedExif() }
      if chunk.type.isOfAnimation, !isAnimation { continue }
      if chunk.type.isCritical || chunk.type == .trns || chunk.type.isOfAnimation {
        guard try append(chunk, where: { _ in true }) else {
          throw PNGFailure.corruption("CRC mismatch", in: chunk.type, at: chunk.offset)
        }
      } else {
        let rule = PNGChunkRule.rule(for: chunk.type)
        guard rule.mayKeep(onCopyUnder: policy) else { continue }
        try append(chunk) { rule.keeps($0, onCopyUnder: policy) }
      }
      if chunk.type == .iend { return }
    }
    throw PNGFailure.truncation(at: source.byteCount, in: nil)
  }

  /// Appends `chunk` if its checksum is right and `isWanted` says so of its contents, and tells
  /// whether it did.
  ///
  /// The bytes go straight to their place in the output, and count only when all is well.
  @discardableResult
  private func append(
    _ chunk: PNGChunk, where isWanted: (UnsafeRawBufferPointer) -> Bool
  ) throws -> Bool {
    guard chunk.end <= source.byteCount else {
      throw PNGFailure.truncation(at: source.byteCount, in: chunk.type)
    }
    let room = try output.reserve(chunk.byteCount + PNGChunk.framingByteCount)
    source.seek(to: chunk.offset)
    guard try source.read(into: room) == room.count else {
      throw PNGFailure.truncation(at: source.position, in: chunk.type)
    }
    let contents = UnsafeRawBufferPointer(rebasing: room[8..<room.count - 4])
    let computed = CRC32.update(0, UnsafeRawBufferPointer(rebasing: room[4..<room.count - 4]))
    let stored = UInt32(
      bigEndian: room.loadUnaligned(fromByteOffset: room.count - 4, as: UInt32.self))
    guard computed == stored, isWanted(contents) else { return false }
    output.commit(room.count)
    return true
  }

  private mutating func appendOwedExif() throws {
    guard let exif = owedExif else { return }
    owedExif = nil
    try PNGChunkWriter.append(.exif, exif, to: output)
  }
}
