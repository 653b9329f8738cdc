/// What a search for a block's shortest form holds: for each place its matches, and the cheapest way
/// from there to the end.
final class ShortestPath {
  let tree: MatchTree

  /// For each place, where its matches begin in `matchMemory`; one more for the last one's end.
  private let startMemory: Memory<UInt32>
  private let matchMemory: Memory<Match>
  let matchCapacity: Int

  /// In 1/256 bit, from each place to the block's end.
  private let costMemory: Memory<Int32>
  /// The first step from each place.
  private let stepMemory: Memory<Match>

  /// The best sequences so far.
  private let sequenceMemory: Memory<Deflater.Sequence>

  /// The parts of the block that get codes of their own, and the symbols of each.
  var parts: [BlockPart] = []
  private let countMemory: Memory<UInt32>
  let split: BlockSplit

  /// A match, or a literal of length 1.
  struct Match: BitwiseCopyable {
    /// The length in the lowest 9 bits, then whether it is whole, then the symbol of the distance.
    private var bits: UInt16
    /// 32,768 at most.
    let distance: UInt16

    private static let lengthMask: UInt16 = 0x1FF
    private static let wholeFlag: UInt16 = 0x200
    private static let symbolShift: UInt16 = 10

    @inline(__always)
    init(length: Int, distance: Int) {
      self.init(length: length, UInt16(truncatingIfNeeded: distance))
      let symbol = UInt16(truncatingIfNeeded: MatchSymbols.distance(distance).symbol)
      bits |= symbol &<< Self.symbolShift
    }

    @inline(__always)
    private init(length: Int, _ distance: UInt16) {
      bits = UInt16(truncatingIfNeeded: length)
      self.distance = distance
    }

    @inline(__always)
    var length: Int { Int(bits & Self.lengthMask) }

    /// That of the distance.
    @inline(__always)
    var symbol: Int { Int(bits &>> Self.symbolShift) }

    /// Whether only the whole length is to be had, and not those below it.
    @inline(__always)
    var isWhole: Bool { bits & Self.wholeFlag != 0 }

    mutating func makeWhole() { bits |= Self.wholeFlag }

    /// The step that takes so much of it, of which nobody asks the symbol.
    @inline(__always)
    func step(_ length: Int) -> Match { Match(length: length, distance) }

    static let literal = Match(length: 1, 0)
  }

  /// A place has few matches of which none is both shorter and farther than another.
  private static let matchesPerByte = 6

  private static func matchCapacity(_ block: Int) -> Int {
    matchesPerByte * block + DeflateFormat.maximumMatchLength
  }

  static func heldByteCount(byteCount: Int, effort: Deflater.Effort) -> Int {
    let block = Deflater.blockCapacity(byteCount)
    return (block + 2) * (4 + 4 + 4) + 4 * matchCapacity(block)
      + 8 * Deflater.sequenceCapacity(block, effort)
      + 4 * SymbolCounts.count * BlockSplit.partCapacity(block)
      + BlockSplit.heldByteCount(block: block) + MatchTree.heldByteCount(byteCount: byteCount)
  }

  /// - Throws: `DeflateError.outOfMemory`.
  init(byteCount: Int, effort: Deflater.Effort) throws(DeflateError) {
    let block = Deflater.blockCapacity(byteCount)
    tree = try MatchTree(
      byteCount: byteCount, depth: effort.depth, unbrokenLength: effort.unbrokenLength)
    matchCapacity = Self.matchCapacity(block)
    startMemory = try Memory(block + 2)
    matchMemory = try Memory(matchCapacity)
    costMemory = try Memory(block + 2)
    stepMemory = try Memory(block + 2)
    sequenceMemory = try Memory(Deflater.sequenceCapacity(block, effort))
    countMemory = try Memory(SymbolCounts.count * BlockSplit.partCapacity(block))
    split = try BlockSplit(block: block)
  }

  var starts: UnsafeMutablePointer<UInt32> { startMemory.base }
  var matches: UnsafeMutablePointer<Match> { matchMemory.base }
  var costs: UnsafeMutablePointer<Int32> { costMemory.base }
  var steps: UnsafeMutablePointer<Match> { stepMemory.base }
  var bestSequences: UnsafeMutablePointer<Deflater.Sequence> { sequenceMemory.base }

  /// The symbols of a part.
  func counts(_ part: Int) -> SymbolCounts {
    SymbolCounts(base: countMemory.base + SymbolCounts.count * part)
  }
}
