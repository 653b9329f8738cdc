/// A zlib stream (RFC 1950, RFC 1951) that is inflated piece by piece, each just before it is asked
/// for: the bytes are used while they are in the cache, and a stream of any length flows through one
/// small buffer.
///
/// ```swift
/// let inflater = Inflater(byteCount: filteredByteCount, pieceByteCount: 4 * rowByteCount)
/// let rows = try inflater.next(4 * rowByteCount) { buffer in try readCompressed(into: buffer) }
/// ```
///
/// It is strict: what zlib would refuse it refuses, and a few oddities besides, such as a window
/// smaller than the stream's distances, which it leaves to others.
public final class Inflater {
  /// Fills a buffer with the next bytes of the stream and returns how many; 0 means the end.
  public typealias Feed = (UnsafeMutableRawBufferPointer) throws -> Int

  enum Stage {
    case header, blockHeader, stored(rest: Int), compressed, trailer, done
  }

  // Input: the bytes that were fed and are not in `bits` yet, with zeros behind the end.
  let inputMemory: Memory<UInt8>
  let inputCapacity: Int
  var inputStart: Int
  var inputEnd = 0
  var isFed = false
  /// How many of the zeros behind the end may have been taken for bits.
  var paddingByteCount = 0

  /// The next bits of the stream, the first in the lowest place.
  var bits: UInt64 = 0
  var bitCount = 0

  // Output: the window that matches reach back into, what nobody has taken, and a margin.
  let outputMemory: Memory<UInt8>
  let outputCapacity: Int
  var outputStart = 0
  var outputEnd = 0
  /// From where on the checksum counts.
  var summedEnd = 0

  let byteCount: Int
  var producedByteCount = 0
  var stage = Stage.header
  var isLastBlock = false
  var checksum = Adler32()

  let literals: DecodeTable
  let distances: DecodeTable
  var literalRootBits = 0
  var distanceRootBits = 0
  var hasFixedTables = false

  /// The largest match, and what a copy of words writes beyond its end.
  static let margin = DeflateFormat.maximumMatchLength + 32
  /// To pair literals in a table takes as long as they save in so many bytes.
  static let leastPairedByteCount = 32 << 10
  /// The bytes that a step may look at beyond the one it is at.
  static let inputMargin = 32

  /// The most that `bits` holds.
  static let fetchedByteCount = 8

  private static func inputCapacity(_ byteCount: Int) -> Int {
    min(max(byteCount, 64), 96 << 10)
  }

  private static func outputCapacity(_ byteCount: Int, _ pieceByteCount: Int) -> Int {
    // One byte more than there should be, so that the end is found, or one byte too many.
    min(byteCount + 1, DeflateFormat.windowByteCount + 2 * max(pieceByteCount, 64 << 10)) + margin
  }

  /// The bytes that one holds.
  public static func heldByteCount(
    compressedByteCount: Int, byteCount: Int, pieceByteCount: Int
  ) -> Int {
    inputCapacity(compressedByteCount) + inputMargin + outputCapacity(byteCount, pieceByteCount)
      + 32 << 10
  }

  /// - Parameters:
  ///   - compressedByteCount: about the bytes of the stream.
  ///   - byteCount: the bytes that it must inflate to.
  ///   - pieceByteCount: the most that will be asked for at once.
  /// - Throws: `DeflateError.outOfMemory`.
  public init(
    compressedByteCount: Int, byteCount: Int, pieceByteCount: Int
  ) throws(DeflateError) {
    precondition(byteCount >= 0 && pieceByteCount >= 0 && compressedByteCount >= 0)
    self.byteCount = byteCount
    inputCapacity = Self.inputCapacity(compressedByteCount)
    outputCapacity = Self.outputCapacity(byteCount, pieceByteCount)
    inputMemory = try Memory(inputCapacity + Self.inputMargin)
    outputMemory = try Memory(outputCapacity)
    // For 288 symbols, and for 32.
    literals = try DecodeTable(mostRootBits: 11, capacity: 2342)
    distances = try DecodeTable(mostRootBits: 8, capacity: 402)
    inputStart = 0
  }

  var input: UnsafeMutablePointer<UInt8> { inputMemory.base }
  var output: UnsafeMutablePointer<UInt8> { outputMemory.base }

  /// The next bytes, until the next call.
  ///
  /// - Throws: `DeflateError`; what `feed` throws.
  public func next(_ count: Int, from feed: Feed) throws -> UnsafeRawBufferPointer {
    while outputEnd - outputStart < count {
      if case .done = stage { throw DeflateError.tooShort }
      makeRoom(for: count)
      try step(from: feed)
    }
    defer { outputStart += count }
    return UnsafeRawBufferPointer(start: output + outputStart, count: count)
  }

