/// How often each byte occurs, and what that says of the bits that a code of single bytes takes
/// (Shannon, A Mathematical Theory of Communication, 1948, section 6).
public struct ByteHistogram: ~Copyable {
  /// Four counts of each byte, for the four places of a group: a byte that follows itself would have
  /// to wait for the count that was just written.
  private let counts: UnsafeMutablePointer<UInt32>
  private var byteCount: UInt32 = 0

  private static let laneCount = 4

  /// That of no bytes.
  public init() {
    counts = .allocate(capacity: Self.laneCount * 256)
    counts.initialize(repeating: 0, count: Self.laneCount * 256)
  }

  deinit { counts.deallocate() }

  /// The most bytes that may be counted: 32 bits hold their number times its logarithm.
  public static let capacity = 512 << 10

  /// Counts some more bytes, `capacity` in all.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    precondition(bytes.count <= Self.capacity - Int(byteCount))
    byteCount += UInt32(bytes.count)
    let counts = counts
    @inline(__always)
    func count(_ place: Int, _ lane: Int) {
      counts[256 &* lane &+ Int(base.load(fromByteOffset: place, as: UInt8.self))] &+= 1
    }
    let grouped = bytes.count & ~3
    var place = 0
    while place < grouped {
      count(place, 0)
      count(place &+ 1, 1)
      count(place &+ 2, 2)
      count(place &+ 3, 3)
      place &+= 4
    }
    while place < bytes.count {
      count(place, 0)
      place &+= 1
    }
  }

  /// How often a byte occurs.
  private func count(of byte: Int) -> UInt32 {
    (counts[byte] &+ counts[256 &+ byte]) &+ (counts[512 &+ byte] &+ counts[768 &+ byte])
  }

  /// What each byte takes, in 1/256 bit, by its number; one that does not occur counts as if it did
  /// once.
  @inline(__always)
  func forEachCost(_ body: (Int, Int32) -> Void) {
    let total = Self.logarithm(max(1, byteCount))
    for byte in 0..<256 {
      body(byte, Int32(truncatingIfNeeded: total &- Self.logarithm(max(1, count(of: byte)))))
    }
  }

  /// What all bytes take together, in bits.
  public var entropy: Int {
    var sum: UInt32 = 0
    for byte in 0..<256 {
      let count = count(of: byte)
      // The logarithm of 1 is 0.
      sum &+= count &* Self.logarithm(max(1, count))
    }
    return Int(byteCount &* Self.logarithm(max(1, byteCount)) &- sum) >> 8
  }

  /// 256 times the binary logarithm of a number from 1 to 2^31 - 1, off by 3 at most: by integers, from
  /// the number as IEEE 754 has it, so that what hangs on it is the same on every machine.
  static func log2(_ value: UInt32) -> Int { Int(logarithm(value)) }

  // In 32 bits and without a branch: loops over it become vectors.
  @inline(__always)
  private static func logarithm(_ value: UInt32) -> UInt32 {
    let bits = Float(Int32(truncatingIfNeeded: value)).bitPattern
    let exponent = bits &>> 23 &- 127
    let fraction = bits &>> 7 & 0xFFFF
    // The curve lies above its chord by a parabola, nearly.
    let bulge = (fraction &* (0x10000 &- fraction)) &>> 16
    return exponent &<< 8 &+ (fraction &+ (bulge &* 355) &>> 10) &>> 8
  }
}
