/// A zlib stream (RFC 1950) of zeros, as small as deflate can make it: a thousandth of what comes out
/// of it.
enum ZeroStream {
  /// The bytes of a stream of so many zeros.
  static func bytes(_ count: Int) -> [UInt8] {
    var bits = Bits()
    // One final block with codes of its own (RFC 1951, section 3.2.7). Three symbols have one: 285, a
    // repetition of 258 bytes, the code 0; the byte 0 the code 10; 256, the end, the code 11. Of
    // distances there is 1 alone, with the code 0.
    bits.append(1, 1)
    bits.append(2, 2)
    bits.append(286 - 257, 5)
    bits.append(1 - 1, 5)
    bits.append(18 - 4, 4)
    // The lengths' own codes, in their odd order: of 18, a run of zeros, 0; of 1 and of 2, 10 and 11.
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1] {
      bits.append([18: 1, 1: 2, 2: 2][symbol] ?? 0, 3)
    }
    func appendRun(_ count: Int) {
      bits.append(0, 1)
      bits.append(count - 11, 7)
    }
    func appendLength(_ length: Int) {
      bits.append(1, 1)
      bits.append(length - 1, 1)
    }
    appendLength(2)  // 0
    appendRun(138)
    appendRun(117)
    appendLength(2)  // 256
    appendRun(28)
    appendLength(1)  // 285
    appendLength(1)  // the distance
    let longest = 258
    let repetitionCount = max(0, count - 1) / longest
    func appendZero() {
      bits.append(1, 1)
      bits.append(0, 1)
    }
    for _ in 0..<count - longest * repetitionCount { appendZero() }
    // A length and a distance.
    bits.appendZeros(2 * repetitionCount)
    bits.append(1, 1)
    bits.append(1, 1)
    let (low, high) = (1, count % 65521)
    return [0x78, 0xDA] + bits.bytes + PNGFile.bigEndian(UInt32(high << 16 | low))
  }

  /// Bits, the first in the lowest place of a byte.
  private struct Bits {
    private(set) var bytes: [UInt8] = []
    private var count = 0

    mutating func append(_ value: Int, _ bitCount: Int) {
      for place in 0..<bitCount {
        if count.isMultiple(of: 8) { bytes.append(0) }
        bytes[count / 8] |= UInt8(value >> place & 1) << UInt8(count % 8)
        count += 1
      }
    }

    mutating func appendZeros(_ bitCount: Int) {
      let rest = min(bitCount, -count & 7)
      append(0, rest)
      count += bitCount - rest
      bytes += [UInt8](repeating: 0, count: (count + 7) / 8 - bytes.count)
    }
  }
}
