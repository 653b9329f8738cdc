/// SHA-256 (FIPS 180-4), which neither the standard library nor FoundationEssentials has.
package enum SHA256 {
  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (section
  /// 4.2.2), and of the square roots of the first eight (section 5.3.3).
  private static let primes = (2...311).filter { candidate in
    (2..<candidate).allSatisfy { candidate % $0 != 0 }
  }
  private static let roundConstants = primes.map { fraction(ofRoot: 3, of: $0) }
  private static let initialState = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }

  /// The digest of `bytes`, as 64 hexadecimal digits.
  package static func hexDigest(_ bytes: [UInt8]) -> String {
    var message = bytes + [0x80]
    message += [UInt8](repeating: 0, count: (56 - message.count % 64 + 64) % 64)
    message += [UInt8](bigEndian: UInt64(bytes.count) * 8)
    var state = initialState
    for start in stride(from: 0, to: message.count, by: 64) {
      absorb(message[start..<start + 64], into: &state)
    }
    return state.flatMap { [UInt8](bigEndian: $0) }.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Section 6.2.2.
  private static func absorb(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
    var schedule = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
      block[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (early, late) = (schedule[index - 15], schedule[index - 2])
      let small = turned(early, 7) ^ turned(early, 18) ^ early >> 3
      let large = turned(late, 17) ^ turned(late, 19) ^ late >> 10
      schedule.append(schedule[index - 16] &+ small &+ schedule[index - 7] &+ large)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let choice = e & f ^ ~e & g
      let majority = a & b ^ a & c ^ b & c
      let first =
        h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ choice &+ roundConstants[index]
        &+ schedule[index]
      let second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ majority
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
  }

  private static func turned(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  /// The largest n with (n / 2^32)^degree ≤ number, found from its highest bit, without its whole
  /// part.
  private static func fraction(ofRoot degree: Int, of number: Int) -> UInt32 {
    let radicand = UInt128(number) << (32 * degree)
    let root = (0..<37).reversed().reduce(UInt128(0)) { root, bit in
      let candidate = root | 1 << bit
      let power = (1..<degree).reduce(candidate) { power, _ in power * candidate }
      return power <= radicand ? candidate : root
    }
    return UInt32(truncatingIfNeeded: root)
  }
}
