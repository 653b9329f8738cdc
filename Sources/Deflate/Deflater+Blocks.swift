// A block's literals and matches as bits, in the form that takes fewest.
extension Deflater {
  func emitBlock(isLast: Bool) {
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

  var storedBitCount: Int {
    let count = end - blockStart
    return 8 * count + max(1, (count + 65534) / 65535) * 42
  }

  func emitStored(_ final: UInt64) {
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

  func count() {
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

  func bitCount(
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

  func emitSequences() {
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
