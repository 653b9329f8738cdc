/// What a row's alpha is like.
package enum AlphaKernels {
  /// Whether every pixel of a row is opaque.
  package static func isOpaque(_ row: UnsafeRawBufferPointer, of format: PixelFormat) -> Bool {
    guard format.hasAlpha else { return true }
    return switch format.depth {
    case .eight: isOpaque(row, UInt8.self, format.channelCount)
    case .sixteen: isOpaque(row, UInt16.self, format.channelCount)
    }
  }

  @inline(__always)
  private static func isOpaque<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, _: Sample.Type, _ channelCount: Int
  ) -> Bool {
    let samples = row.bindMemory(to: Sample.self)
    var place = channelCount - 1
    while place < samples.count {
      guard samples[place] == .max else { return false }
      place &+= channelCount
    }
    return true
  }
}
