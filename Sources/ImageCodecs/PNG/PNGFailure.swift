/// What is wrong with a PNG file: the chunk, the reason, and the byte at which the chunk starts.
enum PNGFailure {
  /// The error for a chunk that starts at `offset` and is not as it must be.
  static func corruption(_ reason: String, in type: PNGChunkType, at offset: Int) -> CodecError {
    CodecError(.corrupt, "\(type): \(reason)", place: "chunk at byte \(offset)")
  }

  /// The error for bytes that ended at `offset`, inside a chunk or between two.
  static func truncation(at offset: Int, in chunk: PNGChunkType?) -> CodecError {
    let place = chunk.map { "in \($0)" } ?? "between two chunks"
    return CodecError(.truncated, "the file ends early, \(place), at byte \(offset)")
  }

  /// libpng's reason for giving up on `source`, from which it had read up to its position.
  ///
  /// - Throws: what the source throws.
  static func error(_ message: String, of source: ByteSource) throws -> CodecError {
    guard let chunk = try PNGChunkWalk.chunk(before: source.position, in: source) else {
      return CodecError(.corrupt, words(for: message))
    }
    if message == "Not enough image data" {
      let reason = "not enough image data"
      if chunk.type == .idat { return corruption(reason, in: .idat, at: chunk.offset) }
      // It has read on to the chunk that follows the data.
      return CodecError(.corrupt, "IDAT: \(reason)", place: "it ends at byte \(chunk.offset)")
    }
    let prefix = "\(chunk.type): "
    let reason = message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message
    return corruption(words(for: reason), in: chunk.type, at: chunk.offset)
  }

  /// `message` made exact where libpng is vague, else as it is.
  static func words(for message: String) -> String {
    let vague = "CRC error"
    guard message.hasSuffix(vague) else { return message }
    return message.dropLast(vague.count) + "CRC mismatch"
  }
}
