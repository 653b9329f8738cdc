/// Lays another picture, a watermark say, over a picture. Streams.
///
/// What stands out beyond the edges is cut off. The sums are exact and rounded once, half up; see
/// `OverlayKernels.lay`. Samples are mixed as they are stored, not in linear light.
public struct Overlay: Transform {
  /// The farthest that an offset goes in either direction.
  public static let maximumOffset = SizeRequest.maximumSide

  /// What is laid over the picture.
  public let picture: OverlayPicture

  /// Where it stands.
  public let position: Position

  /// How far it is moved from there: inwards from the sides that it stands at, else to the right
  /// and down.
  public let offset: PixelPoint

  /// How much of its own opacity it has; taken to the nearest 65535th.
  public let opacity: Double

  /// That picture at that place.
  ///
  /// - Precondition: `opacity` is in `0...1`, and `offset` within `maximumOffset`.
  public init(
    _ picture: OverlayPicture, at position: Position = .centre, offset: PixelPoint = .zero,
    opacity: Double = 1
  ) {
    precondition((0...1).contains(opacity), "an opacity is 0 to 1")
    precondition(
      max(offset.x.magnitude, offset.y.magnitude) <= Self.maximumOffset,
      "an offset is up to \(Self.maximumOffset)")
    self.picture = picture
    self.position = position
    self.offset = offset
    self.opacity = opacity
  }

  /// The size that goes in, in its format; gray becomes RGB under a picture of a format with colour.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    if window(in: input.size) == nil { return input }
    let channels = PixelFormat.Channels(
      hasColour: input.format.hasColour || picture.layout.format.hasColour,
      hasAlpha: input.format.hasAlpha)
    return try RowLayout(size: input.size, format: PixelFormat(channels, input.format.depth))
  }

  /// A few rows of the picture that is laid over, whose own bytes all jobs share, and one that
  /// goes in where its format changes.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    guard let window = window(in: input.size) else { return 0 }
    let output = try outputLayout(for: input)
    let rows = try OverlaidRows.byteCounts(window: window, picture: picture, output: output)
    return try rows.narrowed.plus(rows.fitted)
      .plus(output.format == input.format ? 0 : input.bytesPerRow)
  }

  /// The rows with the picture over them; `source` itself where nothing of it is to be seen.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    guard let window = window(in: source.layout.size) else { return source }
    return try OverlaidRows(
      source, picture: picture, window: window, opacity: share,
      layout: try outputLayout(for: source.layout))
  }

  private var share: Int { Int((opacity * Double(OverlayKernels.fullOpacity)).rounded()) }

  /// The part of both that lies one over the other; nil for none.
  private func window(in size: PixelSize) -> OverlaidRows.Window? {
    let inner = picture.layout.size
    let rest = (x: size.width - inner.width, y: size.height - inner.height)
    let x =
      switch position {
      case .left, .topLeft, .bottomLeft: offset.x
      case .centre, .top, .bottom: (rest.x >> 1) + offset.x
      case .right, .topRight, .bottomRight: rest.x - offset.x
      }
    let y =
      switch position {
      case .top, .topLeft, .topRight: offset.y
      case .centre, .left, .right: (rest.y >> 1) + offset.y
      case .bottom, .bottomLeft, .bottomRight: rest.y - offset.y
      }
    let (left, top) = (max(x, 0), max(y, 0))
    let (right, bottom) = (min(x + inner.width, size.width), min(y + inner.height, size.height))
    guard share > 0, left < right, top < bottom else { return nil }
    return OverlaidRows.Window(
      place: PixelRect(x: left, y: top, width: right - left, height: bottom - top),
      origin: PixelPoint(x: left - x, y: top - y))
  }
}

/// The rows that an `Overlay` gives out.
private final class OverlaidRows: RowSource {
  /// What is seen of the picture above.
  struct Window {
    /// Where it is in the picture below.
    let place: PixelRect

    /// Its first pixel in the picture above.
    let origin: PixelPoint
  }

  let layout: RowLayout
  private let source: any RowSource
  private let picture: OverlayPicture
  private let window: Window
  private let opacity: Int
  private let sourceRow: ByteBuffer
  private let narrowed: ByteBuffer
  private let fitted: ByteBuffer
  private var rowIndex = 0

  init(
    _ source: any RowSource, picture: OverlayPicture, window: Window, opacity: Int,
    layout: RowLayout
  ) throws {
    let counts = try Self.byteCounts(window: window, picture: picture, output: layout)
    sourceRow = try ByteBuffer(
      count: layout.format == source.layout.format ? 0 : source.layout.bytesPerRow)
    narrowed = try ByteBuffer(count: counts.narrowed)
    fitted = try ByteBuffer(count: counts.fitted)
    self.source = source
    self.picture = picture
    self.window = window
    self.opacity = opacity
    self.layout = layout
  }

  /// The bytes of a row of the window with the depth, and then the format, of what comes out.
  static func byteCounts(
    window: Window, picture: OverlayPicture, output: RowLayout
  ) throws(SizeOverflow) -> (narrowed: Int, fitted: Int) {
    let format = picture.layout.format
    let isDeeper = format.depth.rawValue > output.format.depth.rawValue
    return (
      narrowed: isDeeper ? try window.place.width.times(format.channelCount) : 0,
      fitted: try window.place.width.times(fittedFormat(output.format).bytesPerPixel)
    )
  }

  private static func fittedFormat(_ format: PixelFormat) -> PixelFormat {
    PixelFormat(
      PixelFormat.Channels(hasColour: format.hasColour, hasAlpha: true), format.depth)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    if layout.format == source.layout.format {
      try source.readRow(into: &row)
    } else {
      var pulled = sourceRow.bytes.mutableBytes
      try source.readRow(into: &pulled)
      // A format that only gains colour holds every pixel; so it is with what is laid over.
      _ = row.withUnsafeMutableBytes {
        ConvertKernels.convert(
          UnsafeRawBufferPointer(sourceRow.bytes), of: source.layout.format, into: $0,
          of: layout.format)
      }
    }
    let y = rowIndex - window.place.y
    rowIndex += 1
    guard y >= 0, y < window.place.height else { return }
    fit(rowOfWindow: y)
    let bytesPerPixel = layout.format.bytesPerPixel
    let start = window.place.x * bytesPerPixel
    let end = start + window.place.width * bytesPerPixel
    row.withUnsafeMutableBytes {
      OverlayKernels.lay(
        UnsafeRawBufferPointer(fitted.bytes), opacity: opacity,
        over: UnsafeMutableRawBufferPointer(rebasing: $0[start..<end]), of: layout.format)
    }
  }

  private func fit(rowOfWindow y: Int) {
    var format = picture.layout.format
    let start = window.origin.x * format.bytesPerPixel
    let end = start + window.place.width * format.bytesPerPixel
    var samples = UnsafeRawBufferPointer(
      rebasing: picture.bytes(ofRow: window.origin.y + y)[start..<end])
    if narrowed.count > 0 {
      OverlayKernels.narrow(samples, into: narrowed.bytes)
      samples = UnsafeRawBufferPointer(narrowed.bytes)
      format.depth = .eight
    }
    _ = ConvertKernels.convert(
      samples, of: format, into: fitted.bytes, of: Self.fittedFormat(layout.format))
  }
}
