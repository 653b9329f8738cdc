import CZlib
import TestSupport

/// zlib, the judge.
enum Zlib {
  static func deflate(_ bytes: [UInt8], level: Int32, strategy: Int32, windowBits: Int32 = 15)
    -> [UInt8]
  {
    var stream = z_stream()
    deflateInit2_(
      &stream, level, Z_DEFLATED, windowBits, 8, strategy, zlibVersion(),
      Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 2 + 1000)
    let inputCount = UInt32(input.count)
    let outputCount = UInt32(output.count)
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = inputCount
        stream.next_out = output.baseAddress
        stream.avail_out = outputCount
        _ = CZlib.deflate(&stream, Z_FINISH)
      }
    }
    return Array(output.prefix(Int(stream.total_out)))
  }

  /// - Returns: the bytes, or nil where the stream is not whole or inflates to another number.
  static func inflate(_ stream: [UInt8], byteCount: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0, count: byteCount + 1)
    var count = uLongf(output.count)
    var used = uLong(stream.count)
    let status = uncompress2(&output, &count, stream, &used)
    guard status == Z_OK, count == uLongf(byteCount), used == uLong(stream.count) else {
      return nil
    }
    return Array(output.prefix(byteCount))
  }

  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    UInt32(CZlib.adler32(1, bytes, UInt32(bytes.count)))
  }
}

/// Bytes of every temper: noise, runs, repetitions near and far, few values, slopes.
enum Content {
  static func samples(_ byteCount: Int, seed: UInt64) -> [[UInt8]] {
    var random = SplitMix64(seed: seed)
    func bytes(_ make: (Int) -> UInt8) -> [UInt8] { (0..<byteCount).map(make) }
    var samples = [
      bytes { _ in UInt8.random(in: 0...255, using: &random) },
      bytes { _ in 0 },
      bytes { _ in UInt8.random(in: 0...3, using: &random) },
      bytes { UInt8(truncatingIfNeeded: $0 / 7) },
    ]
    // A filtered photo: small differences, most of them around nothing.
    samples.append(
      bytes { _ in
        let size =
          UInt8.random(in: 0...7, using: &random) & UInt8.random(in: 0...15, using: &random)
        return Bool.random(using: &random) ? size : 0 &- size
      })
    // Pieces of what was before, some of it as far back as can be.
    let distances = [1, 2, 3, 4, 7, 8, 15, 16, 300, 32767, 32768]
    var pieces: [UInt8] = []
    while pieces.count < byteCount {
      let length = Int.random(in: 1...400, using: &random)
      if pieces.isEmpty || Int.random(in: 0..<3, using: &random) == 0 {
        for _ in 0..<length { pieces.append(UInt8.random(in: 0...255, using: &random)) }
      } else {
        let distance = min(
          pieces.count, distances.randomElement(using: &random) ?? 1)
        for _ in 0..<length { pieces.append(pieces[pieces.count - distance]) }
      }
    }
    samples.append(Array(pieces.prefix(byteCount)))
    return samples
  }
}
