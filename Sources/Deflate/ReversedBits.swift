extension UInt16 {
  /// Its lowest bits in the opposite order: codes are numbered by their first bit as the highest, and
  /// stand in a stream with it as the lowest. There are 1 to 16.
  @inline(__always)
  func reversed(_ bitCount: Int) -> UInt16 {
    var bits = self
    bits = (bits & 0x5555) << 1 | (bits >> 1) & 0x5555
    bits = (bits & 0x3333) << 2 | (bits >> 2) & 0x3333
    bits = (bits & 0x0F0F) << 4 | (bits >> 4) & 0x0F0F
    return (bits << 8 | bits >> 8) &>> UInt16(truncatingIfNeeded: 16 &- bitCount)
  }
}
