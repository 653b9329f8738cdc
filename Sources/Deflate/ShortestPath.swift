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
    var length: UInt16
    /// 32,768 at most.
    var distance: UInt16

    /// Whether only the whole length is to be had, and not those below it.
    var isWhole: Bool {
      get { length >= 1 << 15 }
      set { length = length & 0x7FFF | (newValue ? 1 << 15 : 0) }
    }

    static let literal = Match(length: 1, distance: 0)
  }

  /// A place has few matches of which none is both shorter and farther than another.
  private static let matchesPerByte = 6

  private static func matchCapacity(_ block: Int) -> Int {
    matchesPerByte * block + DeflateFormat.maximumMatchLength
  }

  static func heldByteCount(byteCount: Int) -> Int {
    let block = Deflater.blockCapacity(byteCount)
    return (block + 2) * (4 + 4 + 4) + 4 * matchCapacity(block)
      + 8 * Deflater.sequenceCapacity(block, isPath: true)
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
    sequenceMemory = try Memory(Deflater.sequenceCapacity(block, isPath: true))
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
