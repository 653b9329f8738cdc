/// For each hash of four bytes the places where it stood, as a binary tree: each place is nearer than
/// those below it, and what follows it stands between what follows those on its two sides. A search
/// compares few places and meets the longest match among very many; where the place itself is put on
/// top of the tree on the way, all stays in order. LZMA's `bt4` is such a finder (Pavlov, LZMA SDK).
///
/// Beside it stands the last place of each hash of three bytes.
///
/// Places go by numbers of 16 bits, so that all of it stays in the cache. In the trees 0 is no place;
/// of three bytes each is compared, wherever its number leads.
final class MatchTree {
  /// The number of the buffer's first byte, which may have left the window and be less than 1.
  private var origin = 1
  /// The first number that is not in the tree.
  private var entered = 1

  private let hashBitCount: Int
  private let headMemory: Memory<UInt16>
  private let shortHeadMemory: Memory<UInt16>
  /// For each place of the window, the trees that are smaller and larger.
  private let branchMemory: Memory<UInt16>
  private let placeCount: Int

  private let depth: Int
  /// Of matches that start inside of one as long as this only the longest is told.
  private let unbrokenLength: Int

  /// The order of the tree goes as far as this, so it has to be known of a place that is entered,
  /// unless nothing will ever follow; and a place takes that of one which is like it so far.
  private static let comparedLength = DeflateFormat.maximumMatchLength
  private static let hashedLength = 4

  static func heldByteCount(byteCount: Int) -> Int {
    2 * (2 << Deflater.hashBitCount(byteCount) + 2 * Deflater.chainCount(byteCount))
  }

  /// - Throws: `DeflateError.outOfMemory`.
  init(byteCount: Int, depth: Int, unbrokenLength: Int) throws(DeflateError) {
    self.depth = depth
    self.unbrokenLength = unbrokenLength
    hashBitCount = Deflater.hashBitCount(byteCount)
    placeCount = Deflater.chainCount(byteCount)
    headMemory = try Memory(1 << hashBitCount)
    shortHeadMemory = try Memory(1 << hashBitCount)
    branchMemory = try Memory(2 * placeCount)
    branchMemory.base.initialize(repeating: 0, count: 2 * placeCount)
    headMemory.base.initialize(repeating: 0, count: 1 << hashBitCount)
    shortHeadMemory.base.initialize(repeating: 0, count: 1 << hashBitCount)
  }

  /// The buffer begins so many bytes later.
  func slide(_ count: Int) {
    origin += count
  }

  /// Lowers all numbers, before they leave 16 bits, by a window: each place keeps its branches. Those
  /// that have no number any more are out of reach, but for one that is as far away as can be.
  private func lowerNumbers() {
    func lower(_ numbers: UnsafeMutablePointer<UInt16>, count: Int) {
      let window = UInt16(Deflater.window)
      for index in 0..<count { numbers[index] = max(numbers[index], window) &- window }
    }
    lower(headMemory.base, count: 1 << hashBitCount)
    lower(shortHeadMemory.base, count: 1 << hashBitCount)
    lower(branchMemory.base, count: 2 * placeCount)
    origin -= Deflater.window
    entered -= Deflater.window
  }

  /// Finds, for each place of a block, the nearest match of each length that a nearer one does not
  /// have.
  ///
  /// - Parameters:
  ///   - buffer: what came before the block, and the block, from `start` to `end`.
  ///   - isLast: whether nothing follows the block.
  ///   - starts: receives for each place where its matches begin, and the end of the last one's.
  ///   - capacity: that of `matches`; what does not fit is not told.
  func collect(
    _ buffer: UnsafePointer<UInt8>, from start: Int, to end: Int, isLast: Bool,
    into matches: UnsafeMutablePointer<ShortestPath.Match>, capacity: Int,
    _ starts: UnsafeMutablePointer<UInt32>
  ) {
    // Of the last places of a block it is not known what follows; those of the one before are entered
    // now.
    let knownLength = isLast ? Self.hashedLength : Self.comparedLength
    entered = max(entered, origin)
    while entered < origin + start, entered - origin + knownLength <= end {
      enter(buffer, entered - origin, end, nil)
    }
    var count = 0
    var unbrokenEnd = start
    for place in start..<end {
      starts[place - start] = UInt32(count)
      guard place + Self.hashedLength <= end else { continue }
      let isEntered = place + knownLength <= end
      guard count + DeflateFormat.maximumMatchLength <= capacity else {
        if isEntered { enter(buffer, place, end, nil) }
        continue
      }
      let found =
        isEntered
        ? enter(buffer, place, end, matches + count) : search(buffer, place, end, matches + count)
      guard found > 0 else { continue }
      let longest = matches[count + found - 1]
      if place < unbrokenEnd {
        // Inside of a long match all that counts is where others like it end; else the search for
        // the path would take all lengths at each of its places.
        matches[count] = longest
        matches[count].makeWhole()
        count += 1
      } else {
        count += found
      }
      if longest.length >= unbrokenLength {
        unbrokenEnd = max(unbrokenEnd, place + longest.length)
      }
    }
    starts[end - start] = UInt32(count)
  }

