public import Raster

/// What a file says about its picture besides the pixels.
public struct Metadata: Hashable, Sendable {
  /// One piece of it, in the form of a PNG chunk (PNG specification, section 5.3): the form that
  /// every codec here translates from and to.
  public struct Chunk: Hashable, Sendable {
    /// Four ASCII letters: `iCCP`.
    public let type: String
    /// What the chunk holds, without its length, type and CRC.
    public let bytes: [UInt8]
    /// Whether it must stand behind the pixels, as it did in its file.
    public let followsPixels: Bool

    /// A chunk of that type.
    public init(type: String, bytes: [UInt8], followsPixels: Bool = false) {
      self.type = type
      self.bytes = bytes
      self.followsPixels = followsPixels
    }
  }

  /// How the stored picture must be turned to stand upright.
  public var orientation: Orientation
  /// All the rest, in the order of the file.
  public var chunks: [Chunk]

  /// Metadata of those parts.
  public init(orientation: Orientation = .upright, chunks: [Chunk] = []) {
    self.orientation = orientation
    self.chunks = chunks
  }

  /// Makes it that of a picture whose rows have become columns: the resolution (pHYs) has a number
  /// for each direction.
  public mutating func swapSides() {
    chunks = chunks.map { chunk in
      guard chunk.type == "pHYs", chunk.bytes.count == 9 else { return chunk }
      let bytes = chunk.bytes
      return Chunk(
        type: chunk.type, bytes: Array(bytes[4..<8] + bytes[0..<4] + bytes[8...]),
        followsPixels: chunk.followsPixels)
    }
  }

  /// The bytes that the chunks hold.
  public var byteCount: Int { chunks.reduce(0) { $0 + $1.bytes.count } }
}

/// Which metadata goes from the input to the output.
public enum MetadataPolicy: String, Hashable, Sendable, CaseIterable {
  /// What the pixels mean (colour space, resolution) and whose they are (copyright, author); no
  /// location, no thumbnails, no history.
  case safe
  /// All that stays true when the pixels change.
  case all
  /// Nothing, not even the colour space.
  case none
}
