/// The contents of a run of IDAT chunks, their checksums compared on the way.
final class PNGDataFeed {
  private var chunks: PNGSoundChunks
  /// Whether what was begun last stands behind the run.
  private var isBehindData = false

  /// - Parameter source: stands behind the length and type of the first chunk.
  init(_ source: ByteSource) throws {
    source.seek(to: source.position - 8)
    chunks = PNGSoundChunks(source)
    try chunks.begin()
    guard chunks.type == .idat else { throw PNGOddity() }
  }

  /// Fills a buffer; 0 bytes are the end of the run.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while chunks.rest == 0 {
      guard !isBehindData else { return 0 }
      try chunks.end()
      try chunks.begin()
      isBehindData = chunks.type != .idat
    }
    return isBehindData ? 0 : try chunks.read(into: buffer)
  }

  /// Reads what follows the run, up to IEND: only what libpng passes over without a word.
  func finish() throws {
    while !isBehindData {
      guard try withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16, read(into:)) == 0
      else { throw PNGOddity() }
    }
    while chunks.type != .iend {
      try chunks.passOver()
      try chunks.begin()
    }
    guard chunks.rest == 0 else { throw PNGOddity() }
    try chunks.end()
  }
}
