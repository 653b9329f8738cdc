import Glibc
import TestSupport
import Testing

@testable import Deflate

@Suite("Byte histogram") struct ByteHistogramTests {
  @Test("the logarithm is that of real numbers, off by 3/256 at most, and never falls")
  func logarithm() {
    var numbers = SplitMix64(seed: 4)
    let values =
      (1...70_000).map(UInt32.init)
      + (0..<10_000).map { _ in UInt32.random(in: 1..<1 << 31, using: &numbers) }.sorted()
    var previous = 0
    for value in values {
      let logarithm = ByteHistogram.log2(value)
      #expect(abs(Double(logarithm) - 256 * Glibc.log2(Double(value))) <= 3)
      #expect(logarithm >= previous)
      previous = logarithm
    }
    for exponent in UInt32(0)..<31 {
      #expect(ByteHistogram.log2(1 << exponent) == Int(exponent) << 8)
    }
  }

  @Test("the entropy is Shannon's", arguments: [0, 1, 2, 3, 4, 7, 256, 100_001])
  func entropy(count: Int) {
    var numbers = SplitMix64(seed: UInt64(count))
    // Small bytes are the most frequent.
    let bytes = (0..<count).map { _ in
      UInt8.random(in: 0...255, using: &numbers) & UInt8.random(in: 0...255, using: &numbers)
    }
    let counts = Dictionary(grouping: bytes) { $0 }.mapValues { Double($0.count) }
    let exact = counts.values.reduce(0) { $0 + $1 * Glibc.log2(Double(count) / $1) }
    #expect(abs(Double(entropy(of: [bytes])) - exact) <= 1 + Double(count) * 6 / 256)
    // It does not matter in how many parts they come.
    let parts = [bytes.prefix(count / 3), bytes.dropFirst(count / 3)].map(Array.init)
    #expect(entropy(of: parts) == entropy(of: [bytes]))
  }

  @Test("one byte alone takes nothing")
  func constant() {
    #expect(entropy(of: [[UInt8](repeating: 7, count: 1000)]) == 0)
  }

  private func entropy(of parts: [[UInt8]]) -> Int {
    var histogram = ByteHistogram()
    for part in parts { part.withUnsafeBytes { histogram.add($0) } }
    return histogram.entropy
  }
}
