import CZlib
import TestSupport
import Testing

@testable import Deflate

@Suite("Deflater", .timeLimit(.minutes(10))) struct DeflaterTests {
  static let efforts: [Deflater.Effort] = [
    .store, .runs, .matches(depth: 1, patience: 32), .matches(depth: 1, patience: 1),
    .lazyMatches(depth: 4, patience: 64),
    .lazyMatches(depth: 16, patience: .max), .lazyMatches(depth: 1000, patience: .max),
    .shortestPath(depth: 1, passCount: 1), .shortestPath(depth: 100, passCount: 3),
    .shortestPath(depth: 8, passCount: 5),
  ]

  static func deflate(
    _ bytes: [UInt8], _ effort: Deflater.Effort, pieceByteCount: Int = .max
  ) throws -> [UInt8] {
    var stream: [UInt8] = []
    let deflater = try Deflater(effort: effort, byteCount: bytes.count)
    var start = 0
    while start < bytes.count {
      let end = start + min(pieceByteCount, bytes.count - start)
      try bytes[start..<end].withUnsafeBytes { try deflater.write($0) { stream += $0 } }
      start = end
    }
    try deflater.finish { stream += $0 }
    return stream
  }

  @Test("zlib inflates what it makes, at every effort and of every length", arguments: efforts)
  func roundTrip(effort: Deflater.Effort) throws {
    let counts = [0, 1, 2, 3, 4, 5, 9, 64, 257, 258, 259, 1000, 40_000, 110_000]
    for count in counts {
      for bytes in Content.samples(count, seed: UInt64(count)) {
        let stream = try Self.deflate(bytes, effort)
        #expect(Zlib.inflate(stream, byteCount: count) == bytes, "\(count) bytes")
        let bound = 2 + count + 5 * (count / 65535 + 1) + 10 * (count / (96 << 10) + 1) + 4
        #expect(stream.count <= bound, "\(count) bytes grew to \(stream.count)")
      }
    }
  }

  @Test(
    "the shortest path is not longer than a single choice at each place",
    arguments: [40, 144, 264, 600, 1056, 9000, 120_000])
  func shortestPath(byteCount: Int) throws {
    // Beside the others a small drawing: few colours, in squares.
    let drawing = (0..<byteCount).map { place -> UInt8 in
      let (row, column) = (place / 64, place % 64)
      return UInt8((row / 5 + column / 7) % 3 * 40)
    }
    for bytes in Content.samples(byteCount, seed: 3) + [drawing] {
      let choices = try Self.deflate(bytes, .lazyMatches(depth: 100, patience: .max)).count
      let path = try Self.deflate(bytes, .shortestPath(depth: 100, passCount: 4)).count
      // The costs are those of the pass before, and the code has whole bits.
      #expect(path <= choices + max(2, choices / 200), "\(path) after \(choices)")
    }
  }

  @Test("where runs take as many bits as matches in codes of their own, the fixed codes count too")
  func runsAreWeighed() throws {
    let inputs: [[UInt8]] = [
      [0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0, 2],
      (0..<30).map { (place: Int) -> UInt8 in UInt8(place % 15 * 13 + 11) },
    ]
    for bytes in inputs {
      let patient = try Self.deflate(bytes, .lazyMatches(depth: 16, patience: .max))
      let impatient = try Self.deflate(bytes, .lazyMatches(depth: 16, patience: 256))
      #expect(patient.count <= impatient.count)
      #expect(Zlib.inflate(patient, byteCount: bytes.count) == bytes)
    }
  }

  @Test("what changes on its way is cut where it changes")
  func cuts() throws {
    // Two kinds of bytes, each of few values: one code for both takes a bit more for each byte.
    var random = SplitMix64(seed: 21)
    let halves = (0..<2).map { half in
      (0..<20_000).map { _ in UInt8.random(in: 0...7, using: &random) + UInt8(half * 128) }
    }
    let together = try Self.deflate(halves[0] + halves[1], .shortestPath(depth: 8, passCount: 3))
    let apart = try halves.reduce(0) {
      try $0 + Self.deflate($1, .shortestPath(depth: 8, passCount: 3)).count
    }
    #expect(together.count <= apart + 40)
    // One code for all sixteen values has four bits.
    #expect(together.count < 40_000 * 4 / 8 * 17 / 20)
    #expect(Zlib.inflate(together, byteCount: 40_000) == halves[0] + halves[1])
  }

  @Test("more passes, and more places that are compared, do not make it longer")
  func passes() throws {
    for bytes in Content.samples(60_000, seed: 8) {
      var before = 2 * bytes.count
      for (depth, passCount) in [(4, 1), (16, 4), (64, 8), (64, 15)] {
        let effort = Deflater.Effort.shortestPath(depth: depth, passCount: passCount)
        let count = try Self.deflate(bytes, effort).count
        // The best pass is told by ideal codes, which have no whole bits.
        #expect(count <= before + max(8, before / 100), "\(depth) places, \(passCount) passes")
        before = min(before, count)
      }
    }
  }

  @Test("one that was made for few bytes takes many")
  func moreThanSaid() throws {
    // What repeats itself from as far away as the buffer reaches, which is farther than one so small
    // remembers; noise of few values makes it look back at every place.
    var random = SplitMix64(seed: 14)
    let repeated = [590, 1030, 1500].map { distance in
      var bytes: [UInt8] = []
      while bytes.count < 6000 {
        let isNew = bytes.count < distance || UInt8.random(in: 0...9, using: &random) == 0
        bytes.append(isNew ? .random(in: 0...3, using: &random) : bytes[bytes.count - distance])
      }
      return bytes
    }
    for bytes in Content.samples(3000, seed: 5) + repeated {
      for byteCount in [30, 300, 1000] {
        for effort in [
          Deflater.Effort.shortestPath(depth: 9, passCount: 2),
          .shortestPath(depth: 100, passCount: 1), .lazyMatches(depth: 100, patience: .max),
        ] {
          let deflater = try Deflater(effort: effort, byteCount: byteCount)
          var stream: [UInt8] = []
          try bytes.withUnsafeBytes { try deflater.write($0) { stream += $0 } }
          try deflater.finish { stream += $0 }
          #expect(Zlib.inflate(stream, byteCount: bytes.count) == bytes)
        }
      }
    }
  }

  @Test("smoothed frequencies keep what is nothing, and what is something")
  func smoothing() {
    let frequencies: [UInt32] = [9, 8, 9, 9, 0, 0, 0, 0, 1, 100, 103, 99, 98, 2]
    for smoothing in Smoothing.all {
      let smooth = frequencies.withUnsafeBufferPointer { smoothing.with($0) { Array($0) } }
      #expect(zip(smooth, frequencies).allSatisfy { ($0 == 0) == ($1 == 0) })
      if smoothing.difference == 0 { #expect(smooth == frequencies) }
    }
    let near = frequencies.withUnsafeBufferPointer {
      Smoothing(difference: 1, share: 0).with($0) { Array($0) }
    }
    #expect(near == [9, 9, 9, 9, 0, 0, 0, 0, 1, 100, 103, 99, 98, 2])
  }

  @Test("how the bytes come changes nothing")
  func pieces() throws {
    for bytes in Content.samples(120_000, seed: 1) {
      let whole = try Self.deflate(bytes, .lazyMatches(depth: 4, patience: 64))
      for piece in [997, 40_000] {
        let cut = try Self.deflate(
          bytes, .lazyMatches(depth: 4, patience: 64), pieceByteCount: piece)
        #expect(cut == whole)
      }
    }
  }

  @Test("what is farther back than the window is no match, and what is as far back as it is one")
  func window() throws {
    // Noise, so that there are no matches but the ones that are meant; past the buffer's first turn.
    var random = SplitMix64(seed: 11)
    var bytes = (0..<300_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    for (place, distance) in [
      (40_000, 32_768), (90_000, 32_769), (140_000, 32_768), (200_000, 65_536 + 7),
      (250_000, 65_536 + 32_768), (290_000, 6000),
    ] {
      bytes.replaceSubrange(place..<place + 5000, with: bytes[(place - distance)...].prefix(5000))
    }
    for effort in Self.efforts {
      for piece in [997, 96 << 10] {
        let stream = try Self.deflate(bytes, effort, pieceByteCount: piece)
        #expect(Zlib.inflate(stream, byteCount: bytes.count) == bytes)
      }
    }
    // Three of them can be had: 5000 bytes each, but for the first ones and what they cost.
    for effort in [
      Deflater.Effort.matches(depth: 4, patience: .max), .shortestPath(depth: 4, passCount: 2),
    ] {
      let stream = try Self.deflate(bytes, effort)
      #expect(stream.count < bytes.count - 3 * 4500)
      #expect(stream.count > bytes.count - 3 * 5000)
    }
  }

  @Test("a search ends where its chain does, however many places it may try")
  func chains() throws {
    var random = SplitMix64(seed: 12)
    let noise = (0..<70_000).map { _ in UInt8.random(in: 0...15, using: &random) }
    let stream = try Self.deflate(noise, .lazyMatches(depth: .max, patience: .max))
    #expect(Zlib.inflate(stream, byteCount: noise.count) == noise)
  }

  @Test("it holds no more than it says, and more effort is not worse on what repeats")
  func sizes() throws {
    let bytes = Content.samples(100_000, seed: 4)[5]
    let counts = try Self.efforts.map { try Self.deflate(bytes, $0).count }
    #expect(counts[0] > bytes.count && counts[5] < counts[1] && counts[6] <= counts[5])
    for effort in Self.efforts {
      let (few, many) = (100, 1 << 20)
      #expect(
        Deflater.heldByteCount(byteCount: few, effort: effort)
          < Deflater.heldByteCount(byteCount: many, effort: effort))
    }
  }

  @Test("the checksum is zlib's")
  func checksum() {
    for count in [0, 1, 15, 16, 17, 351, 352, 353, 5552, 5553, 100_000] {
      for bytes in Content.samples(count, seed: 9) + [[UInt8](repeating: 255, count: count)] {
        var checksum = Adler32()
        bytes.withUnsafeBytes { bytes in
          let middle = bytes.count / 3
          checksum.update(UnsafeRawBufferPointer(rebasing: bytes[..<middle]))
          checksum.update(UnsafeRawBufferPointer(rebasing: bytes[middle...]))
        }
        #expect(checksum.value == Zlib.adler32(bytes))
      }
    }
  }
}

@Suite("Prefix codes") struct CodeLengthsTests {
  private func lengths(_ frequencies: [UInt32], limit: Int) -> [UInt8] {
    var lengths = [UInt8](repeating: 99, count: frequencies.count)
    frequencies.withUnsafeBufferPointer { frequencies in
      lengths.withUnsafeMutableBufferPointer {
        CodeLengths.find(frequencies, limit: limit, into: $0)
      }
    }
    return lengths
  }

  /// The bits of the best code, by merging the two rarest again and again.
  private func leastBitCount(_ frequencies: [UInt32]) -> Int {
    var weights = frequencies.filter { $0 > 0 }.map(Int.init).sorted()
    var total = weights.count == 1 ? weights[0] : 0
    while weights.count > 1 {
      let sum = weights[0] + weights[1]
      total += sum
      weights.removeFirst(2)
      weights.insert(sum, at: weights.firstIndex { $0 > sum } ?? weights.endIndex)
    }
    return total
  }

  @Test("codes are complete, within the limit, and the best there are where it does not matter")
  func best() {
    var random = SplitMix64(seed: 2)
    for round in 0..<300 {
      let count = Int.random(in: 1...286, using: &random)
      let spread = Int.random(in: 1...20, using: &random)
      let frequencies = (0..<count).map { _ in
        UInt32.random(in: 0...9, using: &random) == 0
          ? 0 : UInt32(1) << UInt32.random(in: 0..<UInt32(spread), using: &random)
      }
      for limit in [7, 14, 15] where limit > 7 || frequencies.count(where: { $0 > 0 }) <= 100 {
        let lengths = lengths(frequencies, limit: limit)
        let used = zip(frequencies, lengths).filter { $0.0 > 0 }
        #expect(used.allSatisfy { (1...limit).contains(Int($0.1)) }, "round \(round)")
        #expect(zip(frequencies, lengths).allSatisfy { $0.0 > 0 || $0.1 == 0 })
        let kraft = used.reduce(0) { $0 + 1 << (limit - Int($1.1)) }
        #expect(used.count < 2 || kraft == 1 << limit)
        let bits = used.reduce(0) { $0 + Int($1.0) * Int($1.1) }
        let least = leastBitCount(frequencies)
        #expect(bits >= least)
        if lengths.allSatisfy({ $0 < limit }) { #expect(bits == least) }
      }
    }
  }
}