  /// Reads to the end of the stream, of which all bytes must have been taken, and makes sure that
  /// nothing follows.
  ///
  /// - Throws: `DeflateError`; what `feed` throws.
  public func finish(from feed: Feed) throws {
    while true {
      if case .done = stage { break }
      makeRoom(for: 0)
      try step(from: feed)
      guard outputEnd == outputStart else { throw DeflateError.corrupt }
    }
    guard producedByteCount == byteCount else { throw DeflateError.tooShort }
    // Whole bytes that were fetched in advance are no part of the stream.
    guard bitCount < 8, try remainingInput(feed) == 0 else { throw DeflateError.corrupt }
  }

  private func remainingInput(_ feed: Feed) throws -> Int {
    if inputStart == inputEnd { try refill(from: feed) }
    return inputEnd - inputStart
  }

  // MARK: Room

  private func makeRoom(for count: Int) {
    let limit = outputCapacity - Self.margin
    let wanted = max(count - (outputEnd - outputStart), 1)
    guard outputEnd + wanted > limit else { return }
    sum()
    let kept = max(min(outputEnd, DeflateFormat.windowByteCount), outputEnd - outputStart)
    let from = outputEnd - kept
    guard from > 0 else { return }
    output.update(from: output + from, count: kept)
    outputStart -= from
    outputEnd -= from
    summedEnd -= from
  }

  private func sum() {
    checksum.update(
      UnsafeRawBufferPointer(start: output + summedEnd, count: outputEnd - summedEnd))
    summedEnd = outputEnd
  }

  /// Makes sure that a step has bytes to look at.
  func refill(from feed: Feed) throws {
    // Bytes that are in `bits` may have to go back.
    let kept = min(inputStart, Self.fetchedByteCount)
    let rest = inputEnd - inputStart
    if inputStart > kept {
      input.update(from: input + inputStart - kept, count: kept + rest)
    }
    inputStart = kept
    inputEnd = kept + rest
    while !isFed, inputEnd < inputCapacity {
      let count = try feed(
        UnsafeMutableRawBufferPointer(start: input + inputEnd, count: inputCapacity - inputEnd))
      guard count > 0 else {
        isFed = true
        break
      }
      inputEnd += count
    }
    (input + inputEnd).update(repeating: 0, count: Self.inputMargin)
  }

  /// Fills `bits` to at least 56.
  private func fetch(from feed: Feed) throws {
    if inputEnd - inputStart < 8, !isFed { try refill(from: feed) }
    guard bitCount < 56 else { return }
    if inputEnd - inputStart >= 8 {
      bits |= Self.word(input + inputStart) &<< UInt64(truncatingIfNeeded: bitCount)
      inputStart += (63 - bitCount) >> 3
      bitCount |= 56
      // Of the byte that did not fit, a part stands above.
      bits &= UInt64.max &>> UInt64(truncatingIfNeeded: 64 - bitCount)
      return
    }
    while bitCount < 56 {
      // Zeros behind the end; whoever takes them for a part of the stream is told.
      if inputStart < inputEnd {
        bits |= UInt64(input[inputStart]) << UInt64(bitCount)
        inputStart += 1
      } else {
        paddingByteCount += 1
      }
      bitCount += 8
    }
  }

  /// Lets whole bytes that were fetched in advance be read again, as bytes.
  private func putBackFetched() {
    inputStart -= (bitCount - 8 * paddingByteCount) / 8
    precondition(inputStart >= 0)
    (bits, bitCount, paddingByteCount) = (0, 0, 0)
  }

  /// Takes up to 16 bits.
  @inline(__always)
  private func take(_ count: Int) throws -> Int {
    let value = Int(bits & (1 &<< UInt64(truncatingIfNeeded: count) - 1))
    bits &>>= UInt64(truncatingIfNeeded: count)
    bitCount -= count
    guard bitCount >= 8 * paddingByteCount else { throw DeflateError.truncated }
    return value
  }

  // MARK: Steps

  private func step(from feed: Feed) throws {
    switch stage {
    case .header: try readHeader(feed)
    case .blockHeader: try readBlockHeader(feed)
    case .stored(let rest): try copyStored(rest, feed)
    case .compressed: try decode(feed)
    case .trailer: try readTrailer(feed)
    case .done: break
    }
  }

  private func readHeader(_ feed: Feed) throws {
    try fetch(from: feed)
    let method = try take(8)
    let flags = try take(8)
    // Deflate with a window of 32 KiB or what a small picture needs, and no dictionary.
    guard method & 0xF == 8, (method << 8 | flags) % 31 == 0, flags & 0x20 == 0,
      method >> 4 == 7 || (method >> 4 < 7 && 256 << (method >> 4) >= byteCount)
    else { throw DeflateError.corrupt }
    stage = .blockHeader
  }

