/// A small generator of numbers that look random and are the same on every machine (Steele, Lea
/// and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number in 0..<1.
  mutating func nextUnit() -> Float { Float(next() >> 40) / Float(1 << 24) }

  /// A number below `bound`; the bias is far below what a picture shows.
  mutating func next(below bound: Int) -> Int { Int(next() >> 33) % bound }

  /// Sixty-four bits of which each depends on each of `bits`.
  static func mixed(_ bits: UInt64) -> UInt64 {
    var bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
