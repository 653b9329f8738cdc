import Raster
import TestSupport
import Testing

@testable import ImageCodecs

@Suite("PNG row filters") struct PNGFilterTests {
  /// The row above and filtered rows, with margins, and room for what they come to.
  private struct Rows {
    let slot: Int
    var bytes: [UInt8]

    init(_ rowCount: Int = 2, count: Int, _ random: inout SplitMix64) {
      slot = count + 1 + 2 * UnfilterKernels.margin
      bytes = (0..<(2 * rowCount + 1) * slot).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
  }

  @Test("undoing is the same by vectors, alone and in pairs", arguments: [1, 2, 3, 4, 6, 8])
  func unfilter(pixelByteCount: Int) {
    var random = SplitMix64(seed: UInt64(pixelByteCount))
    for pixelCount in Array(1...9) + [16, 17, 33, 40] {
      let count = pixelCount * pixelByteCount
      for first in 0...4 as ClosedRange<UInt8> {
        for second in 0...4 as ClosedRange<UInt8> {
          var rows = Rows(count: count, &random)
          let slot = rows.slot
          rows.bytes[slot] = first
          rows.bytes[2 * slot] = second
          let results = rows.bytes.withUnsafeMutableBufferPointer { bytes -> [[UInt8]] in
            guard let base = bytes.baseAddress else { return [] }
            func row(_ index: Int) -> UnfilterKernels.Row {
              UnfilterKernels.Row(filtered: base + index * slot, target: base + (index + 2) * slot)
            }
            func results() -> [UInt8] {
              Array(bytes[3 * slot..<3 * slot + count]) + Array(bytes[4 * slot..<4 * slot + count])
            }
            let above = UnsafePointer(base)
            UnfilterKernels.unfilterOneByOne(
              row(1), above: above, count: count, pixelByteCount: pixelByteCount)
            UnfilterKernels.unfilterOneByOne(
              row(2), above: base + 3 * slot, count: count, pixelByteCount: pixelByteCount)
            let plain = results()
            let done = UnfilterKernels.unfilterPair(
              row(1), row(2), above: above, count: count, pixelByteCount: pixelByteCount)
            if done == 1 {
              let isDone = UnfilterKernels.unfilter(
                row(2), above: base + 3 * slot, count: count, pixelByteCount: pixelByteCount)
              #expect(isDone)
            }
            let paired = results()
            for index in 1...2 {
              let above = index == 1 ? above : UnsafePointer(base + 3 * slot)
              let isDone = UnfilterKernels.unfilter(
                row(index), above: above, count: count, pixelByteCount: pixelByteCount)
              #expect(isDone)
            }
            return [plain, paired, results()]
          }
          #expect(results[0] == results[1], "filters \(first), \(second), \(pixelCount) pixels")
          #expect(results[0] == results[2], "filters \(first), \(second), \(pixelCount) pixels")
        }
      }
    }
  }

  @Test("undoing is the same whatever filters meet, by fours too", arguments: [3, 4])
  func unfilterGroups(pixelByteCount: Int) {
    var random = SplitMix64(seed: 4)
    for filters in 0..<625 {
      // Fours, and what is left over.
      let rowCount = 4 + filters % 4
      let count = Int.random(in: 1...24, using: &random) * pixelByteCount
      let slotByteCount = count + UnfilterKernels.margin
      let slotStart = rowCount * (count + 1) + UnfilterKernels.margin
      var bytes = (0..<slotStart + (rowCount + 1) * slotByteCount).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      for index in 0..<rowCount {
        let divisor = [1, 5, 25, 125][index % 4]
        bytes[index * (count + 1)] = UInt8(filters / divisor % 5)
      }
      bytes.withUnsafeMutableBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        let rows = UnfilterKernels.Rows(
          filtered: base, slots: base + slotStart, slotByteCount: slotByteCount, byteCount: count,
          pixelByteCount: pixelByteCount)
        func results() -> [[UInt8]] {
          (0..<rowCount).map {
            Array(UnsafeBufferPointer(start: rows.row($0).target, count: count))
          }
        }
        for index in 0..<rowCount {
          UnfilterKernels.unfilterOneByOne(
            rows.row(index), above: rows.above(index), count: count,
            pixelByteCount: pixelByteCount)
        }
        let plain = results()
        for index in 0..<rowCount { rows.row(index).target.update(repeating: 0xA5, count: count) }
        #expect(UnfilterKernels.unfilter(rows, rowCount: rowCount))
        #expect(results() == plain, "filters \(filters), \(rowCount) rows of \(count) bytes")
        base[(count + 1) * Int.random(in: 0..<rowCount, using: &random)] = 5
        #expect(!UnfilterKernels.unfilter(rows, rowCount: rowCount))
      }
    }
  }

  @Test("a filter that does not exist is told")
  func unknownFilter() {
    var bytes = [UInt8](repeating: 0, count: 200)
    bytes[20] = 5
    bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      let row = UnfilterKernels.Row(filtered: base + 20, target: base + 100)
      #expect(!UnfilterKernels.unfilter(row, above: base + 60, count: 3, pixelByteCount: 3))
      #expect(
        UnfilterKernels.unfilterPair(row, row, above: base + 60, count: 3, pixelByteCount: 3) == 0)
    }
  }

  @Test(
    "filtering by vectors is what it is byte by byte, and the best filter is the best",
    arguments: [1, 2, 3, 4, 6, 8])
  func filter(pixelByteCount: Int) {
    var random = SplitMix64(seed: UInt64(20 + pixelByteCount))
    let margin = FilterKernels.margin
    for pixelCount in Array(1...17) + [40, 700] {
      let count = pixelCount * pixelByteCount
      // Small values make near ties of the choice.
      for largest in [3, 40, 255] as [UInt8] {
        func row() -> [UInt8] {
          let bytes = (0..<count).map { _ in UInt8.random(in: 0...largest, using: &random) }
          return [UInt8](repeating: 0, count: margin) + bytes + [UInt8](repeating: 7, count: margin)
        }
        let (here, above) = (row(), row())
        here.withUnsafeBufferPointer { here in
          above.withUnsafeBufferPointer { above in
            guard let here = here.baseAddress, let above = above.baseAddress else { return }
            var sums: [Int] = []
            for filter in 0...4 as ClosedRange<UInt8> {
              let plain = (0..<count).map { x in
                FilterKernels.filtered(filter, here + margin, above + margin, x, pixelByteCount)
              }
              var filtered = [UInt8](repeating: 0, count: count + margin)
              filtered.withUnsafeMutableBufferPointer {
                guard let target = $0.baseAddress else { return }
                FilterKernels.filter(
                  filter, here + margin, above: above + margin, count: count,
                  pixelByteCount: pixelByteCount, into: target)
              }
              #expect(Array(filtered.prefix(count)) == plain, "filter \(filter)")
              sums.append(plain.reduce(0) { $0 + min(8, Int(min($1, 0 &- $1))) })
            }
            for isWide in Set([false, WideVectors.areAvailable]) {
              let best = FilterKernels.best(
                for: here + margin, above: above + margin, count: count,
                pixelByteCount: pixelByteCount, isWide: isWide)
              #expect(sums[Int(best)] == sums.min())
              #expect(Int(best) == sums.firstIndex(of: sums.min() ?? 0))
            }
          }
        }
      }
    }
  }
}
