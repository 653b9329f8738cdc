/// What is made of a pixel's luma, in whole numbers with one rounding.
package enum LumaKernels {
  /// The luma of each pixel, rounded half up; alpha is copied.
  ///
  /// - Parameters:
  ///   - channelCount: 3, or 4 with alpha.
  ///   - out: as many pixels of one channel, or two.
  @inline(__always)
  package static func gray<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ row: UnsafeRawBufferPointer, of sample: Sample.Type, channelCount: Int,
    into out: UnsafeMutableRawBufferPointer
  ) {
    let samples = row.bindMemory(to: sample)
    let results = out.bindMemory(to: sample)
    let hasAlpha = channelCount == 4
    var place = 0
    var result = 0
    while place &+ channelCount <= samples.count {
      let luma = Luma.weighed(
        Int(truncatingIfNeeded: samples[place]), Int(truncatingIfNeeded: samples[place &+ 1]),
        Int(truncatingIfNeeded: samples[place &+ 2]))
      results[result] = Sample(truncatingIfNeeded: (luma &+ Luma.one / 2) / Luma.one)
      result &+= 1
      if hasAlpha {
        results[result] = samples[place &+ 3]
        result &+= 1
      }
      place &+= channelCount
    }
  }

  /// Moves the colour samples of each pixel away from its luma, where they stand.
  ///
  /// - Parameters:
  ///   - channelCount: 3, or 4 with alpha, which stays.
  ///   - parts: the factor in units of 1 / `Factor.one`.
  @inline(__always)
  package static func saturate<Sample: FixedWidthInteger & UnsignedInteger>(
    _ row: UnsafeMutableBufferPointer<Sample>, channelCount: Int, by parts: Int
  ) {
    // Samples of 16 bits, times 10^4, times 10^5 and a factor of 100 are below 2^53.
    let unit = Luma.one * Factor.one
    let largest = Int(truncatingIfNeeded: Sample.max)
    let own = parts &* Luma.one
    let others = Factor.one &- parts
    var place = 0
    while place &+ channelCount <= row.count {
      let luma = Luma.weighed(
        Int(truncatingIfNeeded: row[place]), Int(truncatingIfNeeded: row[place &+ 1]),
        Int(truncatingIfNeeded: row[place &+ 2]))
      let start = luma &* others &+ unit / 2
      for index in place..<place &+ 3 {
        let level = start &+ own &* Int(truncatingIfNeeded: row[index])
        row[index] = Sample(truncatingIfNeeded: min(max(level, 0) / unit, largest))
      }
      place &+= channelCount
    }
  }
}
