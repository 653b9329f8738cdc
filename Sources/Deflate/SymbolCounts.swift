/// How often each symbol comes in a part of a block.
struct SymbolCounts {
  static let count = DeflateFormat.literalSymbolCount + DeflateFormat.distanceSymbolCount

  /// Those of literals and lengths, then those of distances.
  let base: UnsafeMutablePointer<UInt32>

  var literals: UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(start: base, count: DeflateFormat.literalSymbolCount)
  }
  var distances: UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(
      start: base + DeflateFormat.literalSymbolCount, count: DeflateFormat.distanceSymbolCount)
  }

  /// About how many bits a block of such symbols takes, in 1/256: what ideal codes make of them, the
  /// bits that follow them, and a header.
  var bitCost: Int {
    var sum = Self.leastHeaderCost
    sum += Self.cost(literals) + Self.cost(distances)
    for symbol in 0..<29 {
      sum += Int(literals[257 + symbol]) * DeflateFormat.lengths[symbol].extraBitCount << 8
    }
    for symbol in 0..<30 {
      sum += Int(distances[symbol]) * DeflateFormat.distances[symbol].extraBitCount << 8
    }
    return sum
  }

  /// About how many bits the header of a block of such symbols takes, in 1/256.
  var headerCost: Int {
    let symbolCount = literals.count { $0 > 0 } + distances.count { $0 > 0 }
    return Self.leastHeaderCost + symbolCount * Self.symbolCost
  }

  /// The lengths of the header's own code, and the bits around it.
  static let leastHeaderCost = 100 << 8
  /// What it takes to say a symbol's length.
  static let symbolCost = 5 << 8

  private static func cost(_ counts: UnsafeBufferPointer<UInt32>) -> Int {
    var total: UInt32 = 0
    var sum = 0
    for count in counts where count > 0 {
      total &+= count
      sum -= Int(count) * ByteHistogram.log2(count) - symbolCost
    }
    return total == 0 ? 0 : sum + Int(total) * ByteHistogram.log2(total)
  }
}
