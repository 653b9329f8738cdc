import Raster

/// The order that the chunks of an animation must have (PNG specification, third edition, sections
/// 4.9 and 11.3.5), compared as they come.
///
/// It holds no list: a file may claim any number of frames.
struct PNGAnimationScript: Sendable {
  /// What acTL says.
  struct Control: Equatable, Sendable {
    static let byteCount = 8

    var frameCount: Int
    var playCount: Int
    /// Where it stands.
    let chunk: PNGChunk
  }

  let canvas: PixelSize
  private(set) var control: Control?

  /// The frames that have begun.
  private(set) var frameCount = 0

  /// Whether the still is the first of them.
  private(set) var stillIsFrame = false

  private var hasStill = false
  private var number: UInt32 = 0
  /// The frame whose data may come.
  private var open: PNGChunk?
  private var isDataOwed = false

  init(canvas: PixelSize) { self.canvas = canvas }

  /// Takes acTL; behind the picture data it means nothing.
  ///
  /// - Throws: `CodecError`.
  mutating func takeControl(_ bytes: [UInt8], of chunk: PNGChunk) throws(CodecError) {
    guard !hasStill else { return }
    guard control == nil else { throw CodecError(chunk, "there twice") }
    try Self.check(bytes, of: chunk, byteCount: Control.byteCount)
    let (frames, plays) = (bytes.bigEndianInteger(at: 0), bytes.bigEndianInteger(at: 4))
    guard frames > 0, max(frames, plays) <= Int32.max else {
      throw CodecError(chunk, "no animation has \(frames) frames, played \(plays) times")
    }
    control = Control(frameCount: Int(frames), playCount: Int(plays), chunk: chunk)
  }

  /// Takes fcTL, which begins a frame.
  ///
  /// - Throws: `CodecError`.
  mutating func takeFrame(
    _ bytes: [UInt8], of chunk: PNGChunk
  ) throws(CodecError) -> PNGFrameControl {
    try Self.check(bytes, of: chunk, byteCount: PNGFrameControl.byteCount)
    try takeNumber(bytes.bigEndianInteger(at: 0), of: chunk)
    let frame = try PNGFrameControl(bytes, of: chunk, canvas: canvas)
    if !hasStill {
      guard !stillIsFrame else { throw CodecError(chunk, "the second before IDAT") }
      guard frame.rect == PixelRect(origin: .zero, size: canvas) else {
        throw CodecError(chunk, "the frame, \(frame.rect), is the picture in IDAT, of \(canvas)")
      }
      stillIsFrame = true
    } else {
      try checkData(before: chunk)
      (open, isDataOwed) = (chunk, true)
    }
    frameCount += 1
    return frame
  }

  /// Takes the first chunk of picture data, or another one.
  mutating func takeStill() { hasStill = true }

  /// Takes the sequence number of fdAT.
  ///
  /// - Throws: `CodecError`.
  mutating func takeData(number: UInt32, of chunk: PNGChunk) throws(CodecError) {
    guard open != nil else { throw CodecError(chunk, "no fcTL stands before it") }
    try takeNumber(number, of: chunk)
    isDataOwed = false
  }

  /// Takes the end of the file.
  ///
  /// - Throws: `CodecError` where the frames are not those that acTL promised.
  func finish(at end: PNGChunk) throws(CodecError) {
    try checkData(before: end)
    guard let control, control.frameCount != frameCount else { return }
    throw CodecError(
      control.chunk, "\(control.frameCount) frames are claimed, and there are \(frameCount)")
  }

  private mutating func takeNumber(_ number: UInt32, of chunk: PNGChunk) throws(CodecError) {
    guard number == self.number else {
      throw CodecError(chunk, "sequence number \(number) where \(self.number) is due")
    }
    // 2³¹ chunks fill more than 32 GiB.
    self.number &+= 1
  }

  private func checkData(before chunk: PNGChunk) throws(CodecError) {
    guard isDataOwed, let open else { return }
    throw CodecError(open, "\(chunk.type) follows, and no fdAT")
  }

  private static func check(
    _ bytes: [UInt8], of chunk: PNGChunk, byteCount: Int
  ) throws(CodecError) {
    guard bytes.count == byteCount else {
      throw CodecError(chunk, "\(bytes.count) bytes long, not \(byteCount)")
    }
  }
}

extension PNGChunkWalk {
  /// The contents of a chunk of an animation, which must be sound.
  ///
  /// - Throws: `CodecError`; what the source throws.
  func soundContents(of chunk: PNGChunk, atMost byteCount: Int) throws -> [UInt8] {
    guard chunk.byteCount <= byteCount else {
      throw CodecError(chunk, "\(chunk.byteCount) bytes long, not \(byteCount)")
    }
    guard let contents = try contents(of: chunk) else {
      throw PNGFailure.truncation(at: sourceByteCount, in: chunk.type)
    }
    guard contents.isIntact else { throw CodecError(chunk, "CRC mismatch") }
    return contents.bytes
  }

  /// The sequence number that the contents of fdAT start with; its checksum is compared by whoever
  /// reads the rest.
  ///
  /// - Throws: `CodecError`; what the source throws.
  func sequenceNumber(of chunk: PNGChunk) throws -> UInt32 {
    guard chunk.byteCount >= 4 else {
      throw CodecError(chunk, "\(chunk.byteCount) bytes long, and its number has 4")
    }
    guard let bytes = try start(of: chunk, byteCount: 4) else {
      throw PNGFailure.truncation(at: sourceByteCount, in: chunk.type)
    }
    return bytes.bigEndianInteger(at: 0)
  }
}
