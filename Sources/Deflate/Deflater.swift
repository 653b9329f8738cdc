/// Deflates bytes that come piece by piece into a zlib stream (RFC 1950, RFC 1951).
///
/// It is made for the rows of pictures. Filtered rows of a photo hold few repetitions, most of them
/// chance: a match is taken only where it costs fewer bits than its bytes would, by a code for the
/// bytes that the block begins with.
public final class Deflater {
  /// How much is tried.
  public struct Effort: Hashable, Sendable {
    /// The places that are compared for the longest match.
    let depth: Int
    /// Whether a match gives way to a longer one that starts a byte later.
    var isLazy = false
    /// How soon a region without matches is gone through in larger steps: after 2^shift bytes.
    var patienceShift = 0
    /// Whether a block in which matches save little is left to runs.
    var givesUp: Bool { patienceShift < 16 }
    /// Whether a block that is shorter without matches than with them goes without, runs apart.
    var weighsRuns: Bool { hasChains && !givesUp }
    /// Whether nothing is compressed at all.
    var storesOnly = false
    /// How often the shortest path through a block is sought; 0 for a single choice at each place.
    var passCount = 0

    /// A match as long as this is not bettered.
    var niceLength: Int { min(DeflateFormat.maximumMatchLength, 24 + 4 * min(depth, 64)) }

    /// Whether matches are found by chains, of places with the same hash.
    var hasChains: Bool { depth > 0 && passCount == 0 }

    /// Inside of a match as long as this the shortest path knows only of the longest others. Where
    /// few passes are made, they are to be quick.
    var unbrokenLength: Int { passCount < 4 ? 64 : 130 }

    /// No compression.
    public static let store = Effort(depth: 0, storesOnly: true)

    /// Only what repeats the byte before, and the best code.
    public static let runs = Effort(depth: 0)

    /// The longest of `depth` earlier places that begin alike; after `patience` bytes without one,
    /// places are passed over, and where matches save little they are not looked for. `Int.max` leaves
    /// nothing out.
    public static func matches(depth: Int, patience: Int) -> Effort {
      Effort(depth: depth, patienceShift: Int.bitWidth - 1 - patience.leadingZeroBitCount)
    }

    /// As `matches`, and a match gives way to a longer one that starts a byte later.
    public static func lazyMatches(depth: Int, patience: Int) -> Effort {
      var effort = matches(depth: depth, patience: patience)
      effort.isLazy = true
      return effort
    }

    /// The shortest path through each block, over the matches of `depth` earlier places, sought
    /// `passCount` times, each time with the costs that the last one led to.
    public static func shortestPath(depth: Int, passCount: Int) -> Effort {
      Effort(depth: depth, patienceShift: Int.bitWidth - 1, passCount: passCount)
    }
  }

  /// Takes bytes of the stream.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  let effort: Effort

  // The window, then the bytes of the block.
  let bufferMemory: Memory<UInt8>
  let capacity: Int
  let blockCapacity: Int
  var blockStart = 0
  var end = 0
  /// That of the buffer's first byte in the stream, as far as 16 bits tell: twice the window. A place
  /// that is older is taken for a newer one, whose bytes are compared in vain.
  var position: UInt16 = 0

  // By the hash of five bytes, the last place where it stood; and for each place the one before.
  let hashBitCount: Int
  let chainCount: Int
  let headMemory: Memory<UInt16>
  let chainMemory: Memory<UInt16>

  /// What the search for the shortest path needs, where there is one.
  let path: ShortestPath?

  let sequenceMemory: Memory<Sequence>
  var sequenceCount = 0
  let outputMemory: Memory<UInt8>
  var writer: BitWriter
  var checksum = Adler32()
  var hasHeader = false

  let literalCode: EncodeTable
  let distanceCode: EncodeTable
  let lengthCode: EncodeTable
  let literalFrequencies: Frequencies
  let distanceFrequencies: Frequencies
  /// The bits that follow the codes of the block's matches.
  var extraBitCount = 0

