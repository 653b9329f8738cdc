/// The symbols of lengths and distances, with the bits that follow them.
enum MatchSymbols {
  struct Symbol {
    let symbol: Int
    let extra: Int
    let extraBitCount: Int
  }

  @inline(__always)
  static func length(_ length: Int) -> Symbol {
    if length == DeflateFormat.maximumMatchLength {
      return Symbol(symbol: 285, extra: 0, extraBitCount: 0)
    }
    let value = length - 3
    guard value >= 8 else { return Symbol(symbol: 257 + value, extra: 0, extraBitCount: 0) }
    // The two bits behind the highest choose among four symbols of as many extra bits.
    let extraBitCount = Int.bitWidth - 3 - value.leadingZeroBitCount
    return Symbol(
      symbol: 257 &+ 4 &* extraBitCount &+ value &>> extraBitCount,
      extra: value & (1 &<< extraBitCount &- 1), extraBitCount: extraBitCount)
  }

  @inline(__always)
  static func distance(_ distance: Int) -> Symbol {
    let value = distance - 1
    guard value >= 4 else { return Symbol(symbol: value, extra: 0, extraBitCount: 0) }
    // The bit behind the highest chooses between two symbols of as many extra bits.
    let extraBitCount = Int.bitWidth - 2 - value.leadingZeroBitCount
    return Symbol(
      symbol: 2 &* extraBitCount &+ value &>> extraBitCount,
      extra: value & (1 &<< extraBitCount &- 1), extraBitCount: extraBitCount)
  }
}

/// How often symbols come.
struct Frequencies: ~Copyable {
  private let memory: Memory<UInt32>
  private let count: Int

  /// - Throws: `.outOfMemory`.
  init(_ count: Int) throws(DeflateError) {
    self.count = count
    memory = try Memory(count)
    counts.initialize(repeating: 0, count: count)
  }

  var counts: UnsafeMutablePointer<UInt32> { memory.base }
  var values: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: counts, count: count) }

  func clear() { counts.update(repeating: 0, count: count) }
}
