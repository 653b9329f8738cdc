import Raster

/// Looks for a colour that can stand for transparency (PNG specification, third edition, section
/// 11.3.1.1): that of all pixels with alpha 0, and of no other pixel.
///
/// The alpha of the rows is full or none. They come twice, as the colour may stand opaque above its
/// first transparent pixel.
struct TransparentColour {
  private let format: PixelFormat
  private let sampleCount: Int
  /// Its samples, 16 bits each, the first in the lowest.
  private var found: UInt64?
  private var isPossible = true

  /// Its samples: red, green and blue, or its gray; nil where there is none.
  ///
  /// - Parameter rows: all of the picture's, which were counted.
  static func found(
    in format: PixelFormat, _ census: ColourCensus,
    rows: some Sequence<UnsafeRawBufferPointer>
  ) -> [UInt16]? {
    guard census.allowsKey else { return nil }
    var search = TransparentColour(in: format, isGray: census.isGray)
    for row in rows { search.look(for: row) }
    for row in rows { search.check(row) }
    return search.samples
  }

  private init(in format: PixelFormat, isGray: Bool) {
    self.format = format
    sampleCount = isGray ? 1 : 3
  }

  private var samples: [UInt16]? {
    guard isPossible, let found else { return nil }
    return (0..<sampleCount).map { UInt16(truncatingIfNeeded: found >> UInt64(16 * $0)) }
  }

  /// Takes the row for the first time.
  private mutating func look(for row: UnsafeRawBufferPointer) {
    for x in 0..<row.count / format.bytesPerPixel where isPossible {
      guard alpha(of: row, at: x) == 0 else { continue }
      let colour = colour(of: row, at: x)
      isPossible = (found ?? colour) == colour
      found = colour
    }
  }

  /// Takes the row for the second time.
  private mutating func check(_ row: UnsafeRawBufferPointer) {
    for x in 0..<row.count / format.bytesPerPixel where isPossible {
      if alpha(of: row, at: x) != 0, colour(of: row, at: x) == found { isPossible = false }
    }
  }

  private func alpha(of row: UnsafeRawBufferPointer, at x: Int) -> UInt64 {
    sample(of: row, at: (x + 1) * format.channelCount - 1)
  }

  private func colour(of row: UnsafeRawBufferPointer, at x: Int) -> UInt64 {
    var colour: UInt64 = 0
    for index in 0..<sampleCount {
      colour |= sample(of: row, at: x * format.channelCount + index) << UInt64(16 * index)
    }
    return colour
  }

  private func sample(of row: UnsafeRawBufferPointer, at index: Int) -> UInt64 {
    switch format.depth {
    case .eight: UInt64(row[index])
    case .sixteen: UInt64(row.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    }
  }
}
