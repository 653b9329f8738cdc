/// Sums of blocks of pixels, for a picture's small likeness.
package enum ReduceKernels {
  /// Adds a row to the sums of the blocks that it runs through.
  ///
  /// - Parameters:
  ///   - blockWidth: the pixels of a block; the last one can have fewer.
  ///   - sums: red, green and blue of each block. With alpha it is multiplied into them, so that
  ///     hidden colours count as black.
  package static func add(
    _ row: UnsafeRawBufferPointer, format: PixelFormat, blockWidth: Int, to sums: inout [UInt64]
  ) {
    switch format.depth {
    case .eight: add(row.bindMemory(to: UInt8.self), format, blockWidth, to: &sums)
    case .sixteen: add(row.bindMemory(to: UInt16.self), format, blockWidth, to: &sums)
    }
  }

  @inline(__always)
  private static func add<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeBufferPointer<Sample>, _ format: PixelFormat, _ blockWidth: Int,
    to sums: inout [UInt64]
  ) {
    let channelCount = format.channelCount
    let (green, blue) = format.hasColour ? (1, 2) : (0, 0)
    let width = row.count / channelCount
    var block = 0
    for first in stride(from: 0, to: width, by: blockWidth) {
      var sum: (UInt64, UInt64, UInt64) = (0, 0, 0)
      let end = min(first + blockWidth, width) * channelCount
      for place in stride(from: first * channelCount, to: end, by: channelCount) {
        let alpha = format.hasAlpha ? UInt64(row[place + channelCount - 1]) : 1
        sum.0 &+= UInt64(row[place]) &* alpha
        sum.1 &+= UInt64(row[place + green]) &* alpha
        sum.2 &+= UInt64(row[place + blue]) &* alpha
      }
      sums[block] &+= sum.0
      sums[block + 1] &+= sum.1
      sums[block + 2] &+= sum.2
      block += 3
    }
  }
}
