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

    /// A chunk of that type.
    public init(type: String, bytes: [UInt8]) {
      self.type = type
      self.bytes = bytes
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
