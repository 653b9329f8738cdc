import TestSupport
import Testing

@testable import ConcurrencyPrimitives

// A1 (a load before the first store): a cell cannot be made without a value.

@Suite(.timeLimit(.minutes(5))) struct ConfigurationCellTests {
  /// A value of several words, which a torn read would show.
  private struct Words: Hashable {
    let words: [Int]
    let first: Int
    let sum: Int

    init(_ seed: Int) {
      words = (0..<8).map { seed &+ $0 }
      first = seed
      sum = words.reduce(0, &+)
    }

    var isWhole: Bool { words.first == first && words.reduce(0, &+) == sum }
  }

  @Test("A2: with 4 writers and 4 readers, every load is one of the stored values")
  func loadsAreWhole() async throws {
    let cell = ConfigurationCell(Words(0))
    try await onThreads(8) { index in
      for round in 0..<10_000 {
        if index < 4 {
          cell.update { $0 = Words(index * 1_000_000 + round) }
        } else {
          let snapshot = cell.snapshot
          if !snapshot.value.isWhole { Issue.record("a torn read") }
        }
      }
    }
    #expect(cell.snapshot.value.isWhole)
  }

  @Test("A3: of values swapped in by many threads, none is lost and none comes twice")
  func swapsLoseNothing() async throws {
    let cell = ConfigurationCell(0)
    let returned = Log<Int>()
    try await onThreads(16) { index in
      for round in 1...500 {
        let value = index * 500 + round
        var before = 0
        cell.update {
          before = $0
          $0 = value
        }
        returned.append(before)
      }
    }
    let all = returned.entries + [cell.snapshot.value]
    #expect(all.sorted() == Array(0...8000))
    #expect(cell.snapshot.generation == 8001)
  }

  @Test("A4: chains of compare-and-swap from many threads reach the end exactly")
  func updatesAreExact() async throws {
    let cell = ConfigurationCell(0)
    try await onThreads(16) { _ in
      for _ in 0..<1000 { cell.update { $0 += 1 } }
    }
    #expect((cell.snapshot.value, cell.snapshot.generation) == (16_000, 16_001))
  }

  @Test("A5: a snapshot stays what it was; an equal value makes no new generation")
  func snapshotsStay() {
    let cell = ConfigurationCell(["workers": 4])
    let before = cell.snapshot
    #expect(cell.update { $0["workers"] = 4 }.generation == 1)
    #expect(cell.update { $0["workers"] = 8 }.generation == 2)
    #expect((before.value, before.generation) == (["workers": 4], 1))
  }
}
