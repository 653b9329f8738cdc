// A block's literals and matches as bits, in the form that takes fewest.
extension Deflater {
  func emit(_ part: BlockPart, isLast: Bool) {
    let final: UInt64 = isLast ? 1 : 0
    guard !effort.storesOnly else { return emitStored(part.bytes, final) }
    count(part)
    let (codes, dynamicBits) = effort.passCount > 0 ? shortestCodes() : codes(Smoothing.none, .all)
    let fixedBits = fixedBitCount
    let storedBits = Self.storedBitCount(part.bytes.count)
    if storedBits < min(dynamicBits, fixedBits) {
      emitStored(part.bytes, final)
    } else if fixedBits <= dynamicBits {
      writer.add(final | 1 << 1, 3)
      literalCode.build(DeflateFormat.fixedLiteralLengths)
      distanceCode.build(DeflateFormat.fixedDistanceLengths)
      emitSequences(part)
    } else {
      writer.add(final | 2 << 1, 3)
      codes.write(to: &writer, lengthCode)
      emitSequences(part)
    }
  }

  /// The bits of a part in the form that takes fewest.
  func bitCount(of part: BlockPart) -> Int {
    count(part)
    return min(
      codes(.none, .all).bitCount, fixedBitCount, Self.storedBitCount(part.bytes.count))
  }

  /// Makes the codes for the block's symbols, and returns their header and the bits of the block.
  private func codes(
    _ smoothing: Smoothing, _ runs: CodeLengthCodes.Runs
  ) -> (CodeLengthCodes, bitCount: Int) {
    smoothing.with(literalFrequencies.values) {
      literalCode.build($0, limit: Self.codeLengthLimit)
    }
    smoothing.with(distanceFrequencies.values) {
      distanceCode.build($0, limit: DeflateFormat.maximumCodeLength)
    }
    let codes = CodeLengthCodes(literalCode.lengths, distanceCode.lengths, lengthCode, runs: runs)
    return (codes, codes.headerBitCount + bitCount)
  }

  /// As `codes`, those that make the block shortest.
  private func shortestCodes() -> (CodeLengthCodes, bitCount: Int) {
    var best = (smoothing: Smoothing.none, runs: CodeLengthCodes.Runs.all, bitCount: Int.max)
    func attempt(_ smoothing: Smoothing, _ runs: CodeLengthCodes.Runs) {
      let bitCount = codes(smoothing, runs).bitCount
      if bitCount < best.bitCount { best = (smoothing, runs, bitCount) }
    }
    for smoothing in Smoothing.all { attempt(smoothing, .all) }
    for runs in 0..<7 { attempt(best.smoothing, CodeLengthCodes.Runs(rawValue: runs)) }
    return codes(best.smoothing, best.runs)
  }

  static func storedBitCount(_ count: Int) -> Int {
    8 * count + max(1, (count + 65534) / 65535) * 42
  }

  func emitStored(_ bytes: Range<Int>, _ final: UInt64) {
    var start = bytes.lowerBound
    repeat {
      let count = min(bytes.upperBound - start, 65535)
      writer.add(start + count == bytes.upperBound ? final : 0, 3)
      writer.align()
      writer.add(UInt64(count) | UInt64(~count & 0xFFFF) << 16, 32)
      writer.flush()
      writer.copy(buffer + start, count: count)
      start += count
    } while start < bytes.upperBound
  }

  func count(_ part: BlockPart) {
    literalFrequencies.clear()
    distanceFrequencies.clear()
    let literals = literalFrequencies.counts
    let distances = distanceFrequencies.counts
    var extraBitCount = 0
    // Every other byte is counted apart: one that follows itself would have to wait for its count.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { others in
      others.initialize(repeating: 0)
      var place = part.bytes.lowerBound
      for index in part.sequences {
        let sequence = sequences[index]
        let stop = place + Int(sequence.literalCount)
        while place &+ 1 < stop {
          literals[Int(buffer[place])] &+= 1
          others[Int(buffer[place &+ 1])] &+= 1
          place &+= 2
        }
        if place < stop {
          literals[Int(buffer[place])] &+= 1
          place &+= 1
        }
        if sequence.length > 0 {
          let length = MatchSymbols.length(Int(sequence.length))
          let distance = MatchSymbols.distance(Int(sequence.distance))
          literals[length.symbol] &+= 1
          distances[distance.symbol] &+= 1
          extraBitCount &+= length.extraBitCount &+ distance.extraBitCount
          place += Int(sequence.length)
        }
      }
      for byte in 0..<256 { literals[byte] &+= others[byte] }
    }
    literals[DeflateFormat.endOfBlock] &+= 1
    self.extraBitCount = extraBitCount
  }

  /// The bits of the block's symbols in the codes that were made, and of what follows them.
  var bitCount: Int {
    bitCount(
      UnsafeBufferPointer(literalCode.lengths), UnsafeBufferPointer(distanceCode.lengths))
  }

  /// The same in the fixed codes.
  var fixedBitCount: Int {
    DeflateFormat.fixedLiteralLengths.withUnsafeBufferPointer { literals in
      DeflateFormat.fixedDistanceLengths.withUnsafeBufferPointer { distances in
        bitCount(literals, distances)
      }
    }
  }

  /// The same in codes of such lengths.
  func bitCount(
    _ literals: UnsafeBufferPointer<UInt8>, _ distances: UnsafeBufferPointer<UInt8>
  ) -> Int {
    extraBitCount + Self.bitCount(literalFrequencies.values, literals)
      + Self.bitCount(distanceFrequencies.values, distances) + 3
  }

  /// A block has so few symbols that 32 bits hold the sum.
  private static func bitCount(
    _ frequencies: UnsafeBufferPointer<UInt32>, _ lengths: UnsafeBufferPointer<UInt8>
  ) -> Int {
    precondition(lengths.count >= frequencies.count)
    var bits: UInt32 = 0
    for symbol in frequencies.indices {
      bits &+= frequencies[symbol] &* UInt32(lengths[symbol])
    }
    return Int(bits)
  }

  func emitSequences(_ part: BlockPart) {
    var writer = writer
    let buffer = buffer
    let literals = literalCode.entries
    let distances = distanceCode.entries
    var place = part.bytes.lowerBound
    for index in part.sequences {
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
