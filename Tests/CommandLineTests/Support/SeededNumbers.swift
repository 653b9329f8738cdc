/// Numbers that look random and are the same in each run: a linear congruential generator with
/// Knuth's constants (The Art of Computer Programming, volume 2, section 3.3.4), mixed once.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &+ 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    // The low bits of such a generator repeat soon; the high ones are folded into them.
    return state ^ state >> 32
  }
}