  @discardableResult
  private func enter(
    _ buffer: UnsafePointer<UInt8>, _ place: Int, _ end: Int,
    _ matches: UnsafeMutablePointer<ShortestPath.Match>?
  ) -> Int {
    entered = origin + place + 1
    return walk(buffer, place, end, entering: true, matches)
  }

  private func search(
    _ buffer: UnsafePointer<UInt8>, _ place: Int, _ end: Int,
    _ matches: UnsafeMutablePointer<ShortestPath.Match>
  ) -> Int {
    walk(buffer, place, end, entering: false, matches)
  }

  @inline(__always)
  private func slot(_ word: UInt32) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B1) &>> UInt32(32 &- hashBitCount))
  }

  @inline(__always)
  private func walk(
    _ buffer: UnsafePointer<UInt8>, _ place: Int, _ end: Int, entering: Bool,
    _ matches: UnsafeMutablePointer<ShortestPath.Match>?
  ) -> Int {
    let here = buffer + place
    if origin &+ place > UInt16.max { lowerNumbers() }
    let number = origin &+ place
    let word = UInt32(littleEndian: UnsafeRawPointer(here).loadUnaligned(as: UInt32.self))
    let mask = placeCount &- 1
    let farthest = min(place, placeCount)
    let branches = branchMemory.base
    var count = 0
    var longest = 2

    let shortSlot = slot(word &<< 8)
    if let matches {
      let distance = number &- Int(shortHeadMemory.base[shortSlot])
      if distance <= farthest {
        let there = UnsafeRawPointer(here - distance).loadUnaligned(as: UInt32.self)
        if (UInt32(littleEndian: there) ^ word) &<< 8 == 0 {
          matches[0] = ShortestPath.Match(length: 3, distance: distance)
          (count, longest) = (1, 3)
        }
      }
    }
    shortHeadMemory.base[shortSlot] = UInt16(truncatingIfNeeded: number)

    let headSlot = slot(word)
    var node = headMemory.base[headSlot]
    if entering { headMemory.base[headSlot] = UInt16(truncatingIfNeeded: number) }
    let limit = min(end &- place, Self.comparedLength)
    // Where the trees of what is smaller and larger go, and how much they have in common with it.
    var smaller = branches + 2 &* (number & mask)
    var larger = smaller + 1
    var smallerLength = 0
    var largerLength = 0
    var rest = depth
    while true {
      let distance = number &- Int(node)
      guard node != 0, distance <= farthest, rest > 0 else { break }
      rest &-= 1
      let there = here - distance
      let length = Self.commonLength(
        here, there, from: min(smallerLength, largerLength), limit: limit)
      if length > longest {
        longest = length
        if let matches {
          matches[count] = ShortestPath.Match(length: length, distance: distance)
          count &+= 1
        }
      }
      // What is as far away as can be has given its branches to this place; none below it is nearer.
      guard distance < placeCount else { break }
      let branch = branches + 2 &* (Int(node) & mask)
      if length >= limit {
        if entering { (smaller.pointee, larger.pointee) = (branch[0], branch[1]) }
        return count
      }
      if there[length] < here[length] {
        if entering { smaller.pointee = node }
        smaller = branch + 1
        smallerLength = length
        node = branch[1]
      } else {
        if entering { larger.pointee = node }
        larger = branch
        largerLength = length
        node = branch[0]
      }
    }
    if entering { (smaller.pointee, larger.pointee) = (0, 0) }
    return count
  }

  @inline(__always)
  private static func commonLength(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, from start: Int, limit: Int
  ) -> Int {
    var length = start
    while length &+ 8 <= limit {
      let difference = Deflater.word(left + length) ^ Deflater.word(right + length)
      if difference != 0 { return length &+ difference.trailingZeroBitCount / 8 }
      length &+= 8
    }
    while length < limit, left[length] == right[length] { length &+= 1 }
    return length
  }
}
