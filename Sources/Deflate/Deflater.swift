/// Deflates bytes that come piece by piece into a zlib stream (RFC 1950, RFC 1951).
///
/// It is made for the rows of pictures. Filtered rows of a photo hold few repetitions, most of them
/// chance: a match is taken only where it costs fewer bits than its bytes would, by the code that
/// the block's bytes would get.
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
    /// Whether nothing is compressed at all.
    var storesOnly = false

    /// A match as long as this is not bettered.
    var niceLength: Int { min(DeflateFormat.maximumMatchLength, 24 + 4 * min(depth, 64)) }

    /// No compression.
    public static let store = Effort(depth: 0, storesOnly: true)

    /// Only what repeats the byte before, and the best code.
    public static let runs = Effort(depth: 0)

    /// As much as tells which of two ways to filter is better.
    public static let trial = matches(depth: 1, patience: 32)

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
  }

  /// Takes bytes of the stream.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  private let effort: Effort

  // The window, then the bytes of the block.
  private let bufferMemory: Memory<UInt8>
  private let capacity: Int
  private let blockCapacity: Int
  private var blockStart = 0
  private var end = 0
  /// That of the buffer's first byte in the stream, as far as 32 bits tell.
  private var position: UInt32 = 0

  // By the hash of five bytes, the last place where it stood; and for each place the one before.
  private let hashBitCount: Int
  private let chainCount: Int
  private let headMemory: Memory<UInt32>
  private let chainMemory: Memory<UInt32>

  private let sequenceMemory: Memory<Sequence>
  private var sequenceCount = 0
  private let outputMemory: Memory<UInt8>
  private var writer: BitWriter
  private var checksum = Adler32()
  private var hasHeader = false

  private let literalCode = EncodeTable(symbolCount: DeflateFormat.literalSymbolCount)
  private let distanceCode = EncodeTable(symbolCount: DeflateFormat.distanceSymbolCount)
  private let lengthCode = EncodeTable(symbolCount: DeflateFormat.codeLengthSymbolCount)
  private let literalFrequencies = Frequencies(DeflateFormat.literalSymbolCount)
  private let distanceFrequencies = Frequencies(DeflateFormat.distanceSymbolCount)

  /// Literals, then a match; the last one's match has length 0.
  private struct Sequence: BitwiseCopyable {
    var literalCount: UInt32
    var length: UInt16
    var distance: UInt16
  }

  private static let window = DeflateFormat.windowByteCount
  /// What is read beyond the end of the block.
  private static let margin = 16
  private static let minimumMatchLength = 4
  /// After so many bytes it is asked whether matches are worth their search.
  private static let trialByteCount = 4 << 10
  /// Four literals of so many bits fit one flush.
  private static let codeLengthLimit = 14

  private static func blockCapacity(_ byteCount: Int) -> Int { min(max(byteCount, 1), 96 << 10) }

  private static func hashBitCount(_ byteCount: Int) -> Int {
    min(15, max(8, Int.bitWidth - byteCount.leadingZeroBitCount))
  }

  /// A power of two, and a place for each byte of the window or of the whole.
  private static func chainCount(_ byteCount: Int) -> Int {
    byteCount >= window ? window : 1 << (Int.bitWidth - byteCount.leadingZeroBitCount)
  }

  private static func sequenceCapacity(_ block: Int) -> Int { block / minimumMatchLength + 2 }

  /// More than a block takes in whichever form: stored ones cost 5 bytes for each 64 KiB.
  private static func outputCapacity(_ block: Int) -> Int { block + block / 64 + 1024 }

  /// The most bytes that one holds.
  public static func heldByteCount(byteCount: Int) -> Int {
    let block = blockCapacity(byteCount)
    return window + block + 4 << hashBitCount(byteCount) + 4 * chainCount(byteCount)
      + 8 * sequenceCapacity(block) + outputCapacity(block) + 8 << 10
  }

  /// - Parameter byteCount: the bytes that will come in all; a small number makes a small deflater.
  /// - Throws: `DeflateError.outOfMemory`.
  public init(effort: Effort, byteCount: Int) throws(DeflateError) {
    self.effort = effort
    blockCapacity = Self.blockCapacity(byteCount)
    capacity = min(byteCount, Self.window) + blockCapacity
    hashBitCount = Self.hashBitCount(byteCount)
    bufferMemory = try Memory(capacity + Self.margin)
    headMemory = try Memory(effort.depth > 0 ? 1 << hashBitCount : 1)
    chainCount = Self.chainCount(byteCount)
    chainMemory = try Memory(effort.depth > 1 ? chainCount : 1)
    sequenceMemory = try Memory(Self.sequenceCapacity(blockCapacity))
    outputMemory = try Memory(Self.outputCapacity(blockCapacity))
    writer = BitWriter(outputMemory.base)
    // Nowhere: farther back than any match.
    if effort.depth > 0 { heads.initialize(repeating: 0 &- 0x10000, count: 1 << hashBitCount) }
    if let chains { chains.initialize(repeating: 0 &- 0x10000, count: chainCount) }
  }

  private var buffer: UnsafeMutablePointer<UInt8> { bufferMemory.base }
  private var heads: UnsafeMutablePointer<UInt32> { headMemory.base }
  private var chains: UnsafeMutablePointer<UInt32>? { effort.depth > 1 ? chainMemory.base : nil }
  private var sequences: UnsafeMutablePointer<Sequence> { sequenceMemory.base }
  private var output: UnsafeMutablePointer<UInt8> { outputMemory.base }

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
    buffer.update(from: buffer + from, count: kept)
    position &+= UInt32(from)
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
    if end > blockStart, !effort.storesOnly {
      if effort.depth > 0 { findMatches() } else { findRuns(from: blockStart) }
    }
    emitBlock(isLast: isLast)
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

  private func add(literals: Int, length: Int, distance: Int) {
    sequences[sequenceCount] = Sequence(
      literalCount: UInt32(literals), length: UInt16(length), distance: UInt16(distance))
    sequenceCount += 1
  }

  /// Only what repeats the byte before.
  private func findRuns(from literalStart: Int) {
    let buffer = buffer
    var literalStart = literalStart
    var place = max(literalStart, 1)
    while place + 8 <= end {
      let here = Self.word(buffer + place)
      let before = Self.word(buffer + place - 1)
      let difference = here ^ before
      if difference & 0xFFFF_FFFF != 0 {
        // The first byte that is not like the one before it is no start of a run.
        place += difference.trailingZeroBitCount / 8 + 1
        continue
      }
      let length = Self.matchLength(
        buffer + place, buffer + place - 1,
        limit: min(end - place, DeflateFormat.maximumMatchLength)
      )
      add(literals: place - literalStart, length: length, distance: 1)
      place += length
      literalStart = place
    }
    add(literals: end - literalStart, length: 0, distance: 0)
  }

  /// A literal's cost by the block's histogram, in quarters of a bit.
  private func literalCosts(_ costs: UnsafeMutablePointer<UInt16>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { counts in
      counts.initialize(repeating: 0)
      var place = blockStart
      while place + 4 <= end {
        counts[Int(buffer[place])] &+= 1
        counts[256 + Int(buffer[place + 1])] &+= 1
        counts[512 + Int(buffer[place + 2])] &+= 1
        counts[768 + Int(buffer[place + 3])] &+= 1
        place += 4
      }
      while place < end {
        counts[Int(buffer[place])] &+= 1
        place += 1
      }
      let total = Self.log2(UInt32(end - blockStart))
      for byte in 0..<256 {
        let count = counts[byte] + counts[256 + byte] + counts[512 + byte] + counts[768 + byte]
        costs[byte] = UInt16(max(4, min(56, total - Self.log2(max(count, 1)))))
      }
    }
  }

  /// Four times the logarithm, by its highest bits.
  private static func log2(_ value: UInt32) -> Int {
    let exponent = 31 - value.leadingZeroBitCount
    let fraction = exponent >= 2 ? Int(value >> UInt32(exponent - 2)) & 3 : 0
    return 4 * exponent + fraction
  }

  private func findMatches() {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { costs in
      guard let costs = costs.baseAddress else { return }
      literalCosts(costs)
      findMatches(costs)
    }
  }

  private func findMatches(_ costs: UnsafePointer<UInt16>) {
    let buffer = buffer
    let end = end
    let last = end - 8
    var literalStart = blockStart
    var place = blockStart
    var saved = 0
    var checkStart = blockStart
    var check = blockStart + Self.trialByteCount
    while place < last {
      if place >= check {
        // A quarter of a bit for each byte, or the rest of the block goes without.
        if saved < place - checkStart, effort.givesUp { return findRuns(from: literalStart) }
        saved = 0
        checkStart = place
        check = place + Self.trialByteCount * 4
      }
      var match = search(place)
      var gain = match.length == 0 ? 0 : gain(match, at: place, costs)
      if gain <= 0 {
        // The longer nothing comes, the larger the steps.
        place += 1 + min((place - literalStart) >> effort.patienceShift, 7)
        continue
      }
      // What was stepped over may belong to it.
      while place > literalStart, match.length < DeflateFormat.maximumMatchLength,
        place > match.distance, buffer[place - 1] == buffer[place - 1 - match.distance]
      {
        place -= 1
        match.length += 1
      }
      if effort.isLazy {
        while match.length < effort.niceLength, place + 1 < last {
          let next = search(place + 1)
          guard next.length > match.length else { break }
          let nextGain = self.gain(next, at: place + 1, costs)
          guard nextGain > gain else { break }
          place += 1
          match = next
          gain = nextGain
        }
      }
      saved += gain
      add(literals: place - literalStart, length: match.length, distance: match.distance)
      let stop = place + match.length
      // With a chain all places count; without one the last ones do.
      var next = chains == nil ? max(place + 1, stop - 2) : place + (effort.isLazy ? 2 : 1)
      while next < min(stop, last) {
        insert(next)
        next += 1
      }
      place = stop
      literalStart = stop
    }
    add(literals: end - literalStart, length: 0, distance: 0)
  }

  private struct Match {
    var length: Int
    var distance: Int
  }

  @inline(__always)
  private func hash(_ place: Int) -> Int {
    let bytes = Self.word(buffer + place) &<< 24
    return Int(truncatingIfNeeded: (bytes &* 0x9E37_79B1_85EB_CA87) &>> UInt64(64 &- hashBitCount))
  }

  @inline(__always)
  private func insert(_ place: Int) {
    let slot = hash(place)
    let absolute = position &+ UInt32(truncatingIfNeeded: place)
    guard heads[slot] != absolute else { return }
    if let chains { chains[Int(absolute) & (chainCount - 1)] = heads[slot] }
    heads[slot] = absolute
  }

  /// The longest match of at least four bytes among the places that are tried, and enters this one.
  @inline(__always)
  private func search(_ place: Int) -> Match {
    let buffer = buffer
    let slot = hash(place)
    let absolute = position &+ UInt32(truncatingIfNeeded: place)
    var candidate = heads[slot]
    // A place that was entered before is not its own predecessor.
    if candidate == absolute { candidate = chains?[Int(absolute) & (chainCount - 1)] ?? absolute }
    if let chains { chains[Int(absolute) & (chainCount - 1)] = candidate }
    heads[slot] = absolute
    let here = buffer + place
    let limit = min(end - place, DeflateFormat.maximumMatchLength)
    let first = UnsafeRawPointer(here).loadUnaligned(as: UInt32.self)
    let farthest = UInt32(min(place, Self.window))
    var best = Match(length: 0, distance: 0)
    var depth = effort.depth
    while true {
      let distance = absolute &- candidate
      guard distance &- 1 < farthest else { break }
      let there = here - Int(distance)
      if UnsafeRawPointer(there).loadUnaligned(as: UInt32.self) == first {
        let length = Self.matchLength(here, there, limit: limit)
        // A longer match is no better where the way back to it takes more bits than it saves.
        if length > best.length,
          best.length == 0
            || 4 * (length - best.length) > Self.bitCount(Int(distance))
              - Self.bitCount(best.distance)
        {
          best = Match(length: length, distance: Int(distance))
          if length >= effort.niceLength { break }
        }
      }
      depth -= 1
      guard depth > 0, let chains else { break }
      candidate = chains[Int(candidate) & (chainCount - 1)]
    }
    return best.length >= Self.minimumMatchLength ? best : Match(length: 0, distance: 0)
  }

  /// The quarters of bits by which a match is shorter than its bytes; less than that for a long one.
  @inline(__always)
  private func gain(_ match: Match, at place: Int, _ costs: UnsafePointer<UInt16>) -> Int {
    var cost = 0
    for index in 0..<min(match.length, 24) { cost += Int(costs[Int(buffer[place + index])]) }
    // About seven bits for the length, and two for the distance besides its own.
    let distanceBits = Self.bitCount(match.distance)
    return cost - 4 * (match.distance == 1 ? 7 : 9 + distanceBits)
  }

  @inline(__always)
  private static func bitCount(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

  @inline(__always)
  private static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func matchLength(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, limit: Int
  ) -> Int {
    var length = 0
    while length + 8 <= limit {
      let difference = word(left + length) ^ word(right + length)
      if difference != 0 { return length + difference.trailingZeroBitCount / 8 }
      length += 8
    }
    while length < limit, left[length] == right[length] { length += 1 }
    return length
  }

  // MARK: Out

  private func emitBlock(isLast: Bool) {
    let final: UInt64 = isLast ? 1 : 0
    guard !effort.storesOnly else { return emitStored(final) }
    count()
    literalCode.build(literalFrequencies.values, limit: Self.codeLengthLimit)
    distanceCode.build(distanceFrequencies.values, limit: DeflateFormat.maximumCodeLength)
    let codes = CodeLengthCodes(literalCode.lengths, distanceCode.lengths, lengthCode)
    let dynamicBits = codes.headerBitCount + bitCount(literalCode.lengths, distanceCode.lengths)
    let fixedBits = DeflateFormat.fixedLiteralLengths.withUnsafeBufferPointer { literals in
      DeflateFormat.fixedDistanceLengths.withUnsafeBufferPointer { distances in
        bitCount(literals, distances)
      }
    }
    let storedBits = storedBitCount
    if storedBits < min(dynamicBits, fixedBits) {
      emitStored(final)
    } else if fixedBits <= dynamicBits {
      writer.add(final | 1 << 1, 3)
      literalCode.build(DeflateFormat.fixedLiteralLengths)
      distanceCode.build(DeflateFormat.fixedDistanceLengths)
      emitSequences()
    } else {
      writer.add(final | 2 << 1, 3)
      codes.write(to: &writer, lengthCode)
      emitSequences()
    }
  }

  private var storedBitCount: Int {
    let count = end - blockStart
    return 8 * count + max(1, (count + 65534) / 65535) * 42
  }

  private func emitStored(_ final: UInt64) {
    var start = blockStart
    repeat {
      let count = min(end - start, 65535)
      writer.add(start + count == end ? final : 0, 3)
      writer.align()
      writer.add(UInt64(count) | UInt64(~count & 0xFFFF) << 16, 32)
      writer.flush()
      writer.copy(buffer + start, count: count)
      start += count
    } while start < end
  }

  private func count() {
    literalFrequencies.clear()
    distanceFrequencies.clear()
    let literals = literalFrequencies.counts
    let distances = distanceFrequencies.counts
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 512) { counts in
      counts.initialize(repeating: 0)
      var place = blockStart
      for index in 0..<sequenceCount {
        let sequence = sequences[index]
        let stop = place + Int(sequence.literalCount)
        while place + 1 < stop {
          counts[Int(buffer[place])] &+= 1
          counts[256 + Int(buffer[place + 1])] &+= 1
          place += 2
        }
        if place < stop {
          counts[Int(buffer[place])] &+= 1
          place += 1
        }
        if sequence.length > 0 {
          literals[MatchSymbols.length(Int(sequence.length)).symbol] += 1
          distances[MatchSymbols.distance(Int(sequence.distance)).symbol] += 1
          place += Int(sequence.length)
        }
      }
      for byte in 0..<256 { literals[byte] += counts[byte] + counts[256 + byte] }
    }
    literals[DeflateFormat.endOfBlock] += 1
  }

  private func bitCount(
    _ literals: some Collection<UInt8>, _ distances: some Collection<UInt8>
  ) -> Int {
    var bits = 0
    for (symbol, length) in literals.enumerated() {
      let extra =
        symbol > 256 && symbol < 286 ? DeflateFormat.lengths[symbol - 257].extraBitCount : 0
      bits += Int(literalFrequencies.counts[symbol]) * (Int(length) + extra)
    }
    for (symbol, length) in distances.enumerated() {
      let extra = symbol < 30 ? DeflateFormat.distances[symbol].extraBitCount : 0
      bits += Int(distanceFrequencies.counts[symbol]) * (Int(length) + extra)
    }
    return bits + 3
  }

  private func emitSequences() {
    var writer = writer
    let buffer = buffer
    let literals = literalCode.entries
    let distances = distanceCode.entries
    var place = blockStart
    for index in 0..<sequenceCount {
      let sequence = sequences[index]
      let stop = place &+ Int(sequence.literalCount)
      while place &+ 4 <= stop {
        writer.add(literals[Int(buffer[place])])
        writer.add(literals[Int(buffer[place &+ 1])])
        writer.add(literals[Int(buffer[place &+ 2])])
        writer.add(literals[Int(buffer[place &+ 3])])
        writer.flush()
        place &+= 4
      }
      while place < stop {
        writer.add(literals[Int(buffer[place])])
        place &+= 1
      }
      writer.flush()
      guard sequence.length > 0 else { continue }
      let length = MatchSymbols.length(Int(sequence.length))
      writer.add(literals[length.symbol])
      writer.add(UInt64(length.extra), length.extraBitCount)
      let distance = MatchSymbols.distance(Int(sequence.distance))
      writer.flush()
      writer.add(distances[distance.symbol])
      writer.add(UInt64(distance.extra), distance.extraBitCount)
      writer.flush()
      place &+= Int(sequence.length)
    }
    writer.add(literals[DeflateFormat.endOfBlock])
    writer.flush()
    self.writer = writer
  }
}
