/// A file format, by its name on the command line and in reports.
public struct ImageFormat: Hashable, Sendable, CustomStringConvertible {
  /// The word for it: `png`.
  public let name: String

  /// The endings of its files' names in lower case, without the dot; the first is the one that
  /// outputs get.
  public let fileExtensions: [String]

  /// A format of that name.
  public init(name: String, fileExtensions: [String]) {
    self.name = name
    self.fileExtensions = fileExtensions
  }

  /// The name.
  public var description: String { name }

  /// Portable Network Graphics (PNG specification, third edition).
  public static let png = ImageFormat(name: "png", fileExtensions: ["png", "apng"])
  /// Netpbm bitmap, P1 and P4.
  public static let pbm = ImageFormat(name: "pbm", fileExtensions: ["pbm"])
  /// Netpbm graymap, P2 and P5.
  public static let pgm = ImageFormat(name: "pgm", fileExtensions: ["pgm"])
  /// Netpbm pixmap, P3 and P6.
  public static let ppm = ImageFormat(name: "ppm", fileExtensions: ["ppm", "pnm"])
  /// Netpbm arbitrary map, P7.
  public static let pam = ImageFormat(name: "pam", fileExtensions: ["pam"])
  /// Quite OK Image (qoiformat.org).
  public static let qoi = ImageFormat(name: "qoi", fileExtensions: ["qoi"])
}
