/// The codecs that imgbatch knows. A new format is a folder of its own and a line here.
public enum CodecRegistry {
  private static let codecs: [any ImageCodec] = [
    PNGCodec(),
    PNMCodec(),
    QOICodec(),
  ]

  /// The bytes from the start of a file that tell its format.
  public static let prefixByteCount = 16

  /// Every format that can be read.
  public static let formats = codecs.flatMap(\.formats)

  /// The codec for a file that starts with `prefix`, or nil where none knows it.
  public static func codec(recognizing prefix: [UInt8]) -> (any ImageCodec)? {
    codecs.first { $0.recognizes(prefix) }
  }

  /// The codec that writes `format`, or nil.
  public static func codec(for format: ImageFormat) -> (any ImageCodec)? {
    codecs.first { $0.formats.contains(format) }
  }

  /// The format whose files end like this, in lower case and without the dot; nil for no format.
  public static func format(withFileExtension fileExtension: String) -> ImageFormat? {
    formats.first { $0.fileExtensions.contains(fileExtension) }
  }
}
