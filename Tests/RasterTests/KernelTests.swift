import Raster
import Testing

@Suite("Kernels and their plain counterparts agree bit for bit")
struct KernelTests {
  /// Rows in a ring, with random bytes, starting at every slot.
  private struct Ring {
    let bytes: [UInt8]
    let bytesPerSlot: Int
    let slotCount: Int

    init(rowByteCount: Int, slotCount: Int = 5, generator: inout SeededGenerator) {
      bytesPerSlot = rowByteCount + 3
      self.slotCount = slotCount
      bytes = (0..<bytesPerSlot * slotCount).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
    }

    /// All elements are the least or the greatest that there are.
    init(extremesOf element: any FixedWidthInteger.Type, count: Int, slotCount: Int) {
      var generator = SeededGenerator(seed: UInt64(count))
      bytesPerSlot = count * element.bitWidth / 8
      self.slotCount = slotCount
      bytes = (0..<count * slotCount).flatMap { _ in
        let isGreatest = Bool.random(using: &generator)
        let bytes: [UInt8] = isGreatest ? [255, 127] : [0, 128]
        return bytes.prefix(element.bitWidth / 8)
      }
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

  private func sums<Sum: FixedWidthInteger>(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<Sum>) -> Void
  ) -> [Sum] {
    var out = [Sum](repeating: -1, count: count)
    out.withUnsafeMutableBufferPointer { body($0) }
    return out
  }

  @Test("columns weighed with 16 bits, for every length up to 70 and up to 40 taps")
  func vertical() {
    var generator = SeededGenerator(seed: 3)
    for length in 0...70 {
      let count = 1 + length * 7 % 40
      let ring = Ring(rowByteCount: length * 2, slotCount: 40, generator: &generator)
      let weights = (0..<count).map { _ in Int16.random(in: -9000...9000, using: &generator) }
      let start = Int32.random(in: -1000...1000, using: &generator)
      ring.withRows(first: length % 40, count: count) { rows in
        expectEqualSums(of: rows, length, weights, start: start, shift: (bytes: 6, words: 2))
      }
    }
  }

  @Test("columns weighed with 16 bits into 16, extremes too, for every length up to 70")
  func narrowVertical() {
    var generator = SeededGenerator(seed: 13)
    for length in 0...70 {
      let count = 1 + length * 7 % 40
      // Weights that sum to 1.75 in absolute value, as a row of a table does at the very most.
      let weights = (0..<count).map { tap in
        Int16(clamping: (tap.isMultiple(of: 2) ? 7 : -7) * (1 << 13) / count)
      }
      func check(_ ring: Ring) {
        ring.withRows(first: Int.random(in: 0..<40, using: &generator), count: count) { rows in
          expectEqualWords(of: rows, length, weights)
        }
      }
      check(Ring(rowByteCount: length * 2, slotCount: 40, generator: &generator))
      check(Ring(extremesOf: UInt8.self, count: length * 2, slotCount: 40))
      check(Ring(extremesOf: Int16.self, count: length, slotCount: 40))
    }
  }

  // Into 32 bits.
  private func expectEqualSums(
    of rows: TapRows, _ length: Int, _ weights: [Int16], start: Int32,
    shift: (bytes: Int, words: Int)
  ) {
    expectEqual(rows, of: UInt8.self, length, weights, start, shift.bytes) {
      VerticalKernels.weigh(
        bytes: rows, by: weights.span, start: start, shift: shift.bytes,
        into: $0 as UnsafeMutableBufferPointer<Int32>)
    }
    expectEqual(rows, of: Int16.self, length, weights, start, shift.words) {
      VerticalKernels.weigh(
        words: rows, by: weights.span, start: start, shift: shift.words,
        into: $0 as UnsafeMutableBufferPointer<Int32>)
    }
  }

