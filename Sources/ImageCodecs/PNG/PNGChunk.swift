/// The four letters that say what a chunk is (PNG specification, third edition, section 5.3).
struct PNGChunkType: Hashable, Sendable {
  /// The letters as they stand in the file, the first in the highest byte.
  let code: UInt32

  init(code: UInt32) { self.code = code }

  /// The type of that name, or nil where the name has not four bytes.
  init?(_ name: String) {
    guard name.utf8.count == 4 else { return nil }
    code = name.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private init(letters: StaticString) {
    code = letters.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }

  static let ihdr = PNGChunkType(letters: "IHDR")
  static let plte = PNGChunkType(letters: "PLTE")
  static let idat = PNGChunkType(letters: "IDAT")
  static let iend = PNGChunkType(letters: "IEND")
  static let trns = PNGChunkType(letters: "tRNS")
  static let actl = PNGChunkType(letters: "acTL")
  static let fctl = PNGChunkType(letters: "fcTL")
  static let fdat = PNGChunkType(letters: "fdAT")
  static let exif = PNGChunkType(letters: "eXIf")
  static let iccp = PNGChunkType(letters: "iCCP")

  var bytes: [UInt8] { (0..<4).map(byte) }

  private func byte(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: code >> UInt32(24 - 8 * index))
  }

  /// Whether all four bytes are ASCII letters, as they must be.
  var isValid: Bool {
    (0..<4).allSatisfy {
      (0x41...0x5A).contains(byte($0)) || (0x61...0x7A).contains(byte($0))
    }
  }

  // Section 5.4: the fifth bit of each letter is a property.
  var isCritical: Bool { code & 0x2000_0000 == 0 }
  var isReserved: Bool { code & 0x2000 != 0 }
  var isSafeToCopy: Bool { code & 0x20 != 0 }

  /// Whether it is a part of an animation, and none of the still.
  var isOfAnimation: Bool { self == .actl || self == .fctl || self == .fdat }
}

extension PNGChunkType: CustomStringConvertible {
  /// The letters; a byte that is none is shown in hexadecimal, as libpng does: `R[00]y[00]`.
  var description: String {
    if isValid {
      return withUnsafeBytes(of: code.bigEndian) { String(decoding: $0, as: UTF8.self) }
    }
    return bytes.reduce(into: "") { text, byte in
      if (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        text += "[\(digits.count == 1 ? "0" : "")\(digits)]"
      }
    }
  }
}

/// Where a chunk stands: its length and type, and what follows them.
struct PNGChunk: Equatable, Sendable {
  /// Length, type and CRC.
  static let framingByteCount = 12

  /// The longest contents that the format allows.
  static let maximumByteCount = Int(Int32.max)

  let type: PNGChunkType

  /// The bytes of its contents, as the file claims.
  let byteCount: Int

  /// The offset of its length.
  let offset: Int

  /// The offset of its contents.
  var contents: Int { offset + 8 }

  /// The offset of what follows its CRC.
  var end: Int { contents + byteCount + 4 }
}
