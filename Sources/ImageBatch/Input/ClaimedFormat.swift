import ImageCodecs

/// What a file's name says about its content. The content decides; but a name that promises a
/// picture where there is none is worth a failure, and any other file is not.
enum ClaimedFormat {
  /// A format that imgbatch reads.
  case known(ImageFormat)
  /// A raster format that it does not read.
  case foreign

  private static let foreignExtensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "tif", "tiff", "bmp", "avif", "heic", "heif",
    "jxl", "jp2", "tga", "pcx",
  ]

  /// Nil for a name that promises no picture.
  init?(_ name: FileName) {
    guard let ending = name.fileExtension else { return nil }
    if let format = CodecRegistry.format(withFileExtension: ending) {
      self = .known(format)
    } else if Self.foreignExtensions.contains(ending) {
      self = .foreign
    } else {
      return nil
    }
  }
}
