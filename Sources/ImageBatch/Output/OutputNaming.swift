import ImageCodecs

/// How an output's name comes from its input's.
enum OutputNaming: Sendable {
  /// The input's own name.
  case kept
  /// The input's name with the ending of a format in place of its own.
  case ending(ImageFormat)

  /// The output's name for the input's.
  func name(for input: FileName) -> FileName {
    switch self {
    case .kept:
      // A bitmap that is resized gets shades: it becomes a graymap, in name too.
      guard case .known(.pbm) = ClaimedFormat(input) else { return input }
      return input.replacingExtension(with: ImageFormat.pgm.fileExtensions[0])
    case .ending(let format):
      // Only the ending of a picture goes: `map.v2` becomes `map.v2.png`.
      let ending = format.fileExtensions[0]
      return ClaimedFormat(input) == nil
        ? input.appendingExtension(ending) : input.replacingExtension(with: ending)
    }
  }
}
