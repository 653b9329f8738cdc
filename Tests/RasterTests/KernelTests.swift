import Raster
import Testing

@Suite("Kernels and their plain counterparts agree bit for bit")
struct KernelTests {
  /// Rows in a ring, with random bytes, starting at every slot.
  private struct Ring {
    let bytes: [UInt8]
    let bytesPerSlot: Int
    let slotCount = 5

    init(rowByteCount: Int, generator: inout SeededGenerator) {
      bytesPerSlot = rowByteCount + 3
      bytes = (0..<bytesPerSlot * 5).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    func withRows(first: Int, count: Int, _ body: (TapRows) -> Void) {
      bytes.withUnsafeBytes {
        body(
          TapRows(
            slots: $0, bytesPerSlot: bytesPerSlot, slotCount: slotCount, firstSlot: first,
            count: count))
      }
    }
  }

  private func sums(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<Int32>) -> Void
  ) -> [Int32] {
    var out = [Int32](repeating: -1, count: count)
    out.withUnsafeMutableBufferPointer { body($0) }
    return out
  }

  @Test("columns weighed with 16 bits, for every length up to 67")
  func vertical() {
    var generator = SeededGenerator(seed: 3)
    for length in 0...67 {
      let ring = Ring(rowByteCount: length * 2, generator: &generator)
      let count = 1 + length % 5
      let first = length % 5
      let weights = (0..<count).map { _ in Int16.random(in: -9000...9000, using: &generator) }
      let start = Int32.random(in: -1000...1000, using: &generator)
      ring.withRows(first: first, count: count) { rows in
        let bytes = sums(length) {
          VerticalKernels.weigh(bytes: rows, by: weights.span, start: start, shift: 6, into: $0)
        }
        let plainBytes = sums(length) {
          VerticalKernels.weighOneByOne(
            rows, of: UInt8.self, by: weights.span, start: start, shift: 6, into: $0)
        }
        #expect(bytes == plainBytes)
        let words = sums(length) {
          VerticalKernels.weigh(words: rows, by: weights.span, start: start, shift: 2, into: $0)
        }
        let plainWords = sums(length) {
          VerticalKernels.weighOneByOne(
            rows, of: Int16.self, by: weights.span, start: start, shift: 2, into: $0)
        }
        #expect(words == plainWords)
        // On a processor with wider vectors, those that all have are tested, too.
        let narrowBytes = sums(length) {
          VerticalKernels.weigh(
            rows, of: UInt8.self, by: weights.span, start: start, shift: 6, into: $0)
        }
        #expect(narrowBytes == plainBytes)
        let narrowWords = sums(length) {
          VerticalKernels.weigh(
            rows, of: Int16.self, by: weights.span, start: start, shift: 2, into: $0)
        }
        #expect(narrowWords == plainWords)
      }
    }
  }

  @Test("columns weighed with 30 bits, for every length up to 67")
  func wideVertical() {
    var generator = SeededGenerator(seed: 4)
    func check<Element>(_ type: Element.Type, length: Int, shift: Int)
    where Element: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable {
      let ring = Ring(rowByteCount: length * MemoryLayout<Element>.size, generator: &generator)
      let count = 1 + length % 5
      let limit: Int32 = 1 << 30
      let weights = (0..<count).map { _ in
        Int32.random(in: -limit / 4...limit / 4, using: &generator)
      }
      ring.withRows(first: (length + 2) % 5, count: count) { rows in
        let fast = sums(length) {
          WideVerticalKernels.weigh(
            rows, of: type, by: weights.span, start: 77, shift: shift, into: $0)
        }
        let plain = sums(length) {
          WideVerticalKernels.weighOneByOne(
            rows, of: type, by: weights.span, start: 77, shift: shift, into: $0)
        }
        #expect(fast == plain)
      }
    }
    for length in 0...67 {
      check(UInt8.self, length: length, shift: 7)
      check(UInt16.self, length: length, shift: 16)
      check(UInt32.self, length: length, shift: 31)
    }
  }

  @Test("rows weighed with 16 and with 30 bits, for every length up to 67", arguments: 1...4)
  func horizontal(channelCount: Int) throws {
    var generator = SeededGenerator(seed: 5)
    for length in 1...67 {
      let outputCount = Int.random(in: 1...40, using: &generator)
      let inputs = (0..<length * channelCount + HorizontalKernels.padding).map { _ in
        Int32.random(in: -50_000...50_000, using: &generator)
      }
      let filter = ResamplingFilter.allCases[length % 5]
      for bits in [14, nil] {
        let table = try CoefficientTable(
          inputCount: length, outputCount: outputCount, filter: filter, narrowFractionBits: bits)
        let resultCount = outputCount * channelCount
        inputs.withUnsafeBufferPointer { row in
          switch table.weights {
          case .narrow(let weights):
            func run(
              _ kernel: (
                UnsafeBufferPointer<Int32>, Int, borrowing CoefficientTable, Span<Int16>,
                UnsafeMutableBufferPointer<Int32>
              ) -> Void
            ) -> [Int32] {
              var out = [Int32](repeating: 0, count: resultCount + HorizontalKernels.padding)
              out.withUnsafeMutableBufferPointer {
                kernel(row, channelCount, table, weights.span, $0)
              }
              return Array(out.prefix(resultCount))
            }
            let fast = run {
              HorizontalKernels.weigh($0, channelCount: $1, table: $2, weights: $3, into: $4)
            }
            let plain = run {
              HorizontalKernels.weighOneByOne(
                $0, channelCount: $1, table: $2, weights: $3, into: $4)
            }
            #expect(fast == plain)
            let narrow = run {
              HorizontalKernels.weighNarrowly(
                $0, channelCount: $1, table: $2, weights: $3, into: $4)
            }
            #expect(narrow == plain)
          case .wide(let weights):
            func run(
              _ kernel: (
                UnsafeBufferPointer<Int32>, Int, borrowing CoefficientTable, Span<Int32>,
                UnsafeMutableBufferPointer<Int64>
              ) -> Void
            ) -> [Int64] {
              var out = [Int64](repeating: 0, count: resultCount + HorizontalKernels.padding)
              out.withUnsafeMutableBufferPointer {
                kernel(row, channelCount, table, weights.span, $0)
              }
              return Array(out.prefix(resultCount))
            }
            let fast = run {
              WideHorizontalKernels.weigh($0, channelCount: $1, table: $2, weights: $3, into: $4)
            }
            let plain = run {
              WideHorizontalKernels.weighOneByOne(
                $0, channelCount: $1, table: $2, weights: $3, into: $4)
            }
            #expect(fast == plain)
          }
        }
      }
    }
  }

