/// What a search for a block's shortest form holds: for each place its matches, and the cheapest way
/// to get there.
final class ShortestPath {
  /// For each place, where its matches begin in `matchMemory`; one more for the last one's end.
  private let startMemory: Memory<UInt32>
  private let matchMemory: Memory<Match>
  let matchCapacity: Int

  /// In 1/256 bit, from the block's start to each place.
  private let costMemory: Memory<UInt32>
  /// The last step to each place.
  private let stepMemory: Memory<Match>

  /// A match, or a literal of length 1.
  struct Match: BitwiseCopyable {
    var length: UInt16
    /// 32,768 at most.
    var distance: UInt16

    static let literal = Match(length: 1, distance: 0)
  }

  /// A place has few matches of which none is both shorter and farther than another.
  private static let matchesPerByte = 6

  static func heldByteCount(block: Int) -> Int {
    (block + 2) * (4 + 4 + 4) + 4 * matchesPerByte * block + 64
  }

  /// - Throws: `DeflateError.outOfMemory`.
  init(block: Int) throws(DeflateError) {
    matchCapacity = Self.matchesPerByte * block
    startMemory = try Memory(block + 2)
    matchMemory = try Memory(matchCapacity)
    costMemory = try Memory(block + 2)
    stepMemory = try Memory(block + 2)
  }

  var starts: UnsafeMutablePointer<UInt32> { startMemory.base }
  var matches: UnsafeMutablePointer<Match> { matchMemory.base }
  var costs: UnsafeMutablePointer<UInt32> { costMemory.base }
  var steps: UnsafeMutablePointer<Match> { stepMemory.base }
}

/// What each symbol takes, with the bits that follow it, in 1/256 bit.
struct SymbolCosts: ~Copyable {
  let literals: UnsafeMutablePointer<UInt32>
  /// By the length itself, from 3 to 258.
  let lengths: UnsafeMutablePointer<UInt32>
  /// By the symbol.
  let distances: UnsafeMutablePointer<UInt32>

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
  func guess(_ histogram: borrowing ByteHistogram) {
    for byte in 0..<256 { literals[byte] = Self.clamped(histogram.cost(of: byte)) }
    setLengths { _ in 7 << 8 }
    setDistances { _ in 5 << 8 }
  }

  /// What an ideal code for symbols that come so often makes of them.
  func take(
    _ literalCounts: UnsafeBufferPointer<UInt32>, _ distanceCounts: UnsafeBufferPointer<UInt32>
  ) {
    let literalTotal = ByteHistogram.log2(max(1, literalCounts.reduce(0, &+)))
    func cost(_ symbol: Int) -> UInt32 {
      Self.clamped(literalTotal - ByteHistogram.log2(max(1, literalCounts[symbol])))
    }
    for byte in 0..<256 { literals[byte] = cost(byte) }
    setLengths(cost)
    let distanceTotal = ByteHistogram.log2(max(1, distanceCounts.reduce(0, &+)))
    setDistances {
      Self.clamped(distanceTotal - ByteHistogram.log2(max(1, distanceCounts[$0])))
    }
  }

  private func setLengths(_ cost: (Int) -> UInt32) {
    for length in 3...DeflateFormat.maximumMatchLength {
      let symbol = MatchSymbols.length(length)
      lengths[length] = cost(symbol.symbol) + UInt32(symbol.extraBitCount) << 8
    }
  }

  private func setDistances(_ cost: (Int) -> UInt32) {
    for symbol in 0..<DeflateFormat.distances.count {
      distances[symbol] = cost(symbol) + UInt32(DeflateFormat.distances[symbol].extraBitCount) << 8
    }
  }

  /// No code of a symbol is shorter than a bit, or longer than 15.
  private static func clamped(_ cost: Int) -> UInt32 { UInt32(max(1 << 8, min(15 << 8, cost))) }
}
