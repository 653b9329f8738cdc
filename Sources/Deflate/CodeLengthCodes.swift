/// The head of a block with codes of its own: their lengths, in a code of their own (RFC 1951,
/// section 3.2.7).
struct CodeLengthCodes {
  /// A symbol with its extra bits.
  private struct Item {
    let symbol: UInt8
    let extra: UInt8
  }

  private let items: [Item]
  private let literalCount: Int
  private let distanceCount: Int
  private let lengthCount: Int

  /// The bits that it takes.
  let headerBitCount: Int

  /// Which runs of lengths are said as such: a run saves symbols, but may cost one of its own in the
  /// code.
  struct Runs: OptionSet {
    let rawValue: Int

    /// Of the same length.
    static let lengths = Runs(rawValue: 1)
    /// Of no length, up to ten.
    static let shortGaps = Runs(rawValue: 2)
    /// Of no length, up to 138.
    static let longGaps = Runs(rawValue: 4)
    static let all: Runs = [.lengths, .shortGaps, .longGaps]
  }

  /// Makes `code` the best one for the lengths of the two others.
  init(
    _ literals: UnsafeMutableBufferPointer<UInt8>, _ distances: UnsafeMutableBufferPointer<UInt8>,
    _ code: borrowing EncodeTable, runs: Runs = .all
  ) {
    let literalCount = max(257, (literals.lastIndex { $0 > 0 } ?? 0) + 1)
    let distanceCount = (distances.lastIndex { $0 > 0 } ?? 0) + 1
    let count = literalCount + distanceCount
    items = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { lengths in
      _ = lengths.initialize(fromContentsOf: literals[..<literalCount])
      _ = lengths[literalCount...].initialize(fromContentsOf: distances[..<distanceCount])
      return [Item](unsafeUninitializedCapacity: count) { items, itemCount in
        itemCount = Self.shorten(lengths, runs, into: items)
      }
    }
    (self.literalCount, self.distanceCount) = (literalCount, distanceCount)
    Self.build(code, for: items)
    let order = DeflateFormat.codeLengthOrder
    var lengthCount = order.count
    while lengthCount > 4, code.lengths[order[lengthCount - 1]] == 0 { lengthCount -= 1 }
    self.lengthCount = lengthCount
    var bits = 14 + 3 * lengthCount
    for item in items {
      bits += Int(code.lengths[Int(item.symbol)]) + Self.extraBitCount(item.symbol)
    }
    headerBitCount = bits
  }

  /// Says lengths with as few symbols as those runs allow, and returns how many they are.
  private static func shorten(
    _ lengths: UnsafeMutableBufferPointer<UInt8>, _ runs: Runs,
    into items: UnsafeMutableBufferPointer<Item>
  ) -> Int {
    var count = 0
    func append(_ symbol: UInt8, _ extra: Int = 0) {
      items.initializeElement(
        at: count, to: Item(symbol: symbol, extra: UInt8(truncatingIfNeeded: extra)))
      count += 1
    }
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var run = 1
      while index + run < lengths.count, lengths[index + run] == length { run += 1 }
      index += run
      if run < 3 {
        // Nothing to be said of most.
      } else if length == 0 {
        while run >= 11, runs.contains(.longGaps) {
          let part = min(run, 138)
          append(18, part - 11)
          run -= part
        }
        while run >= 3, runs.contains(.shortGaps) {
          let part = min(run, 10)
          append(17, part - 3)
          run -= part
        }
      } else {
        append(length)
        run -= 1
        while run >= 3, runs.contains(.lengths) {
          let part = min(run, 6)
          append(16, part - 3)
          run -= part
        }
      }
      for _ in 0..<run { append(length) }
    }
    return count
  }

  /// Makes the best code for the symbols of those items.
  private static func build(_ code: borrowing EncodeTable, for items: [Item]) {
    withUnsafeTemporaryAllocation(
      of: UInt32.self, capacity: DeflateFormat.codeLengthSymbolCount
    ) { frequencies in
      frequencies.initialize(repeating: 0)
      for item in items { frequencies[Int(item.symbol)] &+= 1 }
      // This code must be complete, which a single one is not.
      if items.allSatisfy({ $0.symbol == items[0].symbol }) {
        frequencies[items[0].symbol == 0 ? 1 : 0] += 1
      }
      code.build(
        UnsafeBufferPointer(frequencies), limit: DeflateFormat.maximumCodeLengthCodeLength)
    }
  }

  private static func extraBitCount(_ symbol: UInt8) -> Int {
    switch symbol {
    case 16: 2
    case 17: 3
    case 18: 7
    default: 0
    }
  }

  func write(to writer: inout BitWriter, _ code: borrowing EncodeTable) {
    writer.add(UInt64(literalCount - 257), 5)
    writer.add(UInt64(distanceCount - 1), 5)
    writer.add(UInt64(lengthCount - 4), 4)
    writer.flush()
    for symbol in DeflateFormat.codeLengthOrder[..<lengthCount] {
      writer.add(UInt64(code.lengths[symbol]), 3)
      writer.flush()
    }
    for item in items {
      writer.add(code.entries[Int(item.symbol)])
      writer.add(UInt64(item.extra), Self.extraBitCount(item.symbol))
      writer.flush()
    }
  }
}