  @Test("alpha multiplied in, for every length up to 67")
  func premultiply() {
    var generator = SeededGenerator(seed: 6)
    for length in 0...67 {
      let row = (0..<length * 4).map { _ in UInt8.random(in: 0...255, using: &generator) }
      func products(
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Void
      ) -> [UInt16] {
        var out = [UInt16](repeating: 0, count: length * 4)
        row.withUnsafeBytes { source in out.withUnsafeMutableBytes { body(source, $0) } }
        return out
      }
      let fast = products { PremultiplyKernels.premultiplyRGBA8($0, into: $1) }
      let plain = products {
        PremultiplyKernels.premultiplyOneByOne(
          $0, of: UInt8.self, channelCount: 4, bias: 1 << 15, into: $1, of: UInt16.self)
      }
      #expect(fast == plain)
      for (index, product) in fast.enumerated() {
        let alpha = Int(row[index / 4 * 4 + 3])
        let factor = index % 4 == 3 ? 255 : Int(row[index])
        guard Int(product ^ 0x8000) == factor * alpha else {
          Issue.record("sample \(index) of \(length) pixels")
          return
        }
      }
    }
  }

  @Test("every 8-bit colour under every alpha comes back, and as 0 under none")
  func unpremultiply() {
    let row = (0...255).flatMap { alpha in
      (0...255).flatMap { [UInt8($0), UInt8(alpha)] }
    }
    var products = [UInt16](repeating: 0, count: row.count)
    row.withUnsafeBytes { source in
      products.withUnsafeMutableBytes {
        PremultiplyKernels.premultiplyOneByOne(
          source, of: UInt8.self, channelCount: 2, bias: 1 << 15, into: $0, of: UInt16.self)
      }
    }
    let expected = stride(from: 0, to: row.count, by: 2).flatMap {
      [row[$0 + 1] == 0 ? 0 : row[$0], row[$0 + 1]]
    }
    for bits in [0, 8, 14] {
      let sums = products.map { Int32(Int16(bitPattern: $0)) << Int32(bits) }
      var out = [UInt8](repeating: 0xa5, count: row.count)
      sums.withUnsafeBufferPointer { sums in
        out.withUnsafeMutableBufferPointer {
          FinishKernels.unpremultiply(sums, channelCount: 2, bits: bits, into: $0)
        }
      }
      #expect(out == expected)
    }
  }

  @Test(
    "opaque and transparent pixels come out as from the division that others need",
    arguments: [1, 7, 14, 15])
  func unpremultiplyOpaque(bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    let centre = Int32(1) << Int32(15 + bits)
    let full = Int32(255 * 255) << Int32(bits)
    var sums: [Int32] = []
    for _ in 0..<4000 {
      for _ in 0..<3 {
        // Also what overshoots, which leaves 15 bits no room, and the ties of the division.
        let level = Int32.random(in: bits < 15 ? -300...511 : 0...254, using: &generator)
        let tie = (level &* 255) << Int32(bits) &+ Int32(255) << Int32(bits - 1)
        let near = Int32.random(in: -2...2, using: &generator)
        sums.append(min(max(tie, -(1 << 29)), full &+ 1 << 20) &+ near &- centre)
      }
      // Opaque, between, nothing at all, and where an alpha of 0 ends.
      let near = Int32.random(in: -2...2, using: &generator)
      let alphas = [full, full / 3, 0, near, Int32(255) << Int32(bits - 1) &+ near]
      sums.append(alphas[Int.random(in: 0..<alphas.count, using: &generator)] &- centre)
    }
    func finished(_ body: (UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<UInt8>) -> Void)
      -> [UInt8]
    {
      var out = [UInt8](repeating: 0xa5, count: sums.count)
      sums.withUnsafeBufferPointer { sums in out.withUnsafeMutableBufferPointer { body(sums, $0) } }
      return out
    }
    let fast = finished { FinishKernels.unpremultiply($0, channelCount: 4, bits: bits, into: $1) }
    let plain = finished {
      FinishKernels.unpremultiplyOneByOne($0, channelCount: 4, bits: bits, from: 0, into: $1)
    }
    #expect(fast == plain)
  }

  @Test("sums are rounded half up, once, and clamped")
  func rounding() {
    let bits = 8
    let sums: [Int32] = (-70_000...70_000).map { Int32($0) }
    var out = [UInt8](repeating: 0, count: sums.count)
    sums.withUnsafeBufferPointer { sums in
      out.withUnsafeMutableBufferPointer { FinishKernels.round(sums, bits: bits, into: $0) }
    }
    for (sum, level) in zip(sums, out) {
      let expected = min(max((Double(sum) / 256 + 128.5).rounded(.down), 0), 255)
      guard Double(level) == expected else {
        Issue.record("\(sum) became \(level)")
        return
      }
    }
  }
}
