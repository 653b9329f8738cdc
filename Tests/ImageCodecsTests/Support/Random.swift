/// Numbers that are the same in each run: Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// Bytes with runs among them, as pictures have.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let value = UInt8.random(in: 0...255, using: &self)
      let length = Bool.random(using: &self) ? 1 : Int.random(in: 1...9, using: &self)
      bytes += [UInt8](repeating: value, count: min(length, count - bytes.count))
    }
    return bytes
  }
}
