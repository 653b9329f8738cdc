/// `base` to the power of `exponent`, to within 2^-45 of itself.
///
/// Not libm's: that picks its code by the CPU, and the last bit with it, while the same picture has
/// to come out of every machine. Sums, products and quotients alone are the same everywhere.
///
/// - Precondition: `base` is from 0 to 2, `exponent` from 1/16 to 16.
package func raise(_ base: Double, to exponent: Double) -> Double {
  precondition((0...2).contains(base) && (0.0625...16).contains(exponent))
  if base == 0 || base == 1 || exponent == 1 { return base }
  return powerOfTwo(exponent * binaryLogarithm(base))
}

private let logarithmOf2 = 0x1.62e42fefa39efp-1

/// The logarithm of a significand between √½ and √2 as a series in (m − 1) / (m + 1), which is at
/// most 0.172; the first term left out is below 2^-60.
private func binaryLogarithm(_ number: Double) -> Double {
  var significand = number.significand
  var exponent = Double(number.exponent)
  if significand > 0x1.6a09e667f3bcdp+0 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  var sum = 0.0
  for n in stride(from: 23.0, through: 1, by: -2) { sum = sum * square + 1 / n }
  return exponent + 2 * ratio * sum / logarithmOf2
}

/// The Taylor series at up to ½ · ln 2; the first term left out is below 2^-60.
private func powerOfTwo(_ number: Double) -> Double {
  let whole = number.rounded()
  let angle = (number - whole) * logarithmOf2
  var sum = 1.0
  for n in stride(from: 15.0, through: 1, by: -1) { sum = sum * angle / n + 1 }
  return Double(sign: .plus, exponent: Int(whole), significand: sum)
}
