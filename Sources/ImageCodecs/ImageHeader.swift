public import Raster

/// Metadata that a probe has seen and not read.
public struct UnreadMetadata: Hashable, Sendable {
  /// The bytes that it takes.
  public var byteCount = 0
  /// Whether the orientation is among it.
  public var hasOrientation = false
  /// Whether a colour profile is.
  var hasProfile = false

  /// So many bytes of metadata.
  public init(byteCount: Int = 0, hasOrientation: Bool = false) {
    self.byteCount = byteCount
    self.hasOrientation = hasOrientation
  }
}

/// What the start of a file tells about its picture; read without allocating pixels.
public struct ImageHeader: Sendable {
  /// How the file stores a pixel.
  public enum StoredColour: String, Sendable, CaseIterable {
    case gray
    case grayAlpha = "gray+alpha"
    case rgb
    case rgba = "rgb+alpha"
    case palette
  }

  /// The format that the content says it is.
  public var format: ImageFormat

  /// The size as stored; the orientation is not applied.
  public var size: PixelSize

  /// How a pixel is stored.
  public var storedColour: StoredColour

  /// Bits a sample, or a palette index, as stored.
  public var storedBitDepth: Int

  /// Whether the rows come in seven passes.
  public var isInterlaced: Bool

  /// The animation that the picture is the still of; nil where it is nothing else.
  public var animation: Animation?

  /// The number of frames in the animation; 1 for a still.
  public var frameCount: Int { animation?.frameCount ?? 1 }

  /// The format of the rows that the codec's reader hands out: the smallest that holds every
  /// pixel of the file exactly, as far as the header tells.
  public var pixelFormat: PixelFormat

  /// What the file says besides.
  public var metadata: Metadata

  /// What the file says besides and the probe left alone, by `DecodeLimits.eagerMetadataByteCount`;
  /// nil where it read all.
  public var unread: UnreadMetadata?

  /// The most bytes that the codec's reader holds at once, the byte source apart: a few rows, or
  /// the whole picture where the file is interlaced.
  public var readerByteCount: Int

  /// What was odd in the file and yet no error, a sentence each.
  public var warnings: [String]

  /// What a codec found; each part is documented where it stands.
  public init(
    format: ImageFormat, size: PixelSize, storedColour: StoredColour, storedBitDepth: Int,
    isInterlaced: Bool = false, animation: Animation? = nil, pixelFormat: PixelFormat,
    metadata: Metadata = Metadata(), readerByteCount: Int, warnings: [String] = []
  ) {
    self.format = format
    self.size = size
    self.storedColour = storedColour
    self.storedBitDepth = storedBitDepth
    self.isInterlaced = isInterlaced
    self.animation = animation
    self.pixelFormat = pixelFormat
    self.metadata = metadata
    self.readerByteCount = readerByteCount
    self.warnings = warnings
  }

  /// The layout of the rows that the codec's reader hands out.
  ///
  /// - Throws: `SizeOverflow`.
  public func layout() throws(SizeOverflow) -> RowLayout {
    try RowLayout(size: size, format: pixelFormat)
  }

  /// The layout of the rows of each picture of the animation, or of the still where there is none.
  ///
  /// - Throws: `SizeOverflow`.
  public func frameLayout() throws(SizeOverflow) -> RowLayout {
    try RowLayout(size: size, format: animation?.pixelFormat ?? pixelFormat)
  }
}
