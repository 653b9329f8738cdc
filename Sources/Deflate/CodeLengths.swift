/// The lengths of an optimal prefix code, none longer than a limit.
enum CodeLengths {
  /// Finds the lengths in place (A. Moffat and J. Katajainen, "In-place calculation of
  /// minimum-redundancy codes", WADS 1995), then shortens what is too long at the cost of the
  /// rarest that have room.
  ///
  /// - Parameters:
  ///   - frequencies: how often each symbol comes; at most 288 symbols.
  ///   - limit: the most bits of a code.
  ///   - lengths: receives them: 0 for a symbol that never comes, and 1 for one that is alone.
  static func find(
    _ frequencies: UnsafeBufferPointer<UInt32>, limit: Int,
    into lengths: UnsafeMutableBufferPointer<UInt8>
  ) {
    precondition(lengths.count >= frequencies.count)
    lengths.update(repeating: 0)
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * frequencies.count) { memory in
      var count = 0
      for (symbol, frequency) in frequencies.enumerated() where frequency > 0 {
        memory[count] = Int(frequency) << 16 | symbol
        count += 1
      }
      guard count > 1 else {
        if count == 1 { lengths[memory[0] & 0xFFFF] = 1 }
        return
      }
      let (symbols, depths) = sort(
        UnsafeMutableBufferPointer(rebasing: memory[..<count]),
        with: UnsafeMutableBufferPointer(rebasing: memory[count..<2 * count]))
      for index in 0..<count { depths[index] = symbols[index] >> 16 }
      findDepths(depths)
      countAndAssign(depths, limit, symbols, lengths)
    }
  }

  /// Sorts by what stands above 16 bits, byte by byte from the lowest; equal ones keep their order.
  ///
  /// - Returns: where they stand, sorted, and the other one.
  private static func sort(
    _ elements: UnsafeMutableBufferPointer<Int>, with room: UnsafeMutableBufferPointer<Int>
  ) -> (sorted: UnsafeMutableBufferPointer<Int>, room: UnsafeMutableBufferPointer<Int>) {
    var (source, target) = (elements, room)
    let union = elements.reduce(0, |)
    var shift = 16
    while union >> shift > 0 {
      var places = InlineArray<256, Int>(repeating: 0)
      for element in source { places[element &>> shift & 0xFF] &+= 1 }
      var place = 0
      // No byte is larger than what all of them have together.
      for byte in 0...min(union >> shift, 0xFF) {
        (places[byte], place) = (place, place &+ places[byte])
      }
      for element in source {
        let byte = element &>> shift & 0xFF
        target[places[byte]] = element
        places[byte] &+= 1
      }
      swap(&source, &target)
      shift += 8
    }
    return (source, target)
  }

  /// Turns ascending weights into the depths of their leaves, which descend.
  private static func findDepths(_ a: UnsafeMutableBufferPointer<Int>) {
    let n = a.count
    // Pairs: each inner node's place holds its weight, then the index of its parent.
    a[0] += a[1]
    var root = 0
    var leaf = 2
    for next in 1..<max(1, n - 1) {
      if leaf >= n || a[root] < a[leaf] {
        a[next] = a[root]
        a[root] = next
        root &+= 1
      } else {
        a[next] = a[leaf]
        leaf &+= 1
      }
      if leaf >= n || (root < next && a[root] < a[leaf]) {
        a[next] &+= a[root]
        a[root] = next
        root &+= 1
      } else {
        a[next] &+= a[leaf]
        leaf &+= 1
      }
    }
    // Depths of the inner nodes.
    a[n - 2] = 0
    for next in stride(from: n - 3, through: 0, by: -1) { a[next] = a[a[next]] &+ 1 }
    // Depths of the leaves.
    var available = 1
    var used = 0
    var depth = 0
    root = n - 2
    var next = n - 1
    while available > 0 {
      while root >= 0, a[root] == depth {
        used &+= 1
        root &-= 1
      }
      while available > used {
        a[next] = depth
        next &-= 1
        available &-= 1
      }
      available = 2 * used
      depth &+= 1
      used = 0
    }
  }

  private static func countAndAssign(
    _ depths: UnsafeMutableBufferPointer<Int>, _ limit: Int,
    _ symbols: UnsafeMutableBufferPointer<Int>, _ lengths: UnsafeMutableBufferPointer<UInt8>
  ) {
    var counts = InlineArray<16, Int>(repeating: 0)
    for depth in depths { counts[min(depth, limit)] += 1 }
    // Kraft's sum in units of the longest code; what is beyond one is won back by moving a leaf
    // down from the deepest level that has one to give.
    var sum = 0
    for length in 1...limit { sum += counts[length] << (limit - length) }
    while sum > 1 << limit {
      var length = limit - 1
      while counts[length] == 0 { length -= 1 }
      counts[length] -= 1
      counts[length + 1] += 2
      counts[limit] -= 1
      sum -= 1
    }
    // The rarest get the longest.
    var index = 0
    for length in stride(from: limit, through: 1, by: -1) {
      for _ in 0..<counts[length] {
        lengths[symbols[index] & 0xFFFF] = UInt8(length)
        index += 1
      }
    }
  }
}

/// A prefix code as it is written: of each symbol its bits, the first in the lowest place, and how
/// many they are.
struct EncodeTable: ~Copyable {
  /// Bits in 0 to 15, their number from 16 on; and the lengths behind all of them.
  private let memory: Memory<UInt32>

  var entries: UnsafeMutablePointer<UInt32> { memory.base }
  let lengths: UnsafeMutableBufferPointer<UInt8>

  /// - Throws: `.outOfMemory`.
  init(symbolCount: Int) throws(DeflateError) {
    let lengthWordCount = (symbolCount + 3) / 4
    memory = try Memory(symbolCount + lengthWordCount)
    memory.base.initialize(repeating: 0, count: symbolCount + lengthWordCount)
    lengths = UnsafeMutableBufferPointer(
      start: UnsafeMutableRawPointer(memory.base + symbolCount)
        .bindMemory(to: UInt8.self, capacity: symbolCount),
      count: symbolCount)
  }

  /// Makes the best code for those frequencies.
  func build(_ frequencies: UnsafeBufferPointer<UInt32>, limit: Int) {
    CodeLengths.find(frequencies, limit: limit, into: lengths)
    assign()
  }

  /// Takes the code of those lengths.
  func build(_ lengths: [UInt8]) {
    for (symbol, length) in lengths.enumerated() where symbol < self.lengths.count {
      self.lengths[symbol] = length
    }
    assign()
  }

  private func assign() {
    var counts = InlineArray<16, UInt32>(repeating: 0)
    for length in lengths { counts[Int(length & 15)] &+= 1 }
    counts[0] = 0
    var next = InlineArray<16, UInt32>(repeating: 0)
    var code: UInt32 = 0
    for length in 1..<16 {
      code = (code &+ counts[length - 1]) &<< 1
      next[length] = code
    }
    for symbol in 0..<lengths.count {
      let length = Int(lengths[symbol] & 15)
      guard length > 0 else {
        entries[symbol] = 0
        continue
      }
      let bits = UInt16(truncatingIfNeeded: next[length])
      next[length] &+= 1
      entries[symbol] = UInt32(bits.reversed(length)) | UInt32(length) << 16
    }
  }
}
