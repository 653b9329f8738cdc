/// The checksum of a zlib stream (RFC 1950, section 9).
public struct Adler32: Sendable {
  private static let modulus: UInt32 = 65521

  private var sum: UInt32 = 1
  private var sumOfSums: UInt32 = 0

  /// That of no bytes.
  public init() {}

  /// The checksum of all bytes so far.
  public var value: UInt32 { sumOfSums << 16 | sum }

  /// Goes on over more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    var place = 0
    // With lane sums a and their running sums c over k vectors, the sum of sums grows by
    // 16 c - lane · a, and by the sum before for each byte. 22 vectors keep c within 16 bits.
    let vectorCount = 22
    while bytes.count - place >= 16 {
      let count = min(vectorCount, (bytes.count - place) / 16)
      var lanes = SIMD16<UInt16>.zero
      var running = SIMD16<UInt16>.zero
      for _ in 0..<count {
        let vector = base.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
        lanes &+= SIMD16<UInt16>(truncatingIfNeeded: vector)
        running &+= lanes
        place &+= 16
      }
      let wide = SIMD16<UInt32>(truncatingIfNeeded: lanes)
      let weighed =
        SIMD16<UInt32>(truncatingIfNeeded: running) &* 16
        &- wide &* SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
      sumOfSums = (sumOfSums + sum * UInt32(16 * count) + weighed.wrappedSum()) % Self.modulus
      sum = (sum + wide.wrappedSum()) % Self.modulus
    }
    while place < bytes.count {
      sum = (sum + UInt32(bytes[place])) % Self.modulus
      sumOfSums = (sumOfSums + sum) % Self.modulus
      place += 1
    }
  }
}
