import TestSupport

/// Pictures in the simplest formats there are (netpbm: pbm(5), pgm(5), ppm(5)): a line of text and
/// the samples.
enum Picture {
  /// A colour picture (P6). Another seed gives other samples.
  static func pixmap(_ width: Int, _ height: Int, seed: Int = 0) -> [UInt8] {
    Array("P6\n\(width) \(height)\n255\n".utf8) + samples(width * 3, height, seed: seed)
  }

  /// A gray picture (P5).
  static func graymap(_ width: Int, _ height: Int, seed: Int = 0) -> [UInt8] {
    Array("P5\n\(width) \(height)\n255\n".utf8) + samples(width, height, seed: seed)
  }

  /// The header of a bitmap of `side` times `side` pixels (P4), and the bytes that belong after it.
  static func bitmap(side: Int) -> (header: [UInt8], rowsByteCount: Int) {
    (Array("P4\n\(side) \(side)\n".utf8), (side + 7) / 8 * side)
  }

  /// A PNG of the samples that `pixmap` has.
  static func png(_ width: Int, _ height: Int, seed: Int = 0) -> [UInt8] {
    PNGFile(width: width, height: height, samples: samples(width * 3, height, seed: seed)).bytes
  }

  /// Soft waves with a little noise: neither flat nor random.
  private static func samples(_ rowByteCount: Int, _ height: Int, seed: Int) -> [UInt8] {
    var numbers = SplitMix64(seed: UInt64(seed))
    var samples: [UInt8] = []
    samples.reserveCapacity(rowByteCount * height)
    for y in 0..<height {
      for x in 0..<rowByteCount {
        let wave = x &* (seed &+ 3) &+ y &* 5
        samples.append(UInt8(truncatingIfNeeded: wave &+ Int(numbers.next() & 7)))
      }
    }
    return samples
  }

  /// The width and height that a PNM or PNG file's header tells; nil where it is neither.
  static func size(of bytes: [UInt8]) -> (width: Int, height: Int)? {
    if bytes.starts(with: PNGFile.signature), bytes.count >= 24 {
      func number(at offset: Int) -> Int {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      }
      return (number(at: 16), number(at: 20))
    }
    let words = bytes.prefix(64).split(maxSplits: 3) { $0 == 0x20 || $0 == 0x0A }
    let numbers = words.dropFirst().prefix(2).compactMap {
      Int(String(decoding: $0, as: UTF8.self))
    }
    guard words.first?.first == UInt8(ascii: "P"), numbers.count == 2 else { return nil }
    return (numbers[0], numbers[1])
  }

  /// Whether the bytes are a picture to its end, and nothing more.
  static func isWhole(_ bytes: [UInt8]) -> Bool {
    guard let (width, height) = size(of: bytes) else { return false }
    if bytes.starts(with: PNGFile.signature) {
      return bytes.suffix(12).elementsEqual(PNGFile.chunk("IEND", []))
    }
    let channelCount = bytes.starts(with: "P6".utf8) ? 3 : 1
    let header = "P6\n\(width) \(height)\n255\n"
    return bytes.count == header.utf8.count + width * height * channelCount
  }
}
