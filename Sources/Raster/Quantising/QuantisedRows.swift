/// A picture in the colours of its own palette.
final class QuantisedRows: RowSource {
  var layout: RowLayout { source.layout }
  private let source: any RowSource
  private let colourCount: Int
  private let dithering: Dithering
  private var picture: Held?
  private var rowIndex = 0

  init(_ source: any RowSource, colourCount: Int, dithering: Dithering) throws {
    self.source = source
    self.colourCount = colourCount
    self.dithering = dithering
  }

  func readRow(into row: inout MutableRawSpan) throws {
    let picture = try self.picture ?? Held(source, colourCount: colourCount, dithering: dithering)
    self.picture = picture
    let colours = picture.nextRow(at: rowIndex)
    rowIndex += 1
    row.withUnsafeMutableBytes { PackKernels.unpack(colours, into: $0, of: layout.format) }
  }
}

/// The pixels, and what stands for them.
private final class Held {
  private let pixels: ByteBuffer
  private let width: Int
  private let palette: Palette?
  private var diffusion: ErrorDiffusion?

  /// Collects a picture and chooses its palette.
  init(_ source: any RowSource, colourCount: Int, dithering: Dithering) throws {
    let layout = source.layout
    let pixelCount = try layout.size.pixelCount()
    let pixels = try ByteBuffer(
      count: try pixelCount.times(MemoryLayout<PackedColour>.stride))
    let all = pixels.bytes.bindMemory(to: PackedColour.self)
    let sourceRow = try ByteBuffer(count: layout.bytesPerRow)
    var histogram = try ColourHistogram(pixelCount: pixelCount)
    for y in 0..<layout.height {
      var pulled = sourceRow.bytes.mutableBytes
      try source.readRow(into: &pulled)
      let row = UnsafeMutableBufferPointer(
        rebasing: all[y * layout.width..<(y + 1) * layout.width])
      PackKernels.pack(UnsafeRawBufferPointer(sourceRow.bytes), of: layout.format, into: row)
      histogram.add(UnsafeBufferPointer(row))
    }
    let palette = Palette(of: histogram, upTo: colourCount)
    if let palette, dithering == .floydSteinberg {
      diffusion = try ErrorDiffusion(palette, width: layout.width)
    }
    self.palette = palette
    self.pixels = pixels
    width = layout.width
  }

  /// The next row in colours of the palette; each is asked for once.
  func nextRow(at y: Int) -> UnsafeBufferPointer<PackedColour> {
    let row = UnsafeMutableBufferPointer(
      rebasing: pixels.bytes.assumingMemoryBound(to: PackedColour.self)[
        y * width..<(y + 1) * width])
    if diffusion != nil {
      diffusion?.apply(to: row)
    } else if let palette {
      Self.replace(row, by: palette)
    }
    return UnsafeBufferPointer(row)
  }

  private static func replace(
    _ row: UnsafeMutableBufferPointer<PackedColour>, by palette: Palette
  ) {
    var last = PackedColour.transparent
    var replacement = PackedColour.transparent
    for x in row.indices {
      if row[x] != last {
        last = row[x]
        let candidates = palette.candidates(for: last)
        replacement =
          candidates.map { $0.colours[$0.index(for: last.premultiplied)] } ?? .transparent
      }
      row[x] = replacement
    }
  }
}
