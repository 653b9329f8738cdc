/// Where a light stands in a table of samples: 256 steps from each power of two to the next, as a
/// number with a short significand has them, and every one below 256.
///
/// A transfer function is near a power, whose error between two steps is the same share of it in all
/// octaves: for a power of 2.2 or 2.4, at most 2^-21, a 32nd of a level of 16 bits. Even steps would
/// have to be far finer than these 26 kB to be as true near black.
package struct LightPlace {
  /// The last entry at or below the light.
  package let index: Int

  /// How far the light is above that, in 2^-`bits` of the step.
  package let fraction: UInt64

  /// See `fraction`.
  package let bits: UInt64

  /// The place of a light.
  @inline(__always)
  package init(of light: UInt32) {
    let shift = max(0, 23 &- light.leadingZeroBitCount)
    let bits = UInt32(truncatingIfNeeded: shift)
    index = shift &<< 8 &+ Int(truncatingIfNeeded: light &>> bits)
    fraction = UInt64(light & ((1 &<< bits) &- 1))
    self.bits = UInt64(bits)
  }

  /// The light of an entry. The last one's is 2^32, the end of the last step.
  package static func light(at index: Int) -> Int {
    index < 256 ? index : (256 + index % 256) << (index / 256 - 1)
  }

  /// The entries of a table.
  package static let count = 25 * 256 + 1
}
