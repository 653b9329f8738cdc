import CZlib
import TestSupport
import Testing

@testable import Deflate

@Suite("Inflater", .timeLimit(.minutes(60))) struct InflaterTests {
  /// Inflates a stream that comes and goes in pieces.
  static func inflate(
    _ stream: [UInt8], byteCount: Int, pieceByteCount: Int = 1000, feedByteCount: Int = .max
  ) throws -> [UInt8] {
    var fed = 0
    func feed(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(buffer.count, stream.count - fed, feedByteCount)
      buffer.copyBytes(from: stream[fed..<fed + count])
      fed += count
      return count
    }
    let inflater = try Inflater(
      compressedByteCount: stream.count, byteCount: byteCount, pieceByteCount: pieceByteCount)
    var bytes: [UInt8] = []
    while bytes.count < byteCount {
      bytes += try inflater.next(min(pieceByteCount, byteCount - bytes.count), from: feed)
    }
    try inflater.finish(from: feed)
    return bytes
  }

  @Test("what zlib makes is inflated, at every level and strategy, however it comes and goes")
  func zlibStreams() throws {
    for count in [0, 1, 5, 258, 1000, 70_000] {
      for bytes in Content.samples(count, seed: 3) {
        for (level, strategy) in [
          (0, Z_DEFAULT_STRATEGY), (1, Z_DEFAULT_STRATEGY), (6, Z_FILTERED),
          (9, Z_DEFAULT_STRATEGY), (6, Z_RLE), (6, Z_HUFFMAN_ONLY), (6, Z_FIXED),
        ] {
          let stream = Zlib.deflate(bytes, level: Int32(level), strategy: strategy)
          for (piece, feed) in [(1, Int.max), (999, 7), (70_000, 4096), (70_000, 1)] {
            guard piece > 1 || count < 2000, feed > 7 || count < 2000 else { continue }
            let inflated = try Self.inflate(
              stream, byteCount: count, pieceByteCount: piece, feedByteCount: feed)
            #expect(inflated == bytes, "\(count) bytes, level \(level), strategy \(strategy)")
          }
        }
      }
    }
  }

  @Test("blocks may end and begin anywhere, also where the next bytes are fed")
  func blockBoundaries() throws {
    let boundary = 96 << 10
    var checkedCount = 0
    var random = SplitMix64(seed: 6)
    let noise = (0..<2 * boundary + 400).map { _ in UInt8.random(in: 0...255, using: &random) }
    // Nothing, or a block with the fixed code, behind which an empty stored block leads to the next
    // byte, or to the one after that.
    var fixed = Array(
      Zlib.deflate(Array("compressed".utf8), level: 6, strategy: Z_FIXED).dropFirst(2).dropLast(4))
    fixed[0] &= 0xFE
    let heads: [[UInt8]] = [[], fixed + [0, 0, 0xFF, 0xFF], fixed + [0, 0, 0, 0xFF, 0xFF]]
    for place in [boundary, 2 * boundary] {
      for offset in -24...24 {
        // Stored blocks of which one begins there, behind another or behind a compressed one.
        for head in heads {
          var stream: [UInt8] = [0x78, 0x9C] + head
          let text = head.isEmpty ? [] : Array("compressed".utf8)
          let content = text + noise.prefix(place + offset + 300)
          var start = text.count
          while start < content.count {
            let header = stream.count
            var count = min(65_535, content.count - start)
            let goal = place + offset
            if header + 5 < goal, header + 5 + count > goal { count = goal - header - 5 }
            let isLast = start + count == content.count
            stream += [isLast ? 1 : 0, UInt8(count & 0xFF), UInt8(count >> 8)]
            stream += [UInt8(~count & 0xFF), UInt8(~count >> 8 & 0xFF)]
            stream += content[start..<start + count]
            start += count
          }
          let sum = Zlib.adler32(content)
          stream += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
          guard Zlib.inflate(stream, byteCount: content.count) == content else { continue }
          checkedCount += 1
          let inflated = try? Self.inflate(
            stream, byteCount: content.count, pieceByteCount: 60_000)
          #expect(inflated == content, "a block at \(place) + \(offset)")
        }
      }
    }
    #expect(checkedCount == 2 * 49 * 2)
  }

  @Test("a stream that is longer or shorter than it must be is none")
  func wrongLength() throws {
    for bytes in Content.samples(5000, seed: 5) {
      let stream = Zlib.deflate(bytes, level: 6, strategy: Z_DEFAULT_STRATEGY)
      for count in [0, 4999, 5001] {
        #expect(throws: DeflateError.self) { try Self.inflate(stream, byteCount: count) }
      }
      #expect(throws: DeflateError.self) { try Self.inflate(stream + [0], byteCount: 5000) }
      for count in 0..<min(stream.count, 600) {
        #expect(throws: DeflateError.self) {
          try Self.inflate(Array(stream.prefix(count)), byteCount: 5000)
        }
      }
    }
  }

  @Test("a damaged stream that passes here passes zlib, with the same bytes")
  func mutations() throws {
    let rounds = Environment.number("IMGBATCH_MUTATIONS") ?? 5_000
    var random = SplitMix64(seed: UInt64(Environment.number("IMGBATCH_SEED") ?? 1))
    var passed = 0
    let sources = [0, 1, 2, 6].flatMap { level in
      [40, 700].flatMap { count in
        Content.samples(count, seed: 8).map { bytes in
          (Zlib.deflate(bytes, level: Int32(level), strategy: Z_DEFAULT_STRATEGY), count)
        }
      }
    }
    for round in 0..<rounds {
      var (stream, count) = sources.randomElement(using: &random) ?? ([], 0)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<stream.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: stream[place] = UInt8.random(in: 0...255, using: &random)
        case 1: stream[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: stream.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: if stream.count > 1 { stream.remove(at: place) }
        }
      }
      // Mended, so that a mutation is not merely found by the checksum.
      if let mended = Self.mended(stream, byteCount: count) { stream = mended }
      let judged = Zlib.inflate(stream, byteCount: count)
      let inflated = try? Self.inflate(stream, byteCount: count)
      if let inflated {
        passed += 1
        guard inflated == judged else {
          Issue.record("round \(round): \(stream) for \(count) bytes")
          return
        }
      }
    }
    #expect(passed > rounds / 100, "\(passed) passed")
  }

  /// The stream with the checksum of what it inflates to.
  static func mended(_ stream: [UInt8], byteCount: Int) -> [UInt8]? {
    guard stream.count > 6 else { return nil }
    var input = stream
    var output = [UInt8](repeating: 0, count: byteCount + 1)
    var state = z_stream()
    inflateInit_(&state, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
    defer { inflateEnd(&state) }
    let (inputCount, outputCount) = (UInt32(input.count), UInt32(output.count))
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        state.next_in = input.baseAddress
        state.avail_in = inputCount
        state.next_out = output.baseAddress
        state.avail_out = outputCount
        _ = CZlib.inflate(&state, Z_FINISH)
      }
    }
    let sum = Zlib.adler32(Array(output.prefix(Int(state.total_out))))
    return stream.dropLast(4) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
  }
}
