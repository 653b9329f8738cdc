/// The numbers of RFC 1951.
enum DeflateFormat {
  static let windowByteCount = 1 << 15
  static let minimumMatchLength = 3
  static let maximumMatchLength = 258
  static let endOfBlock = 256

  static let literalSymbolCount = 288
  static let distanceSymbolCount = 32
  static let codeLengthSymbolCount = 19
  static let maximumCodeLength = 15
  static let maximumCodeLengthCodeLength = 7

  /// In which order the lengths of the code-length code are sent.
  static let codeLengthOrder: [Int] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// The shortest match of each length symbol, from 257 on, and the bits that add to it.
  static let lengths: [(base: Int, extraBitCount: Int)] = {
    var lengths: [(Int, Int)] = []
    var base = 3
    for symbol in 0..<28 {
      let extra = symbol < 8 ? 0 : symbol / 4 - 1
      lengths.append((base, extra))
      base += 1 << extra
    }
    // 258 has a symbol of its own.
    return lengths + [(maximumMatchLength, 0)]
  }()

  /// The shortest distance of each distance symbol, and the bits that add to it.
  static let distances: [(base: Int, extraBitCount: Int)] = {
    var distances: [(Int, Int)] = []
    var base = 1
    for symbol in 0..<30 {
      let extra = symbol < 4 ? 0 : symbol / 2 - 1
      distances.append((base, extra))
      base += 1 << extra
    }
    return distances
  }()

  /// The lengths of the fixed code for literals and lengths.
  static let fixedLiteralLengths: [UInt8] = (0..<288).map { symbol in
    switch symbol {
    case ..<144: 8
    case ..<256: 9
    case ..<280: 7
    default: 8
    }
  }

  static let fixedDistanceLengths = [UInt8](repeating: 5, count: 32)
}
