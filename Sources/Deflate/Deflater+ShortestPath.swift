// The block as a graph: places are nodes, literals and matches are edges, and what they cost is what
// the code for them takes, which is known only once the path is. So the path is sought again with
// the costs that the last one led to; the idea is that of Zopfli (Alakuijala and Vandevenne, Data
// compression using Zopfli, 2013).
extension Deflater {
  /// Says the block in the fewest bits that are found.
  func findShortestPath(_ path: ShortestPath, isLast: Bool) {
    path.tree.collect(
      buffer, from: blockStart, to: end, isLast: isLast, into: path.matches,
      capacity: path.matchCapacity, path.starts)
    let costs = SymbolCosts()
    path.parts = [BlockPart(bytes: blockStart..<end)]
    var best: (cost: Int, parts: [BlockPart]) = (.max, path.parts)
    /// Cuts the way to the block's end into its parts, and keeps it where none before was shorter.
    func judge() {
      trace(path)
      let cost = countSymbols(path)
      guard cost < best.cost else { return }
      best = (cost, path.parts)
      path.bestSequences.update(from: sequences, count: sequenceCount)
    }
    /// Cuts the block anew, by what the way that was traced last takes in each place.
    func split() {
      path.parts = path.split.parts(
        of: blockStart..<end, in: buffer,
        UnsafeBufferPointer(start: sequences, count: sequenceCount))
      judge()
    }
    guess(path, costs)
    split()
    for pass in 0..<effort.passCount {
      for part in path.parts.indices.reversed() {
        costs.take(path.counts(part))
        walk(path, path.parts[part].bytes, costs)
      }
      judge()
      // The guess tells little of what the block will be; half of the passes tell enough, be it only
      // for the codes of the way that stands.
      if pass == effort.passCount / 2 { split() }
    }
    sequenceCount = best.parts.last?.sequences.upperBound ?? 0
    sequences.update(from: path.bestSequences, count: sequenceCount)
    path.parts = best.parts
  }

  /// The way by the longest match of each place: at a guess of the costs by which matches pay seldom,
  /// or at one by which they pay often, whichever makes the block shorter.
  private func guess(_ path: ShortestPath, _ costs: borrowing SymbolCosts) {
    var histogram = ByteHistogram()
    histogram.add(UnsafeRawBufferPointer(start: buffer + blockStart, count: end - blockStart))
    func attempt(_ matchCost: Int32) -> Int {
      costs.guess(histogram, length: matchCost, distance: matchCost)
      takeLongest(path, costs)
      trace(path)
      return countSymbols(path)
    }
    // Of the length and of the distance, each in 1/256 bit.
    let (seldom, often): (Int32, Int32) = (13 << 8, 5 << 8)
    let cost = attempt(seldom)
    if attempt(often) > cost { _ = attempt(seldom) }
  }

  /// Goes through the block by the longest match of each place, where it costs less than its bytes.
  private func takeLongest(_ path: ShortestPath, _ costs: borrowing SymbolCosts) {
    let bytes = buffer + blockStart
    let count = end - blockStart
    var place = 0
    while place < count {
      let stop = Int(path.starts[place + 1])
      var step = ShortestPath.Match.literal
      if stop > Int(path.starts[place]) {
        let match = path.matches[stop - 1]
        var saving = -(costs.distances[match.symbol] &+ costs.lengths[match.length])
        var length = 0
        while saving <= 0, length < match.length {
          saving &+= costs.literals[Int(bytes[place + length])]
          length += 1
        }
        if saving > 0 { step = match }
      }
      path.steps[place] = step
      place += step.length
    }
  }

