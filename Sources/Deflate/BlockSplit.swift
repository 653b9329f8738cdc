/// A stretch of a block that gets codes of its own.
struct BlockPart {
  /// Where it starts and ends in the buffer.
  var bytes: Range<Int>
  var sequences: Range<Int> = 0..<0
}

/// Cuts a block where codes of their own save more than they cost.
///
/// Cuts are sought on a grid: what is known of each of its places is how often every symbol came
/// before, and the cheapest cuts before a place are the cheapest among the places before that.
final class BlockSplit {
  /// For each place of the grid and each symbol, how often it came before.
  private let beforeMemory: Memory<UInt32>
  private let countMemory: Memory<UInt32>
  private let cellCapacity: Int

  private static let mostCells = 32
  /// A part of fewer bytes hardly pays for its codes.
  private static let leastCellByteCount = 512

  static func partCapacity(_ block: Int) -> Int {
    max(1, min(mostCells, block / leastCellByteCount))
  }

  static func heldByteCount(block: Int) -> Int {
    4 * SymbolCounts.count * (partCapacity(block) + 2)
  }

  /// - Throws: `DeflateError.outOfMemory`.
  init(block: Int) throws(DeflateError) {
    cellCapacity = Self.partCapacity(block)
    beforeMemory = try Memory(SymbolCounts.count * (cellCapacity + 1))
    countMemory = try Memory(SymbolCounts.count)
  }

  private func before(_ place: Int) -> SymbolCounts {
    SymbolCounts(base: beforeMemory.base + SymbolCounts.count * place)
  }

  /// The parts of the bytes that those sequences say, without their sequences.
  func parts(
    of bytes: Range<Int>, in buffer: UnsafePointer<UInt8>,
    _ sequences: UnsafeBufferPointer<Deflater.Sequence>
  ) -> [BlockPart] {
    let cells = max(1, min(cellCapacity, bytes.count / Self.leastCellByteCount))
    guard cells > 1 else { return [BlockPart(bytes: bytes)] }
    let grid = (0...cells).map { bytes.lowerBound + bytes.count * $0 / cells }
    count(grid, buffer, sequences)
    return cheapest(cells).map { BlockPart(bytes: grid[$0.lowerBound]..<grid[$0.upperBound]) }
  }

  private func count(
    _ grid: [Int], _ buffer: UnsafePointer<UInt8>,
    _ sequences: UnsafeBufferPointer<Deflater.Sequence>
  ) {
    let counts = countMemory.base
    counts.update(repeating: 0, count: SymbolCounts.count)
    var place = grid[0]
    var cell = 0
    func pass(to place: Int) {
      while cell < grid.count, grid[cell] <= place {
        before(cell).base.update(from: counts, count: SymbolCounts.count)
        cell += 1
      }
    }
    for sequence in sequences {
      var rest = Int(sequence.literalCount)
      while rest > 0 {
        pass(to: place)
        let next = min(place + rest, cell < grid.count ? grid[cell] : .max)
        rest -= next - place
        while place < next {
          counts[Int(buffer[place])] += 1
          place += 1
        }
      }
      guard sequence.length > 0 else { continue }
      pass(to: place)
      counts[MatchSymbols.length(Int(sequence.length)).symbol] += 1
      let distance = MatchSymbols.distance(Int(sequence.distance)).symbol
      counts[DeflateFormat.literalSymbolCount + distance] += 1
      place += Int(sequence.length)
    }
    pass(to: .max)
  }

  /// The cells of each part.
  private func cheapest(_ cells: Int) -> [Range<Int>] {
    let all = before(cells).base
    let symbols = (0..<SymbolCounts.count).filter { all[$0] > 0 }
    let counts = countMemory.base
    var costs = [0] + [Int](repeating: .max, count: cells)
    var starts = [Int](repeating: 0, count: cells + 1)
    counts.update(repeating: 0, count: SymbolCounts.count)
    for end in 1...cells {
      let upper = before(end).base
      for start in 0..<end {
        let lower = before(start).base
        for symbol in symbols { counts[symbol] = upper[symbol] &- lower[symbol] }
        let cost = costs[start] + SymbolCounts(base: counts).bitCost
        if cost < costs[end] { (costs[end], starts[end]) = (cost, start) }
      }
    }
    var ranges: [Range<Int>] = []
    var end = cells
    while end > 0 {
      ranges.append(starts[end]..<end)
      end = starts[end]
    }
    return ranges.reversed()
  }
}
