/// Where in a row a border ends.
package enum TrimKernels {
  /// What pixels of a border are like.
  package enum Border: Equatable {
    /// No sample differs from these by more than the tolerance.
    case samples([Int])

    /// Alpha is no more than the tolerance.
    case transparent
  }

  /// The pixels from the first to the last one that isn't the border's; nil where all are.
  package static func content(
    of row: UnsafeRawBufferPointer, format: PixelFormat, besides border: Border, tolerance: Int
  ) -> Range<Int>? {
    switch format.depth {
    case .eight:
      content(row.bindMemory(to: UInt8.self), format.channelCount, border, tolerance)
    case .sixteen:
      content(row.bindMemory(to: UInt16.self), format.channelCount, border, tolerance)
    }
  }

  @inline(__always)
  private static func content<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeBufferPointer<Sample>, _ channelCount: Int, _ border: Border, _ tolerance: Int
  ) -> Range<Int>? {
    // Which samples are looked at, and what is least and most of each.
    let channels: Range<Int>
    let expected: [Int]
    switch border {
    case .samples(let samples): (channels, expected) = (0..<channelCount, samples)
    case .transparent: (channels, expected) = (channelCount - 1..<channelCount, [0])
    }
    func isBorder(_ pixel: Int) -> Bool {
      for channel in channels {
        let sample = Int(row[pixel * channelCount + channel])
        if abs(sample - expected[channel - channels.lowerBound]) > tolerance { return false }
      }
      return true
    }
    let count = row.count / channelCount
    guard let first = (0..<count).first(where: { !isBorder($0) }),
      let last = (first..<count).last(where: { !isBorder($0) })
    else { return nil }
    return first..<last + 1
  }
}
