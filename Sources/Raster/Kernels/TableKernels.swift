/// Samples replaced by what a table has for them.
package enum TableKernels {
  /// Maps the colour samples of a row where they stand, and leaves its alpha.
  ///
  /// - Parameter table: an element for every value of a sample.
  package static func map<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeMutableBufferPointer<Sample>, of channels: PixelFormat.Channels,
    by table: Span<Sample>
  ) {
    // With the stride known, the loop over a pixel's samples is unrolled.
    switch channels {
    case .gray, .rgb: map(row, by: table, stride: 1, colourCount: 1)
    case .grayAlpha: map(row, by: table, stride: 2, colourCount: 1)
    case .rgba: map(row, by: table, stride: 4, colourCount: 3)
    }
  }

  @inline(__always)
  private static func map<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeMutableBufferPointer<Sample>, by table: Span<Sample>, stride: Int,
    colourCount: Int
  ) {
    var place = 0
    while place &+ stride <= row.count {
      for index in place..<place &+ colourCount {
        row[index] = table[Int(truncatingIfNeeded: row[index])]
      }
      place &+= stride
    }
  }
}
