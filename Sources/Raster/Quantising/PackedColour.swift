/// A straight colour of 8-bit samples in one word, red lowest and alpha highest; all colours without
/// opacity are the one that is 0.
struct PackedColour: Hashable, Sendable, BitwiseCopyable {
  static let transparent = PackedColour(word: 0)

  let word: UInt32

  init(word: UInt32) { self.word = word }

  @inline(__always)
  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ alpha: UInt8) {
    let colour = UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16
    word = alpha == 0 ? 0 : colour | UInt32(alpha) << 24
  }

  var red: UInt8 { UInt8(truncatingIfNeeded: word) }
  var green: UInt8 { UInt8(truncatingIfNeeded: word >> 8) }
  var blue: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
  var alpha: UInt8 { UInt8(truncatingIfNeeded: word >> 24) }

  var isOpaque: Bool { word >> 24 == 255 }
  var isTransparent: Bool { word == 0 }

  /// The samples times alpha, and alpha times 255: alike in scale, up to 255².
  @inline(__always)
  var weighed: SIMD4<Int32> {
    let alpha = Int32(word >> 24)
    let samples = SIMD4(
      Int32(word & 255), Int32(word >> 8 & 255), Int32(word >> 16 & 255), 255 as Int32)
    return samples &* alpha
  }

  /// The premultiplied samples, rounded; what distances are measured between.
  @inline(__always)
  var premultiplied: SIMD4<Int32> {
    let sum = weighed &+ 128
    return (sum &+ sum &>> 8) &>> 8
  }
}
