/// How often each byte occurs, and what that says of the bits that a code of single bytes takes
/// (Shannon, A Mathematical Theory of Communication, 1948, section 6).
public struct ByteHistogram: ~Copyable {
  private let counts: UnsafePointer<UInt32>
  private let byteCount: UInt32

  /// Runs `body` with the histogram of less than 4 GiB of bytes.
  public static func of<Result>(
    _ bytes: UnsafeRawBufferPointer, _ body: (borrowing ByteHistogram) -> Result
  ) -> Result {
    // Four counts of each byte, for the four places of a group: a byte that follows itself would
    // have to wait for the count that was just written.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { counts in
      counts.initialize(repeating: 0)
      var place = 0
      while place + 4 <= bytes.count {
        counts[Int(bytes[place])] &+= 1
        counts[256 + Int(bytes[place + 1])] &+= 1
        counts[512 + Int(bytes[place + 2])] &+= 1
        counts[768 + Int(bytes[place + 3])] &+= 1
        place += 4
      }
      while place < bytes.count {
        counts[Int(bytes[place])] &+= 1
        place += 1
      }
      for byte in 0..<256 {
        counts[byte] += counts[256 + byte] + counts[512 + byte] + counts[768 + byte]
      }
      guard let base = counts.baseAddress else { preconditionFailure("there is room for 1024") }
      return body(ByteHistogram(counts: UnsafePointer(base), byteCount: UInt32(bytes.count)))
    }
  }

  private init(counts: UnsafePointer<UInt32>, byteCount: UInt32) {
    self.counts = counts
    self.byteCount = byteCount
  }

  /// What each byte takes, in 1/256 bit; one that does not occur counts as if it did once.
  func cost(of byte: Int) -> Int { Self.log2(byteCount) - Self.log2(max(1, counts[byte])) }

  /// What all bytes take together, in bits.
  public var entropy: Int {
    var sum = 0
    for byte in 0..<256 { sum += Int(counts[byte]) * cost(of: byte) }
    return sum >> 8
  }

  /// 256 times the binary logarithm of a positive number, by integers alone: what hangs on it is
  /// the same on every machine. Off by 3 at most.
  static func log2(_ value: UInt32) -> Int {
    let exponent = 31 - value.leadingZeroBitCount
    let fraction = Int((value << UInt32(31 - exponent)) >> 15) & 0xFFFF
    // The curve lies above its chord by a parabola, nearly.
    let bulge = (fraction * (0x10000 - fraction)) >> 16
    return exponent << 8 + (fraction + (bulge * 355) >> 10) >> 8
  }
}
