/// libpng's reasons in the words of this program.
enum PNGFailure {
  static func error(_ message: String) -> CodecError {
    CodecError(.corrupt, words(for: message))
  }

  /// The error for bytes that ended at `offset`, inside a chunk or between two.
  static func truncation(at offset: Int, in chunk: PNGChunkType?) -> CodecError {
    let place = chunk.map { "in \($0)" } ?? "between two chunks"
    return CodecError(.truncated, "the file ends early, \(place), at byte \(offset)")
  }

  /// `message` made exact where libpng is vague, else as it is.
  static func words(for message: String) -> String {
    if message == "Not enough image data" { return "IDAT: not enough image data" }
    let vague = "CRC error"
    guard message.hasSuffix(vague) else { return message }
    return message.dropLast(vague.count) + "CRC mismatch"
  }
}
