/// Colours a picture as if it were printed with one ink: its luma stays, black and white stay, and
/// grays of the colour's own luma become the colour. Streams.
///
/// As with sharp's `tint()` the pixel's own hues go and its luma stays; as with ImageMagick's `-tint`
/// the colour fades towards black and white. There it is weighed by a parabola, 1 − 4 (x − ½)²,
/// which leads strong colours beyond full scale, where they are clamped. Here the way is black,
/// colour, white, straight: nothing is clamped, and the luma stays but for the rounding.
public struct Tint: Transform {
  /// The amounts that can be asked for.
  public static let range = 0.0...1.0

  /// The ink.
  public let colour: Colour

  private let held: Factor

  /// How much of the result is tinted, to five decimals; the rest is the picture as it was.
  public var amount: Double { held.value }

  /// A tint of that colour; 0 changes nothing, 1 leaves nothing of the picture's own hues.
  ///
  /// - Precondition: `colour` is opaque, and `amount` within `range`.
  public init(_ colour: Colour, amount: Double = 1) {
    precondition(colour.isOpaque, "the ink is a colour without alpha")
    self.colour = colour
    held = Factor(amount, in: Self.range)
  }

  /// What goes in; gray becomes RGB for a colour with a hue.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    if isNeutral(for: input.format) { return input }
    let channels = PixelFormat.Channels(hasColour: true, hasAlpha: input.format.hasAlpha)
    return try RowLayout(size: input.size, format: PixelFormat(channels, input.format.depth))
  }

  /// One row that goes in.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    isNeutral(for: input.format) ? 0 : input.bytesPerRow
  }

  /// The tinted rows; `source` itself where the tint changes nothing.
  ///
  /// With Y the pixel's luma (Rec. ITU-R BT.709, samples as they are stored) and L the colour's, the
  /// tinted sample is colour · Y / L up to L, and colour + (full − colour) · (Y − L) / (full − L)
  /// above; out = in + (tinted − in) · amount, exact but for one rounding, half up. Alpha stays.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    if isNeutral(for: format) { return source }
    let ramp = TintKernels.Ramp(colour, full: format.maximumSample, amount: held.parts)
    return try RecastRows(source, layout: try outputLayout(for: source.layout)) { row, out in
      switch format.depth {
      case .eight:
        TintKernels.tint(row, of: UInt8.self, format.channels, by: ramp, into: out)
      case .sixteen:
        TintKernels.tint(row, of: UInt16.self, format.channels, by: ramp, into: out)
      }
    }
  }

  private func isNeutral(for format: PixelFormat) -> Bool {
    held.parts == 0 || (colour.isGray && !format.hasColour)
  }
}
