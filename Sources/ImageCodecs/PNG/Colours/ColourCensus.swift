import Raster

/// What the rows of a picture need to be held exactly: alpha or not, colour or not, how many bits.
///
/// Each question is asked of a row only while its answer is still good news; so most pictures are
/// through with all of them after a few pixels, and an opaque one is asked for its alpha alone.
final class ColourCensus {
  /// Whether no pixel is translucent.
  private(set) var isOpaque = true
  /// Whether each pixel is opaque or has alpha 0.
  private(set) var hasBinaryAlpha = true
  /// Whether red, green and blue are the same in each pixel.
  private(set) var isGray = true
  /// Whether each 16-bit sample is a byte twice.
  private(set) var fitsEightBits = true
  /// Whether all colours stand in the table.
  private(set) var hasTable = true

  /// Whether a palette may take the place of samples.
  let allowsPalette: Bool

  private let layout: RowLayout
  private let table = ColourTable()
  private var lastColour: UInt32 = 0

  /// How many pixels differ from the one before, as long as there is a table.
  private(set) var changeCount = 0

  /// - Parameter keepsColour: whether gray pixels in a colour format stay as they are, as a colour
  ///   profile for RGB is not for gray, nor one for gray for a palette.
  init(of layout: RowLayout, keepsColour: Bool) {
    self.layout = layout
    allowsPalette = !keepsColour || layout.format.hasColour
    if keepsColour, layout.format.hasColour { isGray = false }
  }

  /// The colours, where there are no more than a palette holds.
  var colours: [UInt32]? { hasTable ? table.colours : nil }

  /// Whether a colour of its own could stand for transparency.
  var allowsKey: Bool { layout.format.hasAlpha && !isOpaque && hasBinaryAlpha }

  /// The fewest bits that a pixel may come to need, by the rows so far.
  var leastBitCount: Int {
    let channels = PixelFormat.Channels(
      hasColour: layout.format.hasColour && !isGray,
      hasAlpha: layout.format.hasAlpha && !isOpaque && !hasBinaryAlpha)
    let depth = fitsEightBits ? 8 : 16
    let direct = channels.rawValue * depth
    guard hasTable else { return direct }
    return min(direct, Self.indexBitCount(table.count))
  }

  /// Whether the rows to come can still show that fewer bits are enough than the layout has.
  var isOpen: Bool { leastBitCount < 8 * layout.format.bytesPerPixel }

  /// The bits of an index into so many colours: 1, 2, 4 or 8.
  static func indexBitCount(_ count: Int) -> Int {
    switch count {
    case ...2: 1
    case ...4: 2
    case ...16: 4
    default: 8
    }
  }

  /// Takes a row of the layout.
  ///
  /// - Returns: `isOpen`, after it.
  func take(_ row: UnsafeRawBufferPointer) -> Bool {
    if isOpaque { isOpaque = AlphaKernels.isOpaque(row, of: layout.format) }
    switch layout.format.depth {
    case .eight: take(row.bindMemory(to: UInt8.self))
    case .sixteen: take(row.bindMemory(to: UInt16.self))
    }
    return isOpen
  }

  @inline(__always)
  private func take<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>
  ) {
    let format = layout.format
    let channelCount = format.channelCount
    if !isOpaque, hasBinaryAlpha {
      hasBinaryAlpha = CensusKernels.hasBinaryAlpha(samples, channelCount: channelCount)
    }
    if format.hasColour, isGray {
      isGray = CensusKernels.isGray(samples, channelCount: channelCount)
    }
    if Sample.bitWidth == 16, fitsEightBits {
      fitsEightBits = CensusKernels.fitsEightBits(samples)
      if !fitsEightBits { hasTable = false }
    }
    // With the usual number as a constant.
    if hasTable {
      hasTable = channelCount == 4 ? collect(samples, 4) : collect(samples, channelCount)
    }
  }

  @inline(__always)
  private func collect<Sample: FixedWidthInteger & UnsignedInteger>(
    _ samples: UnsafeBufferPointer<Sample>, _ channelCount: Int
  ) -> Bool {
    // Of its own, so that no access lasts while the kernel runs, and is checked.
    var (last, changes) = (lastColour, changeCount)
    let fits = CensusKernels.collect(
      samples, channelCount: channelCount, into: table, last: &last, changeCount: &changes)
    (lastColour, changeCount) = (last, changes)
    return fits
  }
}
