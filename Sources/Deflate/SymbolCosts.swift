/// What each symbol takes, with the bits that follow it, in 1/256 bit.
struct SymbolCosts: ~Copyable {
  let literals: UnsafeMutablePointer<Int32>
  /// By the length itself, from 3 to 258.
  let lengths: UnsafeMutablePointer<Int32>
  /// By the symbol.
  let distances: UnsafeMutablePointer<Int32>

  init() {
    literals = .allocate(capacity: 256)
    lengths = .allocate(capacity: DeflateFormat.maximumMatchLength + 1)
    distances = .allocate(capacity: DeflateFormat.distanceSymbolCount)
  }

  deinit {
    literals.deallocate()
    lengths.deallocate()
    distances.deallocate()
  }

  /// A guess, for bytes of which a histogram is known and matches of which nothing is.
  func guess(_ histogram: borrowing ByteHistogram, length: Int32, distance: Int32) {
    histogram.forEachCost { literals[$0] = Self.clamped(Int($1)) }
    setLengths { _ in length }
    setDistances { _ in distance }
  }

  /// What an ideal code for symbols that come so often makes of them.
  func take(_ counts: SymbolCounts) {
    let literalTotal = ByteHistogram.log2(max(1, counts.literals.reduce(0, &+)))
    func cost(_ symbol: Int) -> Int32 {
      Self.clamped(literalTotal - ByteHistogram.log2(max(1, counts.literals[symbol])))
    }
    for byte in 0..<256 { literals[byte] = cost(byte) }
    setLengths(cost)
    let distanceTotal = ByteHistogram.log2(max(1, counts.distances.reduce(0, &+)))
    setDistances {
      Self.clamped(distanceTotal - ByteHistogram.log2(max(1, counts.distances[$0])))
    }
  }

  private func setLengths(_ cost: (Int) -> Int32) {
    for length in 3...DeflateFormat.maximumMatchLength {
      let symbol = MatchSymbols.length(length)
      lengths[length] = cost(symbol.symbol) + Int32(symbol.extraBitCount) << 8
    }
  }

  private func setDistances(_ cost: (Int) -> Int32) {
    for symbol in 0..<DeflateFormat.distances.count {
      distances[symbol] = cost(symbol) + Int32(DeflateFormat.distances[symbol].extraBitCount) << 8
    }
  }

  /// No code of a symbol is shorter than a bit, or longer than 15.
  private static func clamped(_ cost: Int) -> Int32 { Int32(max(1 << 8, min(15 << 8, cost))) }
}
