import Raster
import Testing

@Suite("Coefficient tables")
struct CoefficientTableTests {
  static let filters = ResamplingFilter.allCases.filter { $0 != .nearest }

  @Test("rows sum to exactly one, are mirrors of each other, and stay in range", arguments: filters)
  func exactness(filter: ResamplingFilter) throws {
    var generator = SeededGenerator(seed: 7)
    var pairs = [(1, 1), (1, 9), (2, 3), (3, 2), (7, 7), (4000, 1024), (10_000, 1), (5, 2), (6, 3)]
    for _ in 0..<40 {
      pairs.append(
        (Int.random(in: 1...300, using: &generator), Int.random(in: 1...300, using: &generator)))
    }
    for (inputCount, outputCount) in pairs {
      for bits in [nil, 14, 23] {
        let table = try CoefficientTable(
          inputCount: inputCount, outputCount: outputCount, filter: filter,
          narrowFractionBits: bits)
        expectSound(table, filter: filter, rows: Array(0..<outputCount))
      }
    }
  }

  @Test("random sizes up to a million", arguments: filters)
  func largeSizes(filter: ResamplingFilter) throws {
    var generator = SeededGenerator(seed: 11)
    // Debug builds are some twenty times slower, and are not to be waited for.
    #if DEBUG
      let limit = 20_000
    #else
      let limit = 1_000_000
    #endif
    for _ in 0..<3 {
      // One side large, the other one small enough to look at every row.
      let large = Int.random(in: 1000...limit, using: &generator)
      let small = Int.random(in: 1...9, using: &generator)
      for (inputCount, outputCount) in [(large, small), (small, large)] {
        let table = try CoefficientTable(
          inputCount: inputCount, outputCount: outputCount, filter: filter,
          narrowFractionBits: 23)
        let rows = outputCount < 10 ? Array(0..<outputCount) : [0, 1, outputCount / 2]
        expectSound(table, filter: filter, rows: rows)
      }
    }
    let longest = try CoefficientTable(
      inputCount: limit, outputCount: 1, filter: filter, narrowFractionBits: nil)
    expectSound(longest, filter: filter, rows: [0])
  }

  private func expectSound(_ table: CoefficientTable, filter: ResamplingFilter, rows: [Int]) {
    let (n, m) = (table.inputCount, table.outputCount)
    let pair = "\(filter) \(n) to \(m), \(table.fractionBits) bits"
    let weights = table.allWeights
    let one = 1 << table.fractionBits
    for row in rows {
      let mirror = m - 1 - row
      let count = Int(table.tapCounts[row])
      let first = Int(table.firstTaps[row])
      let taps = weights[row * table.tapStride..<row * table.tapStride + count]
      let mirrored = weights[mirror * table.tapStride..<mirror * table.tapStride + count]
      #expect(taps.reduce(0, +) == one, "\(pair)")
      #expect(taps.elementsEqual(mirrored.reversed()), "\(pair)")
      #expect(Int(table.firstTaps[mirror]) == n - first - count, "\(pair)")
      #expect(first >= 0 && count >= 1 && first + count <= n, "\(pair)")
      #expect(count <= table.maximumTapCount && table.maximumTapCount <= table.tapStride)
      // Kernels weigh whole groups of taps, and find zeros behind a row's own.
      #expect(table.tapStride.isMultiple(of: CoefficientTable.tapGroup))
      let rest = weights[row * table.tapStride + count..<(row + 1) * table.tapStride]
      #expect(rest.allSatisfy { $0 == 0 }, "\(pair)")
      // What `ResampleArithmetic` counts on is 2.
      #expect(taps.reduce(0) { $0 + abs($1) } < one * 7 / 4, "\(pair)")
    }
    let firsts = table.firstTaps
    #expect(zip(firsts, firsts.dropFirst()).allSatisfy { $0 <= $1 }, "\(pair)")
  }

  @Test("weights are those of the reference, to the bits that there are", arguments: filters)
  func values(filter: ResamplingFilter) throws {
    for (inputCount, outputCount) in [(50, 13), (13, 50), (7, 8)] {
      let table = try CoefficientTable(
        inputCount: inputCount, outputCount: outputCount, filter: filter, narrowFractionBits: nil)
      for input in 0..<inputCount {
        // An impulse comes out as the weights of its pixel.
        let impulse = Picture(inputCount, 1, PixelFormat(.gray, .eight)) { x, _, _ in
          x == input ? 1 : 0
        }
        let expected = ReferenceResampler(filter: filter).resample(
          impulse, to: PixelSize(width: outputCount, height: 1))
        for output in 0..<outputCount {
          let tap = input - Int(table.firstTaps[output])
          let isTap = tap >= 0 && tap < Int(table.tapCounts[output])
          let weight = isTap ? table.allWeights[output * table.tapStride + tap] : 0
          let difference = Double(weight) / Double(1 << 30) - expected[output]
          #expect(abs(difference) < 0x1p-29)
        }
      }
    }
  }

  @Test("narrow weights have as many bits as fit, and give way where they are too coarse")
  func precision() throws {
    func bits(_ inputCount: Int, _ outputCount: Int, upTo limit: Int?) throws -> Int {
      try CoefficientTable(
        inputCount: inputCount, outputCount: outputCount, filter: .lanczos3,
        narrowFractionBits: limit
      ).fractionBits
    }
    #expect(try bits(10, 20, upTo: 23) == 14)
    #expect(try bits(4000, 1024, upTo: 23) == 16)
    #expect(try bits(4000, 1024, upTo: 14) == 14)
    #expect(try bits(4000, 200, upTo: 14) == 30)
    #expect(try bits(4000, 200, upTo: 15) == 15)
    #expect(try bits(4000, 200, upTo: 23) == 19)
    #expect(try bits(4000, 1024, upTo: nil) == 30)
  }

  @Test("kernels are one in the middle, zero beyond their support, and even", arguments: filters)
  func kernels(filter: ResamplingFilter) {
    #expect(filter.weight(at: filter.support + 0.001) == 0)
    for step in 0..<400 {
      let x = Double(step) / 100
      #expect(filter.weight(at: x) == filter.weight(at: -x))
    }
    if filter == .lanczos3 || filter == .catmullRom || filter == .triangle {
      #expect(filter.weight(at: 0) == 1)
      for x in 1...4 { #expect(filter.weight(at: Double(x)) == 0) }
    }
  }

  @Test("an axis beyond what places can be counted for is refused")
  func overflow() {
    #expect(throws: SizeOverflow.self) {
      try CoefficientTable(
        inputCount: 1 << 31, outputCount: 1, filter: .lanczos3, narrowFractionBits: nil)
    }
  }
}

extension CoefficientTable {
  var allWeights: [Int] {
    switch weights {
    case .narrow(let weights): weights.map { Int($0) }
    case .wide(let weights): weights.map { Int($0) }
    }
  }
}