  /// Literals, then a match; the last one's match has length 0.
  struct Sequence: BitwiseCopyable {
    var literalCount: UInt32
    var length: UInt16
    var distance: UInt16
  }

  static let window = DeflateFormat.windowByteCount
  /// What is read beyond the end of the block.
  static let margin = 16
  static let minimumMatchLength = 4
  /// After so many bytes, or a sixteenth of a small block, it is asked whether matches are worth
  /// their search.
  static let trialByteCount = 4 << 10
  /// The costs of literals are found by some of so many bytes: 64 of each 256. All of them, or as many
  /// from the whole block, gave no fewer bytes.
  static let costSampledByteCount = 8 << 10
  static let costSampleStep = 256
  static let costSampleByteCount = 64
  /// From this length on a run is taken as it comes.
  static let longRunLength = 12
  /// Four literals of so many bits fit one flush.
  static let codeLengthLimit = 14

  static func blockCapacity(_ byteCount: Int) -> Int { min(max(byteCount, 1), 96 << 10) }

  static func hashBitCount(_ byteCount: Int) -> Int {
    min(15, max(8, Int.bitWidth - 1 - byteCount.leadingZeroBitCount))
  }

  /// A power of two, and a place for each byte of the window or of the whole.
  static func chainCount(_ byteCount: Int) -> Int {
    byteCount >= window ? window : 1 << (Int.bitWidth - byteCount.leadingZeroBitCount)
  }

  /// Each part of a block has one more at its end. Where runs are weighed, they stand behind the
  /// matches.
  static func sequenceCapacity(_ block: Int, _ effort: Effort) -> Int {
    guard effort.passCount == 0 else {
      return block / DeflateFormat.minimumMatchLength + BlockSplit.partCapacity(block) + 1
    }
    return (effort.weighsRuns ? 2 : 1) * (block / minimumMatchLength + 2)
  }

  /// More than a block takes in whichever form: stored ones cost 5 bytes for each 64 KiB.
  static func outputCapacity(_ block: Int) -> Int { block + block / 64 + 1024 }

  /// The most bytes that one holds.
  public static func heldByteCount(byteCount: Int, effort: Effort) -> Int {
    let block = blockCapacity(byteCount)
    let finder =
      effort.passCount > 0
      ? ShortestPath.heldByteCount(byteCount: byteCount, effort: effort)
      : 2 << hashBitCount(byteCount) + 2 * chainCount(byteCount)
    return finder + window + block + 8 * sequenceCapacity(block, effort)
      + outputCapacity(block) + 16 << 10
  }

  /// - Parameter byteCount: the bytes that will come in all; a small number makes a small deflater.
  /// - Throws: `DeflateError.outOfMemory`.
  public init(effort: Effort, byteCount: Int) throws(DeflateError) {
    self.effort = effort
    blockCapacity = Self.blockCapacity(byteCount)
    capacity = min(byteCount, Self.window) + blockCapacity
    hashBitCount = Self.hashBitCount(byteCount)
    bufferMemory = try Memory(capacity + Self.margin)
    headMemory = try Memory(effort.hasChains ? 1 << hashBitCount : 1)
    chainCount = Self.chainCount(byteCount)
    chainMemory = try Memory(effort.hasChains && effort.depth > 1 ? chainCount : 1)
    sequenceMemory = try Memory(Self.sequenceCapacity(blockCapacity, effort))
    outputMemory = try Memory(Self.outputCapacity(blockCapacity))
    literalCode = try EncodeTable(symbolCount: DeflateFormat.literalSymbolCount)
    distanceCode = try EncodeTable(symbolCount: DeflateFormat.distanceSymbolCount)
    lengthCode = try EncodeTable(symbolCount: DeflateFormat.codeLengthSymbolCount)
    literalFrequencies = try Frequencies(DeflateFormat.literalSymbolCount)
    distanceFrequencies = try Frequencies(DeflateFormat.distanceSymbolCount)
    path = effort.passCount > 0 ? try ShortestPath(byteCount: byteCount, effort: effort) : nil
    writer = BitWriter(outputMemory.base)
    if effort.hasChains { heads.initialize(repeating: 0, count: 1 << hashBitCount) }
    // Of a chain only places are asked for that were entered, and the first, where all chains end.
    chains?.initialize(to: 0)
  }

