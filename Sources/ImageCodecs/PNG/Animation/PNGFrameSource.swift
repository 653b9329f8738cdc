import Raster

/// The chunks of one frame as a PNG file of its own: its own size in IHDR, the file's palette and
/// transparency, and each fdAT as an IDAT. So the reader of stills reads frames as well, and libpng
/// has its say.
///
/// The bytes are made as they are asked for, and the checksum of each fdAT is compared on the way.
/// None but a few of them are held.
final class PNGFrameSource {
  /// Where the file goes on once the frame has been read.
  private(set) var walk: PNGChunkWalk
  private(set) var script: PNGAnimationScript

  /// What is wrong with a chunk, once it has been thrown.
  private(set) var fault: (any Error)?

  private let source: ByteSource
  private let prefix: [UInt8]
  private let start: (walk: PNGChunkWalk, script: PNGAnimationScript)

  /// The place in the file that is made up of the next byte to come.
  private var position = 0
  /// Bytes that come next.
  private var pending: ArraySlice<UInt8>
  private var part = Part.none
  private var isAtEnd = false

  /// The contents of a chunk on its way.
  private struct Part {
    var chunk: PNGChunk?
    /// Where the next of its bytes stand, and how many are left.
    var offset = 0
    var rest = 0
    /// As fdAT, and as IDAT.
    var checksum: UInt32 = 0
    var newChecksum: UInt32 = 0

    static let none = Part()
  }

  /// - Parameters:
  ///   - source: the whole file.
  ///   - prefix: the file that is made up, as far as the first IDAT.
  ///   - walk: behind the frame's fcTL.
  ///   - script: as far as that.
  init(
    _ source: ByteSource, prefix: [UInt8], walk: PNGChunkWalk, script: PNGAnimationScript
  ) {
    self.source = source
    self.prefix = prefix
    self.walk = walk
    self.script = script
    start = (walk, script)
    pending = prefix[...]
  }

  /// The most bytes that there may be: an IDAT is shorter than its fdAT.
  var byteCount: Int { prefix.count + source.byteCount + PNGChunk.framingByteCount }

  /// Fills a buffer from `offset` on; 0 bytes are the end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    do {
      if offset < position { rewind() }
      while position < offset {
        // A reader goes back only to let libpng judge what is odd, twice at most.
        let count = try withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) {
          try make(
            into: UnsafeMutableRawBufferPointer(rebasing: $0[..<min(4096, offset - position)]))
        }
        if count == 0 { return 0 }
      }
      var done = 0
      while done < buffer.count {
        let count = try make(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
        if count == 0 { break }
        done += count
      }
      return done
    } catch {
      fault = error
      throw error
    }
  }

  private func rewind() {
    (walk, script) = start
    (position, pending, part, isAtEnd) = (0, prefix[...], .none, false)
  }

  /// The next bytes, as many as come in one piece.
  private func make(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      var count = 0
      if !pending.isEmpty {
        count = min(pending.count, buffer.count)
        buffer.copyBytes(from: pending.prefix(count))
        pending.removeFirst(count)
      } else if part.rest > 0 {
        count = try copyContents(into: buffer)
      } else if isAtEnd {
        return 0
      } else {
        try goOn()
        continue
      }
      position += count
      return count
    }
  }

  private func copyContents(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    source.seek(to: part.offset)
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(part.rest, buffer.count)])
    let count = try source.read(into: room)
    guard count > 0 else { throw truncation }
    let bytes = UnsafeRawBufferPointer(rebasing: room[..<count])
    part.checksum = CRC32.update(part.checksum, bytes)
    part.newChecksum = CRC32.update(part.newChecksum, bytes)
    part.offset += count
    part.rest -= count
    return count
  }

  /// Ends the chunk that was read, and begins the next one.
  private func goOn() throws {
    if let chunk = part.chunk {
      source.seek(to: part.offset)
      guard let stored = try source.bigEndian(UInt32.self) else { throw truncation }
      guard stored == part.checksum else { throw CodecError(chunk, "CRC mismatch") }
      pending = part.newChecksum.bigEndianBytes[...]
      part = .none
      return
    }
    while true {
      var ahead = walk
      guard let chunk = try ahead.next() else {
        throw PNGFailure.truncation(at: source.byteCount, in: nil)
      }
      if chunk.type == .fctl || chunk.type == .iend { break }
      walk = ahead
      if chunk.type == .fdat { return try begin(chunk) }
    }
    isAtEnd = true
    pending = PNGChunkWriter.chunk(.iend)[...]
  }

  private func begin(_ chunk: PNGChunk) throws {
    let number = try walk.sequenceNumber(of: chunk)
    try script.takeData(number: number, of: chunk)
    let numbered = number.bigEndianBytes
    part = Part(
      chunk: chunk, offset: chunk.contents + numbered.count, rest: chunk.byteCount - numbered.count,
      checksum: crc(of: .fdat, numbered), newChecksum: crc(of: .idat, []))
    pending = (UInt32(part.rest).bigEndianBytes + PNGChunkType.idat.bytes)[...]
  }

  private var truncation: CodecError {
    PNGFailure.truncation(at: source.position, in: part.chunk?.type)
  }
}