  /// Finds the cheapest way from each place of a part, the places behind it being through.
  private func walk(_ path: ShortestPath, _ part: Range<Int>, _ costs: borrowing SymbolCosts) {
    let bytes = buffer + blockStart
    let (wayCosts, steps) = (path.costs, path.steps)
    let (starts, matches) = (path.starts, path.matches)
    wayCosts[end - blockStart] = 0
    var place = part.upperBound - blockStart
    while place > part.lowerBound - blockStart {
      place -= 1
      var best = costs.literals[Int(bytes[place])] &+ wayCosts[place + 1]
      var step = ShortestPath.Match.literal
      var length = 3
      var index = Int(starts[place])
      let stop = Int(starts[place + 1])
      while index < stop {
        let match = matches[index]
        let last = match.length
        if match.isWhole { length = last }
        let start = costs.distances[match.symbol]
        let way = Self.cheapest(
          costs.lengths, wayCosts + place, from: length, through: last, below: best &- start)
        if way.length > 0 {
          best = start &+ way.cost
          step = match.step(way.length)
        }
        length = last + 1
        index += 1
      }
      wayCosts[place] = best
      steps[place] = step
    }
  }

  /// The shortest of the lengths whose cost and that of the way behind it are least together; 0 where
  /// all cost as much as `best` or more.
  @inline(__always)
  private static func cheapest(
    _ lengths: UnsafePointer<Int32>, _ ways: UnsafePointer<Int32>, from start: Int,
    through last: Int, below best: Int32
  ) -> (length: Int, cost: Int32) {
    var best = best
    var bestLength = 0
    var length = start
    if last &- start >= 15 {
      // Eight by eight; the last eight overlap those before.
      var least = SIMD8(repeating: best)
      var group = SIMD8<Int32>(repeating: -1)
      while length <= last {
        length = min(length, last &- 7)
        let costs = word(lengths + length) &+ word(ways + length)
        let isLess = costs .< least
        least.replace(with: costs, where: isLess)
        group.replace(with: Int32(truncatingIfNeeded: length), where: isLess)
        length &+= 8
      }
      for lane in 0..<8 where group[lane] >= 0 && least[lane] < best {
        best = least[lane]
        bestLength = Int(group[lane]) + lane
      }
      return (bestLength, best)
    }
    while length <= last {
      let cost = lengths[length] &+ ways[length]
      if cost < best { (best, bestLength) = (cost, length) }
      length &+= 1
    }
    return (bestLength, best)
  }

  @inline(__always)
  private static func word(_ place: UnsafePointer<Int32>) -> SIMD8<Int32> {
    UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Int32>.self)
  }

  /// Makes sequences of the way to the block's end; each part ends with one that has no match.
  private func trace(_ path: ShortestPath) {
    let steps = path.steps
    sequenceCount = 0
    var place = blockStart
    for index in path.parts.indices {
      let start = place
      let firstSequence = sequenceCount
      var literalCount = 0
      // A match may reach into the next part, which begins behind it.
      while place < path.parts[index].bytes.upperBound {
        let step = steps[place - blockStart]
        if step.length == 1 {
          literalCount += 1
        } else {
          add(literals: literalCount, length: step.length, distance: Int(step.distance))
          literalCount = 0
        }
        place += step.length
      }
      add(literals: literalCount, length: 0, distance: 0)
      path.parts[index].sequences = firstSequence..<sequenceCount
      path.parts[index].bytes = start..<place
    }
  }

  /// Counts the symbols of each part, and returns about how many bits all take, in 1/256: what
  /// the headers take is a guess.
  private func countSymbols(_ path: ShortestPath) -> Int {
    var cost = 0
    for (index, part) in path.parts.enumerated() {
      count(part)
      let counts = path.counts(index)
      counts.base.update(from: literalFrequencies.counts, count: DeflateFormat.literalSymbolCount)
      (counts.base + DeflateFormat.literalSymbolCount).update(
        from: distanceFrequencies.counts, count: DeflateFormat.distanceSymbolCount)
      // By the codes themselves: those of few symbols are far from ideal.
      literalCode.build(literalFrequencies.values, limit: Self.codeLengthLimit)
      distanceCode.build(distanceFrequencies.values, limit: DeflateFormat.maximumCodeLength)
      cost += min(counts.headerCost + bitCount << 8, fixedBitCount << 8)
    }
    return cost
  }
}
