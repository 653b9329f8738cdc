import ImageCodecs

/// How an output's name comes from its input's.
struct OutputNaming: Hashable, Sendable {
  /// The format whose ending takes the place of the input's; nil keeps that.
  var format: ImageFormat?

  /// What the name gets before its ending.
  var suffix = ""

  /// The input's own name.
  static let kept = OutputNaming()

  /// The input's name with the ending of a format in place of its own.
  static func ending(_ format: ImageFormat) -> OutputNaming { OutputNaming(format: format) }

  /// The output's name for the input's.
  func name(for input: FileName) -> FileName {
    // A bitmap that is resized gets shades: it becomes a graymap, in name too.
    let isBitmap = input.fileExtension == ImageFormat.pbm.fileExtensions[0]
    let ending = (format ?? (isBitmap ? .pgm : nil))?.fileExtensions[0]
    if ending == nil, suffix.isEmpty { return input }
    let isPicture = ClaimedFormat(input) != nil
    if let ending {
      // Only the ending of a picture goes: `map.v2` becomes `map.v2.png`.
      let stem = isPicture ? input.droppingExtension : input
      return stem.appending(suffix).appendingExtension(ending)
    }
    return isPicture ? input.inserting(suffix) : input.appending(suffix)
  }
}
