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
    // 16 c - lane · a, and by the sum before for each byte. 22 vectors keep c within 16 bits; of
    // eight such runs each adds the lanes before it 22 times to c, and 32 bits hold what all make.
    while bytes.count - place >= 16 {
      let vectorCount = min(22, (bytes.count - place) / 16)
      let runCount = max(1, min(8, (bytes.count - place) / (16 * 22)))
      var lanes = SIMD16<UInt32>.zero
      var lanesBefore = SIMD16<UInt32>.zero
      var running = SIMD16<UInt32>.zero
      for _ in 0..<runCount {
        var runLanes = SIMD16<UInt16>.zero
        var runRunning = SIMD16<UInt16>.zero
        for _ in 0..<vectorCount {
          let vector = base.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
          runLanes &+= SIMD16<UInt16>(truncatingIfNeeded: vector)
          runRunning &+= runLanes
          place &+= 16
        }
        lanesBefore &+= lanes
        lanes &+= SIMD16<UInt32>(truncatingIfNeeded: runLanes)
        running &+= SIMD16<UInt32>(truncatingIfNeeded: runRunning)
      }
      let weighed =
        (running &+ lanesBefore &* UInt32(vectorCount)) &* 16
        &- lanes &* SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
      let before = sum * UInt32(16 * vectorCount * runCount)
      sumOfSums = (sumOfSums + before + weighed.wrappedSum()) % Self.modulus
      sum = (sum + lanes.wrappedSum()) % Self.modulus
    }
    while place < bytes.count {
      sum = (sum + UInt32(bytes[place])) % Self.modulus
      sumOfSums = (sumOfSums + sum) % Self.modulus
      place += 1
    }
  }
}
