/// Puts bits behind one another, the first in the lowest place of a byte.
struct BitWriter {
  private(set) var target: UnsafeMutablePointer<UInt8>
  private var bits: UInt64 = 0
  private var bitCount = 0

  init(_ target: UnsafeMutablePointer<UInt8>) { self.target = target }

  /// Adds bits; 56 fit between two calls of `flush`.
  @inline(__always)
  mutating func add(_ value: UInt64, _ count: Int) {
    bits |= value &<< UInt64(truncatingIfNeeded: bitCount)
    bitCount &+= count
  }

  /// Adds an entry of an `EncodeTable`.
  @inline(__always)
  mutating func add(_ entry: UInt32) {
    add(UInt64(entry & 0xFFFF), Int(entry &>> 16))
  }

  /// Writes whole bytes; it may touch 8 bytes beyond them.
  @inline(__always)
  mutating func flush() {
    UnsafeMutableRawPointer(target).storeBytes(of: bits.littleEndian, as: UInt64.self)
    let count = bitCount &>> 3
    target += count
    bits = bits &>> UInt64(truncatingIfNeeded: count &* 8)
    bitCount &= 7
  }

  /// Goes on elsewhere, with the bits that are not written yet.
  mutating func moveTo(_ target: UnsafeMutablePointer<UInt8>) { self.target = target }

  /// Writes bytes as they are, at the start of a byte.
  mutating func copy(_ bytes: UnsafePointer<UInt8>, count: Int) {
    target.update(from: bytes, count: count)
    target += count
  }

  /// Fills the last byte with zeros.
  mutating func align() {
    bitCount = (bitCount + 7) & ~7
    flush()
  }
}
