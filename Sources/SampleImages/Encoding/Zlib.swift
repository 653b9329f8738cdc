/// zlib streams (RFC 1950) of the two kinds of deflate block that need no code tables (RFC 1951).
enum Zlib {
  enum BlockKind {
    /// Section 3.2.4: the bytes as they are.
    case stored
    /// Section 3.2.6: repetitions, in codes of fixed lengths.
    case fixed
  }

  static func stream(_ bytes: [UInt8], _ kind: BlockKind) -> [UInt8] {
    // Deflate with a window of 32 KiB; the second byte makes the two a multiple of 31.
    let header: [UInt8] = [0x78, 0x01]
    let blocks =
      switch kind {
      case .stored: storedBlocks(bytes)
      case .fixed: fixedBlock(bytes)
      }
    return header + blocks + [UInt8](bigEndian: Checksums.adler32(bytes))
  }

  private static func storedBlocks(_ bytes: [UInt8]) -> [UInt8] {
    var blocks: [UInt8] = []
    var start = 0
    repeat {
      let end = min(start + 0xFFFF, bytes.count)
      let count = UInt16(end - start)
      blocks.append(end == bytes.count ? 1 : 0)
      blocks += [UInt8](littleEndian: count) + [UInt8](littleEndian: ~count)
      blocks += bytes[start..<end]
      start = end
    } while start < bytes.count
    return blocks
  }

  /// One block over all bytes. Each time the last place with the same three bytes is taken, if it
  /// is in reach: no lazy matching, no chains.
  private static func fixedBlock(_ bytes: [UInt8]) -> [UInt8] {
    let (shortest, longest, reach) = (3, 258, 32768)
    var code = FixedCode()
    var lastPlaces: [UInt32: Int] = [:]
    var position = 0
    while position < bytes.count {
      var length = 0
      var distance = 0
      if position + shortest <= bytes.count {
        let key = bytes[position..<position + shortest].reduce(0) { $0 << 8 | UInt32($1) }
        if let place = lastPlaces.updateValue(position, forKey: key), position - place <= reach {
          distance = position - place
          let limit = min(longest, bytes.count - position)
          while length < limit, bytes[place + length] == bytes[position + length] { length += 1 }
        }
      }
      if length >= shortest {
        code.appendMatch(length: length, distance: distance)
        position += length
      } else {
        code.appendLiteral(bytes[position])
        position += 1
      }
    }
    return code.finished()
  }
}

/// The bits of one final block with fixed codes (RFC 1951, sections 3.1.1, 3.2.5 and 3.2.6).
private struct FixedCode {
  private var bytes: [UInt8] = []
  private var pending: UInt32 = 0
  private var pendingCount = 0

  init() {
    appendBits(1, count: 1)  // the final block
    appendBits(1, count: 2)  // with fixed codes
  }

  mutating func appendLiteral(_ byte: UInt8) { appendSymbol(Int(byte)) }

  mutating func appendMatch(length: Int, distance: Int) {
    if length == 258 {
      appendSymbol(285)
    } else {
      let (index, extra) = Self.split(length - 3, codesPerGroup: 4)
      appendSymbol(257 + index)
      appendBits(extra.value, count: extra.count)
    }
    let (index, extra) = Self.split(distance - 1, codesPerGroup: 2)
    appendCode(index, count: 5)
    appendBits(extra.value, count: extra.count)
  }

  mutating func finished() -> [UInt8] {
    appendSymbol(256)
    appendBits(0, count: -pendingCount & 7)
    return bytes
  }

  /// The code of `value` and its extra bits, by the pattern behind the tables of section 3.2.5: two
  /// groups of codes without extra bits, then a group with one bit, a group with two, and so on.
  private static func split(
    _ value: Int, codesPerGroup: Int
  ) -> (index: Int, extra: (value: Int, count: Int)) {
    let plainCount = 2 * codesPerGroup
    if value < plainCount { return (value, (0, 0)) }
    var (index, rest, count) = (plainCount, value - plainCount, 1)
    while rest >= codesPerGroup << count {
      rest -= codesPerGroup << count
      index += codesPerGroup
      count += 1
    }
    return (index + rest >> count, (rest & ((1 << count) - 1), count))
  }

  private mutating func appendSymbol(_ symbol: Int) {
    switch symbol {
    case ..<144: appendCode(0b0011_0000 + symbol, count: 8)
    case ..<256: appendCode(0b1_1001_0000 + symbol - 144, count: 9)
    case ..<280: appendCode(symbol - 256, count: 7)
    default: appendCode(0b1100_0000 + symbol - 280, count: 8)
    }
  }

  /// Codes go in from their highest bit, all else from the lowest.
  private mutating func appendCode(_ code: Int, count: Int) {
    for shift in (0..<count).reversed() { appendBits(code >> shift & 1, count: 1) }
  }

  private mutating func appendBits(_ bits: Int, count: Int) {
    pending |= UInt32(bits) << UInt32(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }
}
