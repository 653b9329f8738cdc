import Raster

/// The header of a PNM or PAM picture (netpbm: pbm(5), pgm(5), ppm(5), pam(5)).
struct PNMHeader: Equatable {
  /// How the samples stand in the file.
  enum Coding: Equatable {
    /// Digits with white space between them; of a bitmap it may be missing.
    case text
    /// One bit a pixel, the first the highest; 1 is black. Rows start on a byte.
    case bits
    /// One byte a sample, or two with the high one first.
    case binary
  }

  /// More is no header: the longest comments in the wild are a few hundred bytes.
  static let maximumByteCount = 64 << 10

  var format: ImageFormat
  var size: PixelSize
  var channels: PixelFormat.Channels
  var coding: Coding
  var maximumSample: Int

  /// Whether 1 is black and 0 white: PBM, but not PAM.
  var isInkBased = false

  /// The offset of the first row.
  var byteCount = 0

  /// Whether somebody's words stand in it.
  var hasComments = false

  var warnings: [String] = []

  var pixelFormat: PixelFormat {
    PixelFormat(channels, maximumSample < 256 ? .eight : .sixteen)
  }

  var storedBitDepth: Int { maximumSample == 1 ? 1 : pixelFormat.depth.rawValue }

  /// The bytes of a row in the file; nil where it depends on the digits.
  func codedRowByteCount() throws(SizeOverflow) -> Int? {
    switch coding {
    case .text: nil
    case .bits: try size.width.plus(7) / 8
    case .binary: try size.width.times(pixelFormat.bytesPerPixel)
    }
  }

  /// A picture of `layout` as it is written: raw, with the largest sample that its depth can have.
  init(_ layout: RowLayout, format: ImageFormat) {
    self.format = format
    size = layout.size
    channels = layout.format.channels
    coding = .binary
    maximumSample = layout.format.maximumSample
  }

  /// Reads the header at the start of `source`.
  ///
  /// - Throws: `CodecError`, `AllocationError`, and what the source throws.
  init(_ source: ByteSource, limits: DecodeLimits) throws {
    var parser = try PNMHeaderParser(source)
    let magic = try parser.magic()
    if magic == 7 {
      self = try parser.arbitraryMap(limits)
    } else {
      self = try parser.anymap(magic, limits)
    }
    byteCount = parser.position
    hasComments = parser.hasComments
    if !pixelFormat.maximumSample.isMultiple(of: maximumSample) {
      warnings.append(
        "samples up to \(maximumSample) do not fit \(pixelFormat.depth.rawValue) bits exactly: "
          + "converting rounds them")
    }
  }

  /// The header in its plainest form.
  var text: String {
    let isArbitraryMap = format == .pam
    guard isArbitraryMap else {
      let (number, hasMaximum) =
        switch (format, coding) {
        case (.pbm, .text): (1, false)
        case (.pgm, .text): (2, true)
        case (.ppm, .text): (3, true)
        case (_, .bits): (4, false)
        case (.ppm, .binary): (6, true)
        default: (5, true)
        }
      return "P\(number)\n\(size.width) \(size.height)\n"
        + (hasMaximum ? "\(maximumSample)\n" : "")
    }
    let tupleType =
      switch channels {
      case .gray: maximumSample == 1 ? "BLACKANDWHITE" : "GRAYSCALE"
      case .grayAlpha: maximumSample == 1 ? "BLACKANDWHITE_ALPHA" : "GRAYSCALE_ALPHA"
      case .rgb: "RGB"
      case .rgba: "RGB_ALPHA"
      }
    return """
      P7
      WIDTH \(size.width)
      HEIGHT \(size.height)
      DEPTH \(channels.rawValue)
      MAXVAL \(maximumSample)
      TUPLTYPE \(tupleType)
      ENDHDR

      """
  }

  /// A header of those parts, which were checked before.
  init(
    format: ImageFormat, size: PixelSize, channels: PixelFormat.Channels, coding: Coding,
    maximumSample: Int, isInkBased: Bool = false, warnings: [String] = []
  ) {
    self.format = format
    self.size = size
    self.channels = channels
    self.coding = coding
    self.maximumSample = maximumSample
    self.isInkBased = isInkBased
    self.warnings = warnings
  }
}
