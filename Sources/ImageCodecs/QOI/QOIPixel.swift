/// A pixel, and what the QOI specification builds on it (qoiformat.org/qoi-specification.pdf).
struct QOIPixel: Equatable {
  var red: UInt8 = 0
  var green: UInt8 = 0
  var blue: UInt8 = 0
  var alpha: UInt8 = 0

  /// The pixel before the first.
  static let start = QOIPixel(alpha: 255)

  /// Where the pixel stands among the 64 that were seen last.
  var position: Int {
    let sum = Int(red) * 3 + Int(green) * 5 + Int(blue) * 7 + Int(alpha) * 11
    return sum & 63
  }
}

/// The codes of QOI: eight bits, or the highest two.
enum QOICode {
  static let rgb: UInt8 = 0b1111_1110
  static let rgba: UInt8 = 0b1111_1111
  static let index: UInt8 = 0b00
  static let difference: UInt8 = 0b01
  static let luma: UInt8 = 0b10
  static let run: UInt8 = 0b11

  /// The longest run: 63 and 64 would be the codes for `rgb` and `rgba`.
  static let maximumRun = 62

  static let endMarker: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
}