  private func readBlockHeader(_ feed: Feed) throws {
    try fetch(from: feed)
    isLastBlock = try take(1) == 1
    switch try take(2) {
    case 0:
      _ = try take(bitCount & 7)
      let count = try take(16)
      try fetch(from: feed)
      guard try take(16) == ~count & 0xFFFF else { throw DeflateError.corrupt }
      putBackFetched()
      stage = .stored(rest: count)
    case 1:
      try useFixedTables()
      stage = .compressed
    case 2:
      try readTables(feed)
      stage = .compressed
    default:
      throw DeflateError.corrupt
    }
  }

  private func copyStored(_ rest: Int, _ feed: Feed) throws {
    guard rest > 0 else { return endBlock() }
    if inputStart == inputEnd {
      try refill(from: feed)
      guard inputStart < inputEnd else { throw DeflateError.truncated }
    }
    let room = outputCapacity - Self.margin - outputEnd
    let count = min(rest, inputEnd - inputStart, room)
    try tally(count)
    (output + outputEnd).update(from: input + inputStart, count: count)
    inputStart += count
    outputEnd += count
    stage = .stored(rest: rest - count)
  }

  func endBlock() {
    stage = isLastBlock ? .trailer : .blockHeader
  }

  func tally(_ count: Int) throws {
    producedByteCount += count
    guard producedByteCount <= byteCount else { throw DeflateError.corrupt }
  }

  private func readTrailer(_ feed: Feed) throws {
    sum()
    _ = try take(bitCount & 7)
    try fetch(from: feed)
    var expected: UInt32 = 0
    for _ in 0..<4 { expected = expected << 8 | UInt32(try take(8)) }
    guard expected == checksum.value else { throw DeflateError.wrongChecksum }
    putBackFetched()
    stage = .done
  }

  // MARK: Tables

  private func useFixedTables() throws {
    guard !hasFixedTables else { return }
    try DeflateFormat.fixedLiteralLengths.withUnsafeBufferPointer {
      literalRootBits = try literals.build($0, symbols: SymbolEntries.literals)
    }
    try DeflateFormat.fixedDistanceLengths.withUnsafeBufferPointer {
      distanceRootBits = try distances.build($0, symbols: SymbolEntries.distances)
    }
    hasFixedTables = true
  }

  private func readTables(_ feed: Feed) throws {
    hasFixedTables = false
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let codeLengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw DeflateError.corrupt }
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 320) { lengths in
      lengths.initialize(repeating: 0)
      for index in 0..<codeLengthCount {
        if index % 8 == 0 { try fetch(from: feed) }
        lengths[DeflateFormat.codeLengthOrder[index]] = UInt8(try take(3))
      }
      // The literals' table serves for the lengths that it will be made of.
      let rootBits = try literals.build(
        UnsafeBufferPointer(rebasing: lengths[..<19]), symbols: SymbolEntries.codeLengths,
        mayBeIncomplete: false)
      lengths.update(repeating: 0)
      try readLengths(lengths, count: literalCount + distanceCount, rootBits: rootBits, feed)
      guard lengths[DeflateFormat.endOfBlock] > 0 else { throw DeflateError.corrupt }
      distanceRootBits = try distances.build(
        UnsafeBufferPointer(rebasing: lengths[literalCount..<literalCount + distanceCount]),
        symbols: SymbolEntries.distances)
      literalRootBits = try literals.build(
        UnsafeBufferPointer(rebasing: lengths[..<literalCount]), symbols: SymbolEntries.literals)
      if byteCount - producedByteCount >= Self.leastPairedByteCount {
        literals.pairLiterals(rootBits: literalRootBits)
      }
    }
  }

  private func readLengths(
    _ lengths: UnsafeMutableBufferPointer<UInt8>, count: Int, rootBits: Int, _ feed: Feed
  ) throws {
    let mask: UInt64 = 1 << UInt64(rootBits) - 1
    var index = 0
    while index < count {
      if bitCount < 16 { try fetch(from: feed) }
      let entry = literals.entries[Int(bits & mask)]
      guard entry & DecodeTable.literalFlag != 0 else { throw DeflateError.corrupt }
      _ = try take(Int(entry & 0xFF))
      let symbol = UInt8(truncatingIfNeeded: entry >> 8)
      if symbol < 16 {
        lengths[index] = symbol
        index += 1
        continue
      }
      var value: UInt8 = 0
      let repeatCount: Int
      switch symbol {
      case 16:
        guard index > 0 else { throw DeflateError.corrupt }
        value = lengths[index - 1]
        repeatCount = try take(2) + 3
      case 17: repeatCount = try take(3) + 3
      default: repeatCount = try take(7) + 11
      }
      guard index + repeatCount <= count else { throw DeflateError.corrupt }
      for _ in 0..<repeatCount {
        lengths[index] = value
        index += 1
      }
    }
  }
}
