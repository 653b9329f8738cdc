import Raster

/// What fcTL says of a frame (PNG specification, third edition, section 11.3.5.2).
struct PNGFrameControl: Equatable, Sendable {
  static let byteCount = 26

  /// What becomes of the frame's part of the canvas when its time is over.
  enum Disposal: UInt8, Sendable {
    case none, background, previous
  }

  /// How the frame is drawn.
  enum Blending: UInt8, Sendable {
    case source, over
  }

  var rect: PixelRect
  var delay: FrameDelay
  var disposal = Disposal.none
  var blending = Blending.source

  init(rect: PixelRect, delay: FrameDelay) {
    self.rect = rect
    self.delay = delay
  }

  /// Reads what follows the sequence number.
  ///
  /// - Parameters:
  ///   - bytes: all of the contents, of which there are as many as there must be.
  ///   - chunk: where they stand.
  /// - Throws: `CodecError` for a frame that is not on the canvas, and for unknown operations.
  init(_ bytes: [UInt8], of chunk: PNGChunk, canvas: PixelSize) throws(CodecError) {
    func side(at offset: Int) -> Int { Int(bytes.bigEndianInteger(at: offset)) }
    func short(at offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }
    let (width, height) = (side(at: 4), side(at: 8))
    guard width > 0, height > 0 else {
      throw CodecError(chunk, "the frame has \(width)x\(height) pixels")
    }
    rect = PixelRect(x: side(at: 12), y: side(at: 16), width: width, height: height)
    guard rect.isContained(in: canvas) else {
      throw CodecError(chunk, "the frame, \(rect), is not within \(canvas)")
    }
    delay = FrameDelay(numerator: short(at: 20), denominator: short(at: 22))
    guard let disposal = Disposal(rawValue: bytes[24]) else {
      throw CodecError(chunk, "dispose operation \(bytes[24]) does not exist")
    }
    guard let blending = Blending(rawValue: bytes[25]) else {
      throw CodecError(chunk, "blend operation \(bytes[25]) does not exist")
    }
    self.disposal = disposal
    self.blending = blending
  }

  /// The contents of a chunk.
  func contents(number: UInt32) -> [UInt8] {
    let words = [number] + [rect.width, rect.height, rect.x, rect.y].map(UInt32.init)
    let delays = [delay.numerator, delay.denominator]
    return words.flatMap(\.bigEndianBytes) + delays.flatMap(\.bigEndianBytes)
      + [disposal.rawValue, blending.rawValue]
  }
}

extension CodecError {
  /// What is wrong with a chunk of an animation, and where it stands.
  init(_ chunk: PNGChunk, _ reason: String) {
    self.init(.corrupt, "\(chunk.type) at byte \(chunk.offset): \(reason)")
  }
}

extension [UInt8] {
  /// The four bytes from `offset` on, the highest first.
  func bigEndianInteger(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension FixedWidthInteger {
  /// The bytes, the highest first.
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
