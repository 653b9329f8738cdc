/// The weights of red, green and blue in the luma of a colour, in ten-thousandths: those of
/// Rec. ITU-R BT.709-6, item 3.2, applied to the samples as they are stored.
package enum Luma {
  /// The weight of red.
  package static let red = 2126

  /// The weight of green.
  package static let green = 7152

  /// The weight of blue.
  package static let blue = 722

  /// What the three weights come to.
  package static let one = red + green + blue

  /// The luma of a colour times `one`: exact, so that whoever needs it rounds once.
  @inline(__always)
  package static func weighed(_ red: Int, _ green: Int, _ blue: Int) -> Int {
    Self.red &* red &+ Self.green &* green &+ Self.blue &* blue
  }
}
