/// Turns a picture clockwise by any angle, onto a canvas that holds all of it.
///
/// Quarter turns are exact, by `Orient`. For the others, the centre of the picture becomes the
/// centre of the canvas, whose sides are |w · cos| + |h · sin| and |w · sin| + |h · cos|, rounded
/// up, but for an excess of less than 1/256 of a pixel. What is asked for are the centres of
/// pixels; what is there between those of the picture is interpolated by the Catmull-Rom cubic
/// over 4 x 4 of them, beyond the edge of which the last ones go on. At the edge the picture and
/// the background are mixed over one pixel, by its distance from the edge.
///
/// With alpha, colours are weighed by it. In `Double` by sums, products and quotients only, which
/// every machine does alike, with one rounding at the end; some 50 ns a pixel. The whole picture
/// is held.
public struct Rotate: Transform {
  /// The angle in degrees, clockwise, from 0 up to 360.
  public let degrees: Double

  /// What is around the picture.
  public let background: Colour

  /// - Parameters:
  ///   - degrees: the angle, clockwise, in degrees; whole turns are left out of it.
  ///   - background: what is around the picture.
  /// - Precondition: `degrees` is finite.
  public init(degrees: Double, background: Colour) {
    precondition(degrees.isFinite, "an angle is a number")
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    let positive = rest < 0 ? rest + 360 : rest
    // A rest just below 0 comes to 360 itself.
    self.degrees = positive == 360 ? 0 : positive
    self.background = background
  }

  /// The canvas, in the format that goes in or the nearest one that has the background: as `Pad`.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    if let quarters { return try quarters.outputLayout(for: input) }
    let channels = PixelFormat.Channels(
      hasColour: input.format.hasColour || !background.isGray,
      hasAlpha: input.format.hasAlpha || !background.isOpaque)
    return try RowLayout(
      size: try turn.canvas(for: input.size), format: PixelFormat(channels, input.format.depth))
  }

  /// The whole picture; for quarter turns what `Orient` holds.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    try quarters?.workingByteCount(for: input) ?? input.byteCount
  }

  /// The turned rows; `source` itself for an angle of 0.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    if let quarters { return try await quarters.rows(from: source) }
    return RotatedRows(
      source, turn: turn, background: background, layout: try outputLayout(for: source.layout))
  }

  private var quarters: Orient? {
    switch degrees {
    case 0: Orient(.upright)
    case 90: Orient(.rotated90Clockwise)
    case 180: Orient(.rotated180)
    case 270: Orient(.rotated90Counterclockwise)
    default: nil
    }
  }

  private var turn: Turn { Turn(degrees: degrees) }
}

/// A turn about the centre.
private struct Turn {
  let sine: Double
  let cosine: Double

  init(degrees: Double) {
    sine = sineOfPi(times: degrees / 180)
    cosine = sineOfPi(times: degrees / 180 + 0.5)
  }

  func canvas(for size: PixelSize) throws(SizeOverflow) -> PixelSize {
    let (width, height) = (Double(size.width), Double(size.height))
    return PixelSize(
      width: try Self.side(width * cosine.magnitude + height * sine.magnitude),
      height: try Self.side(width * sine.magnitude + height * cosine.magnitude))
  }

  private static func side(_ length: Double) throws(SizeOverflow) -> Int {
    // Whole numbers are no longer told apart beyond.
    guard length < 0x1p53 else { throw SizeOverflow() }
    return max(1, Int((length - 1 / 256).rounded(.up)))
  }
}

private final class RotatedRows: RowSource {
  let layout: RowLayout
  private let source: any RowSource
  private let turn: Turn
  private let background: Colour
  private var picture: Image?
  private var rowIndex = 0

  init(_ source: any RowSource, turn: Turn, background: Colour, layout: RowLayout) {
    self.source = source
    self.turn = turn
    self.background = background
    self.layout = layout
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "every row has been read")
    if picture == nil { picture = try Image.collecting(source) }
    guard let samples = picture?.bytes else { return }
    let input = source.layout
    // From the centre of the canvas to that of the row's first pixel, and turned back from there.
    let x = 0.5 - Double(layout.width) / 2
    let y = Double(rowIndex) + 0.5 - Double(layout.height) / 2
    rowIndex += 1
    let line = RotateKernels.Line(
      x: turn.cosine * x + turn.sine * y + (Double(input.width) - 1) / 2,
      y: turn.cosine * y - turn.sine * x + (Double(input.height) - 1) / 2,
      stepX: turn.cosine, stepY: -turn.sine)
    row.withUnsafeMutableBytes { out in
      switch layout.format.depth {
      case .eight:
        RotateKernels.sample(
          RotateKernels.Plane(samples.bindMemory(to: UInt8.self), input), along: line,
          background: background, into: out.bindMemory(to: UInt8.self), of: layout.format)
      case .sixteen:
        RotateKernels.sample(
          RotateKernels.Plane(samples.bindMemory(to: UInt16.self), input), along: line,
          background: background, into: out.bindMemory(to: UInt16.self), of: layout.format)
      }
    }
  }
}
