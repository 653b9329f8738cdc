/// Leaves a picture no more than so many colours, chosen for it. Holds the whole picture, and
/// collects it when the first row is asked for.
///
/// Samples are weighed as they are stored, premultiplied by alpha, which counts as one more of them.
/// All pixels without opacity become one colour, transparent black, which counts as one of the
/// palette; what is opaque stays so. A picture of few enough colours stays exactly as it is, but for
/// colours that have no opacity.
///
/// The palette's colours are of 8 bits, as those in files are, and the format stays: 16-bit samples
/// come out as a byte twice. Given the same picture the palette is the same.
public struct Quantise: Transform {
  /// The numbers of colours that can be asked for.
  public static let range = 2...256

  /// The most colours that come out; with alpha, each opacity of a colour counts.
  public let colourCount: Int

  /// What becomes of the difference between a pixel and its colour in the palette.
  public let dithering: Dithering

  /// A reduction to that many colours.
  ///
  /// - Precondition: `colourCount` is within `range`.
  public init(to colourCount: Int, dithering: Dithering = .floydSteinberg) {
    precondition(Self.range.contains(colourCount), "\(colourCount) is not within \(Self.range)")
    self.colourCount = colourCount
    self.dithering = dithering
  }

  /// What goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  /// The whole picture at four bytes a pixel, a row that goes in, the histogram (up to 72 bytes a
  /// pixel, and 4.5 MiB), the tables that the palette is made and searched with, and two rows of
  /// errors for dithering. Nothing where there are no more colours than are asked for anyway.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    if keepsAll(of: input.format) { return 0 }
    let pixelCount = try input.size.pixelCount()
    let rows = try input.bytesPerRow.plus(
      dithering == .none ? 0 : try ErrorDiffusion.byteCount(width: input.width))
    return try pixelCount.times(MemoryLayout<PackedColour>.stride).plus(rows)
      .plus(ColourHistogram.byteCount(pixelCount: pixelCount)).plus(Palette.makingByteCount)
  }

  /// The rows in colours of the palette; `source` itself where it can't have more than are asked
  /// for.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    if keepsAll(of: source.layout.format) { return source }
    return try QuantisedRows(source, colourCount: colourCount, dithering: dithering)
  }

  private func keepsAll(of format: PixelFormat) -> Bool {
    format == PixelFormat(.gray, .eight) && colourCount == 256
  }
}
