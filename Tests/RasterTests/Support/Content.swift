import Raster

/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014): the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

extension Picture {
  /// Gradients, a hard edge, a disc and some grain, as photos have them; alpha of all kinds.
  static func natural(_ width: Int, _ height: Int, _ format: PixelFormat, seed: UInt64 = 1)
    -> Picture
  {
    var generator = SeededGenerator(seed: seed)
    let full = Double(format.maximumSample)
    return Picture(width, height, format) { x, y, channel in
      let across = (Double(x) + 0.5) / Double(width)
      let down = (Double(y) + 0.5) / Double(height)
      let grain = Double.random(in: -0.04...0.04, using: &generator)
      let isAlpha = format.hasAlpha && channel == format.channelCount - 1
      if isAlpha {
        let level = across < 0.3 ? 1 : across > 0.8 ? 0 : 1.6 - 2 * across + grain
        return Int((min(max(level, 0), 1) * full).rounded())
      }
      var level = 0.2 + 0.5 * across + 0.1 * Double(channel) - 0.2 * down
      if across + 0.3 * down > 0.7 { level = 1.1 - level }
      let distance = (across - 0.4) * (across - 0.4) + (down - 0.5) * (down - 0.5)
      if distance < 0.05 { level = channel == 1 ? 1 : 0 }
      return Int((min(max(level + grain, 0), 1) * full).rounded())
    }
  }

  /// Every sample by chance, the hardest there is for rounding.
  static func noise(_ width: Int, _ height: Int, _ format: PixelFormat, seed: UInt64 = 1)
    -> Picture
  {
    var generator = SeededGenerator(seed: seed)
    return Picture(width, height, format) { _, _, _ in
      Int.random(in: 0...format.maximumSample, using: &generator)
    }
  }
}