  // The same into 16 bits, as between the passes: bytes with 7 more, words with one less.
  private func expectEqualWords(of rows: TapRows, _ length: Int, _ weights: [Int16]) {
    let half: Int32 = 1 << 7
    let start = half - weights.reduce(0) { $0 + 128 * Int32($1) }
    expectEqual(rows, of: UInt8.self, length, weights, start, 8) {
      VerticalKernels.weigh(
        bytes: rows, by: weights.span, start: start, shift: 8,
        into: $0 as UnsafeMutableBufferPointer<Int16>)
    }
    expectEqual(rows, of: Int16.self, length, weights, 1 << 15, 16) {
      VerticalKernels.weigh(
        words: rows, by: weights.span, start: 1 << 15, shift: 16,
        into: $0 as UnsafeMutableBufferPointer<Int16>)
    }
  }

  // By the widest vectors that this processor has, by those that all have, and plainly, into 32 bits:
  // nothing is cut off where less is asked for.
  private func expectEqual<
    Element: FixedWidthInteger & SIMDScalar & BitwiseCopyable,
    Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable
  >(
    _ rows: TapRows, of element: Element.Type, _ length: Int, _ weights: [Int16], _ start: Int32,
    _ shift: Int, widely: (UnsafeMutableBufferPointer<Sum>) -> Void
  ) {
    let plain: [Int32] = sums(length) {
      VerticalKernels.weighOneByOne(
        rows, of: element, by: weights.span, start: start, shift: shift, into: $0)
    }
    let wide = sums(length, widely)
    #expect(wide.map { Int32($0) } == plain)
    let narrow: [Sum] = sums(length) {
      VerticalKernels.weigh(
        rows, of: element, by: weights.span, start: start, shift: shift, into: $0)
    }
    #expect(narrow == wide)
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

  @Test("rows weighed with 16 and with 30 bits, for every length up to 70", arguments: 1...4)
  func horizontal(channelCount: Int) throws {
    var generator = SeededGenerator(seed: 5)
    for length in 1...70 {
      let outputCount = Int.random(in: 1...40, using: &generator)
      // Every other row has nothing but extremes. Beyond the pixels there is what must not count.
      let samples = (0..<length * channelCount + HorizontalKernels.padding).map { _ in
        length.isMultiple(of: 2)
          ? Int16.random(in: Int16.min...Int16.max, using: &generator)
          : Bool.random(using: &generator) ? Int16.max : Int16.min
      }
      let wideSamples = samples.map { Int32($0) * 3 }
      let filter = ResamplingFilter.allCases[length % 5]
      for bits in [15, nil] {
        let table = try CoefficientTable(
          inputCount: length, outputCount: outputCount, filter: filter, narrowFractionBits: bits)
        let resultCount = outputCount * channelCount
        switch table.weights {
        case .narrow(let weights):
          samples.withUnsafeBufferPointer { row in
            func run(
              _ kernel: (
                UnsafeBufferPointer<Int16>, Int, borrowing CoefficientTable, Span<Int16>,
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
          }
        case .wide(let weights):
          wideSamples.withUnsafeBufferPointer { row in
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

  @Test("alpha multiplied in, for every length up to 70")
  func premultiply() {
    var generator = SeededGenerator(seed: 6)
    for length in 0...70 {
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
        let factor = index % 4 == 3 ? 256 : Int(row[index])
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

  /// Alpha and colours of one pixel by whole numbers alone.
  private func levels(of sums: ArraySlice<Int32>, bits: Int) -> [UInt8] {
    let weighed = sums.map { Int64($0) + 1 << Int64(15 + bits) }
    let weight = weighed[weighed.count - 1]
    let unit = Int64(256) << Int64(bits)
    let alpha = max(0, min(255, (weight + unit / 2) / unit))
    let colours = weighed.dropLast().map { colour in
      alpha == 0 ? 0 : min(255, (512 * max(0, colour) + weight) / (2 * weight))
    }
    return (colours + [alpha]).map { UInt8($0) }
  }

  // By the widest vectors that this processor has, by what all have, and plainly.
  private func expectExactLevels(of sums: [Int32], channelCount: Int, bits: Int) {
    func finished(
      _ body: (UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> [UInt8] {
      var out = [UInt8](repeating: 0xa5, count: sums.count)
      sums.withUnsafeBufferPointer { sums in out.withUnsafeMutableBufferPointer { body(sums, $0) } }
      return out
    }
    let expected = stride(from: 0, to: sums.count, by: channelCount).flatMap {
      levels(of: sums[$0..<$0 + channelCount], bits: bits)
    }
    let fast = finished {
      FinishKernels.unpremultiply($0, channelCount: channelCount, bits: bits, into: $1)
    }
    #expect(fast == expected)
    let narrow = finished {
      FinishKernels.unpremultiplyNarrowly(
        $0, channelCount: channelCount, .init(bits: bits), into: $1)
    }
    #expect(narrow == expected)
    let plain = finished {
      FinishKernels.unpremultiplyOneByOne($0, channelCount: channelCount, bits: bits, into: $1)
    }
    #expect(plain == expected)
  }

  @Test(
    "colour divided by alpha is exact: ties and their neighbours, overshoot, any alpha",
    arguments: [2, 4], [1, 7, 14, 15])
  func unpremultiplyTies(channelCount: Int, bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    let centre = Int64(1) << Int64(15 + bits)
    let full = Int64(255 * 256) << Int64(bits)
    let half = Int64(128) << Int64(bits)
    for length in 0...70 {
      var sums: [Int32] = []
      for _ in 0..<length {
        let near = Int64.random(in: -2...2, using: &generator)
        // Opaque, any at all, nothing at all, where an alpha of 0 ends, and more than opaque.
        let alphas = [
          full, Int64.random(in: 0...full, using: &generator), 0, half + near,
          full + full / 256 * Int64.random(in: 0...(bits < 15 ? 200 : 0), using: &generator),
        ]
        let weight = alphas[Int.random(in: 0..<alphas.count, using: &generator)]
        for _ in 1..<channelCount {
          // Half-way between two levels as nearly as whole numbers can, and next to that.
          let level = Int64.random(in: -40...280, using: &generator)
          let colour = weight * (2 * level + 1) / 512 + Int64.random(in: -2...2, using: &generator)
          sums.append(Int32(clamping: colour - centre))
        }
        sums.append(Int32(clamping: weight - centre))
      }
      expectExactLevels(of: sums, channelCount: channelCount, bits: bits)
    }
  }

  @Test("colour divided by every alpha there is for a pixel, half-way between two levels")
  func unpremultiplyEveryAlpha() {
    // Without fraction bits: each of 65,281 weights, with ties and what is next to them.
    var sums: [Int32] = []
    for weight in 0...255 * 256 {
      for offset in -1...1 {
        sums.append(Int32(weight * (2 * (weight % 255) + 1) / 512 + offset - 1 << 15))
      }
      sums.append(Int32(weight - 1 << 15))
    }
    expectExactLevels(of: sums, channelCount: 4, bits: 0)
  }

  @Test("sums are rounded half up, once, and clamped")
  func rounding() {
    let bits = 8
    let sums: [Int32] = (-70_000...70_000).map { Int32($0) } + [.min, .max - 128]
    func rounded(
      _ body: (UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> [UInt8] {
      var out = [UInt8](repeating: 0xa5, count: sums.count)
      sums.withUnsafeBufferPointer { sums in out.withUnsafeMutableBufferPointer { body(sums, $0) } }
      return out
    }
    let expected = sums.map { sum in
      UInt8(min(max((Double(sum) / 256 + 128.5).rounded(.down), 0), 255))
    }
    #expect(rounded { FinishKernels.round($0, bits: bits, into: $1) } == expected)
    #expect(rounded { FinishKernels.roundNarrowly($0, bits: bits, into: $1) } == expected)
  }

  @Test("sums are rounded for every length up to 70")
  func roundingLengths() {
    var generator = SeededGenerator(seed: 9)
    for length in 0...70 {
      let sums = (0..<length).map { _ in
        Int32.random(in: -3 << 28...3 << 28, using: &generator)
      }
      for bits in [0, 15, 22] {
        var fast = [UInt8](repeating: 0xa5, count: length)
        var narrow = [UInt8](repeating: 0x5a, count: length)
        sums.withUnsafeBufferPointer { sums in
          fast.withUnsafeMutableBufferPointer {
            FinishKernels.round(sums, bits: bits, into: $0)
          }
          narrow.withUnsafeMutableBufferPointer {
            FinishKernels.roundNarrowly(sums, bits: bits, into: $0)
          }
        }
        #expect(fast == narrow)
      }
    }
  }
}
