/// A number with a unit behind it, taken apart: `512M`, `1.5h`, `20M/s`.
struct Quantity {
  let value: Double
  let unit: Substring

  /// A number without a unit, as a file may have it.
  init(_ number: Double) {
    value = number
    unit = ""
  }

  /// Digits with at most one point between them, and whatever comes after.
  init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits), value.isFinite, digits.first != ".", digits.last != "." else {
      return nil
    }
    self.value = value
    unit = text[digits.endIndex...]
  }

  /// The whole number that it comes to, if it is one that can be counted.
  func count(scale: Double) -> Int? {
    let product = (value * scale).rounded()
    return product >= 1 && product < 0x1p62 ? Int(product) : nil
  }

  /// What a unit of bytes stands for: K, M, G and T are powers of 1024, with `B`, `iB` or nothing
  /// behind them.
  ///
  /// - Parameter unit: letters in any case, ASCII alone: Unicode would make an `I` of a dotless i.
  static func byteScale(_ unit: Substring) -> Double? {
    switch unit.asciiLowercased {
    case "", "b", "ib": 1
    case "k", "kb", "kib": 0x1p10
    case "m", "mb", "mib": 0x1p20
    case "g", "gb", "gib": 0x1p30
    case "t", "tb", "tib": 0x1p40
    default: nil
    }
  }

  /// Takes `/s`, `/m` or `/h` off the end of a unit.
  ///
  /// - Returns: the unit before it, and the seconds that it names; a second where there is none.
  static func splitPeriod(_ unit: Substring) -> (unit: Substring, seconds: Double)? {
    guard let slash = unit.firstIndex(of: "/") else { return (unit, 1) }
    switch unit[slash...] {
    case "/s": return (unit[..<slash], 1)
    case "/m": return (unit[..<slash], 60)
    case "/h": return (unit[..<slash], 3600)
    default: return nil
    }
  }
}

extension StringProtocol {
  /// The text with A to Z made small, and nothing else changed.
  var asciiLowercased: String {
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isCapital = (65...90).contains(scalar.value)
      scalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar)
    }
    return String(scalars)
  }
}

/// A value that stands in a file as a word or as a number, and on the command line as a word.
protocol WordOrNumber {
  init?(_ text: String)
  init?(number: Double)
}