  var buffer: UnsafeMutablePointer<UInt8> { bufferMemory.base }
  var heads: UnsafeMutablePointer<UInt16> { headMemory.base }
  var chains: UnsafeMutablePointer<UInt16>? { effort.depth > 1 ? chainMemory.base : nil }
  var sequences: UnsafeMutablePointer<Sequence> { sequenceMemory.base }
  var output: UnsafeMutablePointer<UInt8> { outputMemory.base }

  /// Takes the next bytes.
  ///
  /// - Throws: what `sink` throws.
  public func write(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws {
    var rest = bytes
    while !rest.isEmpty {
      if end - blockStart == blockCapacity { try writeBlock(isLast: false, to: sink) }
      if end == capacity { slide() }
      let count = min(rest.count, blockCapacity - (end - blockStart), capacity - end)
      UnsafeMutableRawBufferPointer(start: buffer + end, count: count).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      end += count
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Ends the stream.
  ///
  /// - Throws: what `sink` throws.
  public func finish(to sink: Sink) throws {
    try writeBlock(isLast: true, to: sink)
  }

  /// Drops what is out of the window.
  private func slide() {
    let kept = min(blockStart, min(Self.window, capacity - blockCapacity)) + (end - blockStart)
    let from = end - kept
    path?.tree.slide(from)
    buffer.update(from: buffer + from, count: kept)
    position &+= UInt16(truncatingIfNeeded: from)
    blockStart -= from
    end -= from
  }

  // MARK: A block

  private func writeBlock(isLast: Bool, to sink: Sink) throws {
    if !hasHeader {
      // A window of 32 KiB, the default level, no dictionary.
      writer.add(0x9C78, 16)
      writer.flush()
      hasHeader = true
    }
    checksum.update(UnsafeRawBufferPointer(start: buffer + blockStart, count: end - blockStart))
    (buffer + end).update(repeating: 0, count: Self.margin)
    sequenceCount = 0
    if let path, end > blockStart {
      findShortestPath(path, isLast: isLast)
      for (index, part) in path.parts.enumerated() {
        emit(part, isLast: isLast && index == path.parts.count - 1)
      }
    } else {
      emit(wholeBlock(), isLast: isLast)
    }
    blockStart = end
    if isLast {
      writer.align()
      let value = checksum.value
      for shift in [24, 16, 8, 0] { writer.add(UInt64(value >> UInt32(shift) & 0xFF), 8) }
      writer.flush()
    }
    // A byte that is not full stays for the next block.
    let count = writer.target - output
    try sink(UnsafeRawBufferPointer(start: output, count: count))
    writer.moveTo(output)
  }

  /// The block in one part, by the matches of single choices or by runs.
  private func wholeBlock() -> BlockPart {
    let bytes = blockStart..<end
    guard !bytes.isEmpty, !effort.storesOnly else { return BlockPart(bytes: bytes) }
    if effort.depth > 0 { findMatches() } else { findRuns(from: blockStart) }
    let found = BlockPart(bytes: bytes, sequences: 0..<sequenceCount)
    guard effort.weighsRuns else { return found }
    findRuns(from: blockStart)
    let runs = BlockPart(bytes: bytes, sequences: found.sequences.upperBound..<sequenceCount)
    return bitCount(of: runs) < bitCount(of: found) ? runs : found
  }

  func add(literals: Int, length: Int, distance: Int) {
    sequences[sequenceCount] = Sequence(
      literalCount: UInt32(literals), length: UInt16(length), distance: UInt16(distance))
    sequenceCount += 1
  }
}
