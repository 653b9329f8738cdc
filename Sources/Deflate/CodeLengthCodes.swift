/// The head of a block with codes of its own: their lengths, in a code of their own (RFC 1951,
/// section 3.2.7).
struct CodeLengthCodes {
  /// A symbol with its extra bits.
  private struct Item {
    let symbol: UInt8
    let extra: UInt8
  }

  private var items: [Item] = []
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
    literalCount = max(257, (literals.lastIndex { $0 > 0 } ?? 0) + 1)
    distanceCount = (distances.lastIndex { $0 > 0 } ?? 0) + 1
    var lengths = Array(literals[..<literalCount])
    lengths += distances[..<distanceCount]
    var items: [Item] = []
    items.reserveCapacity(lengths.count)
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var run = 1
      while index + run < lengths.count, lengths[index + run] == length { run += 1 }
      index += run
      if length == 0 {
        while run >= 11, runs.contains(.longGaps) {
          let part = min(run, 138)
          items.append(Item(symbol: 18, extra: UInt8(part - 11)))
          run -= part
        }
        while run >= 3, runs.contains(.shortGaps) {
          let part = min(run, 10)
          items.append(Item(symbol: 17, extra: UInt8(part - 3)))
          run -= part
        }
      } else {
        items.append(Item(symbol: length, extra: 0))
        run -= 1
        while run >= 3, runs.contains(.lengths) {
          let part = min(run, 6)
          items.append(Item(symbol: 16, extra: UInt8(part - 3)))
          run -= part
        }
      }
      for _ in 0..<run { items.append(Item(symbol: length, extra: 0)) }
    }
    self.items = items
    let frequencies = Frequencies(DeflateFormat.codeLengthSymbolCount)
    for item in items { frequencies.counts[Int(item.symbol)] += 1 }
    // This code must be complete, which a single one is not.
    if items.allSatisfy({ $0.symbol == items[0].symbol }) {
      frequencies.counts[items[0].symbol == 0 ? 1 : 0] += 1
    }
    code.build(frequencies.values, limit: DeflateFormat.maximumCodeLengthCodeLength)
    let order = DeflateFormat.codeLengthOrder
    var count = order.count
    while count > 4, code.lengths[order[count - 1]] == 0 { count -= 1 }
    lengthCount = count
    var bits = 14 + 3 * count
    for item in items {
      bits += Int(code.lengths[Int(item.symbol)]) + Self.extraBitCount(item.symbol)
    }
    headerBitCount = bits
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
