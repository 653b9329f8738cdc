// What of a block is said by what came before it.
extension Deflater {
  /// Only what repeats the byte before.
  func findRuns(from literalStart: Int) {
    let buffer = buffer
    var literalStart = literalStart
    var place = max(literalStart, 1)
    while place + 8 <= end {
      // Where four bytes are as the ones before: each at the first of them, in its highest bit.
      let same = Self.zeroBytes(Self.word(buffer + place) ^ Self.word(buffer + place - 1))
      let starts = same & same &>> 8 & same &>> 16 & same &>> 24
      guard starts != 0 else {
        place += 5
        continue
      }
      place += starts.trailingZeroBitCount / 8
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

  /// A literal's cost by the histogram of some of the block's first bytes, in quarters of a bit, and one
  /// quarter more: the bytes that matches leave are less like each other than all of them.
  func literalCosts(_ costs: UnsafeMutablePointer<UInt16>) {
    var histogram = ByteHistogram()
    let sampleEnd = min(end, blockStart + Self.costSampledByteCount)
    for place in stride(from: blockStart, to: sampleEnd, by: Self.costSampleStep) {
      let count = min(end - place, Self.costSampleByteCount)
      histogram.add(UnsafeRawBufferPointer(start: buffer + place, count: count))
    }
    histogram.forEachCost {
      costs[$0] = UInt16(truncatingIfNeeded: max(4, min(56, ($1 + 96) >> 6)))
    }
  }

  func findMatches() {
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 256) { costs in
      guard let costs = costs.baseAddress else { return }
      literalCosts(costs)
      findMatches(costs)
    }
  }

  func findMatches(_ costs: UnsafePointer<UInt16>) {
    let buffer = buffer
    let end = end
    let last = end - 8
    var literalStart = blockStart
    var place = blockStart
    var saved = 0
    var checkStart = blockStart
    let trialByteCount = min(Self.trialByteCount, max(256, (end - blockStart) / 16))
    var check = blockStart + trialByteCount
    while place < last {
      if place >= check {
        // A quarter of a bit for each byte, or the rest of the block goes without. What runs save,
        // they save without a search, and is not counted.
        if saved < place - checkStart, effort.givesUp { return findRuns(from: literalStart) }
        saved = 0
        checkStart = place
        check = place + trialByteCount * 4
      }
      // A long run is a match that needs no search.
      let run = runLength(place)
      if run >= Self.longRunLength {
        add(literals: place - literalStart, length: run, distance: 1)
        insert(place)
        place += run
        literalStart = place
        continue
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

  /// How many bytes from here on repeat the one before.
  @inline(__always)
  func runLength(_ place: Int) -> Int {
    guard place > 0 else { return 0 }
    let here = buffer + place
    let difference = Self.word(here) ^ Self.word(here - 1)
    guard difference == 0 else { return difference.trailingZeroBitCount / 8 }
    return Self.matchLength(
      here, here - 1, limit: min(end - place, DeflateFormat.maximumMatchLength))
  }

  struct Match {
    var length: Int
    var distance: Int
  }

  @inline(__always)
  func hash(_ place: Int) -> Int {
    let bytes = Self.word(buffer + place) &<< 24
    return Int(truncatingIfNeeded: (bytes &* 0x9E37_79B1_85EB_CA87) &>> UInt64(64 &- hashBitCount))
  }

  @inline(__always)
  func insert(_ place: Int) {
    let slot = hash(place)
    let absolute = position &+ UInt16(truncatingIfNeeded: place)
    guard heads[slot] != absolute else { return }
    if let chains { chains[Int(absolute) & (chainCount - 1)] = heads[slot] }
    heads[slot] = absolute
  }

  /// The longest match of at least four bytes among the places that are tried, and enters this one.
  @inline(__always)
  func search(_ place: Int) -> Match {
    let buffer = buffer
    let slot = hash(place)
    let absolute = position &+ UInt16(truncatingIfNeeded: place)
    var candidate = heads[slot]
    // A place that was entered before is not its own predecessor.
    if candidate == absolute { candidate = chains?[Int(absolute) & (chainCount - 1)] ?? absolute }
    if let chains { chains[Int(absolute) & (chainCount - 1)] = candidate }
    heads[slot] = absolute
    let here = buffer + place
    let limit = min(end - place, DeflateFormat.maximumMatchLength)
    let first = UnsafeRawPointer(here).loadUnaligned(as: UInt32.self)
    let farthest = UInt16(min(place, Self.window))
    var best = Match(length: 0, distance: 0)
    var depth = effort.depth
    // A chain leads farther and farther back; where it does not, it has ended, or its places are
    // older than their numbers tell.
    var nearest: UInt16 = 0
    while true {
      let distance = absolute &- candidate
      guard distance > nearest, distance <= farthest else { break }
      nearest = distance
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
  func gain(_ match: Match, at place: Int, _ costs: UnsafePointer<UInt16>) -> Int {
    var cost = 0
    for index in 0..<min(match.length, 24) { cost += Int(costs[Int(buffer[place + index])]) }
    // About seven bits for the length, and two for the distance besides its own.
    let distanceBits = Self.bitCount(match.distance)
    return cost - 4 * (match.distance == 1 ? 7 : 9 + distanceBits)
  }

  @inline(__always)
  static func bitCount(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

  @inline(__always)
  static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  /// The highest bit of each byte that is zero, and no other.
  @inline(__always)
  static func zeroBytes(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    return ~((word & low) &+ low | word | low)
  }

  @inline(__always)
  static func matchLength(
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
}
