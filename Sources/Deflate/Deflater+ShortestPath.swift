// The block as a graph: places are nodes, literals and matches are edges, and what they cost is what
// the code for them takes, which is known only once the path is. So the path is sought again with
// the costs that the last one led to; the idea is that of Zopfli (Alakuijala and Vandevenne, Data
// compression using Zopfli, 2013).
extension Deflater {
  /// Says the block in the fewest bits that are found.
  func findShortestPath(_ path: ShortestPath) {
    collectMatches(path)
    let costs = SymbolCosts()
    ByteHistogram.of(UnsafeRawBufferPointer(start: buffer + blockStart, count: end - blockStart)) {
      costs.guess($0)
    }
    for pass in 0..<effort.passCount {
      if pass > 0 {
        count()
        costs.take(literalFrequencies.values, distanceFrequencies.values)
      }
      walk(path, costs)
      trace(path)
    }
  }

  /// Finds, for each place, the nearest match of each length that a nearer one does not have.
  private func collectMatches(_ path: ShortestPath) {
    let starts = path.starts
    var count = 0
    var skippedUntil = blockStart
    for place in blockStart..<end {
      starts[place - blockStart] = UInt32(count)
      guard place + 8 <= end else { continue }
      if place < skippedUntil {
        enter(place)
        continue
      }
      let room = min(path.matchCapacity - count, 64)
      let found = collectMatches(at: place, into: path.matches + count, room)
      count += found
      // Inside of a match this long nobody starts another one.
      if found > 0, path.matches[count - 1].length >= Self.unbrokenLength {
        skippedUntil = place + Int(path.matches[count - 1].length)
      }
    }
    starts[end - blockStart] = UInt32(count)
  }

  private static var unbrokenLength: Int { 130 }

  /// Three bytes, since a near match of three may be worth it.
  @inline(__always)
  private func shortHash(_ place: Int) -> Int {
    let bytes = UnsafeRawPointer(buffer + place).loadUnaligned(as: UInt32.self)
    let value = UInt32(littleEndian: bytes) &<< 8
    return Int(truncatingIfNeeded: (value &* 0x9E37_79B1) &>> UInt32(32 &- hashBitCount))
  }

  /// Enters a place, and returns the one that stood there before.
  @discardableResult @inline(__always)
  private func enter(_ place: Int) -> UInt16 {
    let slot = shortHash(place)
    let absolute = position &+ UInt16(truncatingIfNeeded: place)
    let before = heads[slot]
    chains?[Int(absolute) & (chainCount - 1)] = before
    heads[slot] = absolute
    return before
  }

  private func collectMatches(
    at place: Int, into matches: UnsafeMutablePointer<ShortestPath.Match>, _ room: Int
  ) -> Int {
    var candidate = enter(place)
    let absolute = position &+ UInt16(truncatingIfNeeded: place)
    let here = buffer + place
    let limit = min(end - place, DeflateFormat.maximumMatchLength)
    let farthest = UInt16(min(place, Self.window))
    var nearest: UInt16 = 0
    var longest = 2
    var count = 0
    var depth = effort.depth
    while depth > 0, count < room, longest < limit {
      let distance = absolute &- candidate
      guard distance > nearest, distance <= farthest else { break }
      nearest = distance
      let there = here - Int(distance)
      // Only what is longer counts, and that has the same byte behind the longest.
      if there[longest] == here[longest], there[0] == here[0] {
        let length = Self.matchLength(here, there, limit: limit)
        if length > longest {
          longest = length
          matches[count] = ShortestPath.Match(length: UInt16(length), distance: distance)
          count += 1
        }
      }
      depth -= 1
      guard let chains else { break }
      candidate = chains[Int(candidate) & (chainCount - 1)]
    }
    return count
  }

  /// Finds the cheapest way to each place.
  private func walk(_ path: ShortestPath, _ costs: borrowing SymbolCosts) {
    let count = end - blockStart
    let bytes = buffer + blockStart
    let (wayCosts, steps) = (path.costs, path.steps)
    wayCosts[0] = 0
    (wayCosts + 1).update(repeating: .max, count: count)
    for place in 0..<count {
      let cost = wayCosts[place]
      let literal = cost &+ costs.literals[Int(bytes[place])]
      if literal < wayCosts[place + 1] {
        wayCosts[place + 1] = literal
        steps[place + 1] = .literal
      }
      var length = 3
      for index in Int(path.starts[place])..<Int(path.starts[place + 1]) {
        let match = path.matches[index]
        let start = cost &+ costs.distances[MatchSymbols.distance(Int(match.distance)).symbol]
        while length <= Int(match.length) {
          let total = start &+ costs.lengths[length]
          if total < wayCosts[place + length] {
            wayCosts[place + length] = total
            steps[place + length] = ShortestPath.Match(
              length: UInt16(length), distance: match.distance)
          }
          length += 1
        }
      }
    }
  }

  /// Makes sequences of the way to the block's end.
  private func trace(_ path: ShortestPath) {
    let steps = path.steps
    // Each step is moved to where it starts, from the last to the first.
    var place = end - blockStart
    var step = steps[place]
    while place > 0 {
      let start = place - Int(step.length)
      let before = steps[start]
      steps[start] = step
      (place, step) = (start, before)
    }
    sequenceCount = 0
    var literalCount = 0
    while place < end - blockStart {
      let step = steps[place]
      if step.length == 1 {
        literalCount += 1
      } else {
        add(literals: literalCount, length: Int(step.length), distance: Int(step.distance))
        literalCount = 0
      }
      place += Int(step.length)
    }
    add(literals: literalCount, length: 0, distance: 0)
  }
}
