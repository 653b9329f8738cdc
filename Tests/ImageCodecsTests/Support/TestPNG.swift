import TestSupport

/// A PNG encoder for tests that shares nothing with the code under test: stored deflate blocks, all
/// colour types and depths, all row filters, Adam7.
struct TestPNG {
  var width: Int
  var height: Int
  var bitDepth = 8
  var colourType = 2
  var isInterlaced = false
  var palette: [UInt8]?
  var transparency: [UInt8]?

  /// Chunks between IHDR and PLTE, between PLTE and IDAT, and between IDAT and IEND.
  var early: [Chunk] = []
  var middle: [Chunk] = []
  var late: [Chunk] = []

  /// How many IDAT chunks there are at least.
  var dataChunkCount = 1

  var seed: UInt64 = 1

  struct Chunk: Equatable {
    var type: String
    var bytes: [UInt8]

    init(_ type: String, _ bytes: [UInt8] = []) {
      self.type = type
      self.bytes = bytes
    }

    /// The chunk as it stands in a file.
    var framed: [UInt8] {
      let body = Array(type.utf8) + bytes
      return bigEndian(bytes.count) + body + bigEndian(Int(checkedCRC(body)))
    }
  }

  static let signature: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]

  var channelCount: Int { [1, 0, 3, 1, 2, 0, 4][colourType] }

  /// The samples from left to right and top to bottom, the channels of a pixel together.
  var samples: [UInt16] {
    var random = SplitMix64(seed: seed)
    let maximum =
      colourType == 3
      ? UInt16(min(1 << bitDepth, (palette?.count ?? 0) / 3)) - 1
      : UInt16.max >> UInt16(16 - bitDepth)
    return (0..<width * height * channelCount).map { _ in
      UInt16.random(in: 0...maximum, using: &random)
    }
  }

  /// What the picture must decode to: `Decoded.rgba16BigEndian`.
  var rgba16BigEndian: [UInt8] {
    let samples = samples
    let scale = colourType == 3 ? 257 : 65535 / ((1 << bitDepth) - 1)
    let key = (transparency ?? []).chunked(by: 2).map {
      (Int($0[0]) << 8 | Int($0[1])) & ((1 << bitDepth) - 1)
    }
    var result: [UInt8] = []
    for start in stride(from: 0, to: samples.count, by: channelCount) {
      let pixel = samples[start..<start + channelCount].map { Int($0) }
      let opaque = 65535
      let rgba: [Int]
      switch colourType {
      case 0:
        rgba = Array(repeating: pixel[0] * scale, count: 3) + [pixel == key ? 0 : opaque]
      case 2:
        rgba = pixel.map { $0 * scale } + [pixel == key ? 0 : opaque]
      case 3:
        let entry = (palette ?? [])[3 * pixel[0]..<3 * pixel[0] + 3]
        let alphas = transparency ?? []
        rgba =
          entry.map { Int($0) * 257 }
          + [pixel[0] < alphas.count ? Int(alphas[pixel[0]]) * 257 : opaque]
      case 4:
        rgba = Array(repeating: pixel[0] * scale, count: 3) + [pixel[1] * scale]
      default:
        rgba = pixel.map { $0 * scale }
      }
      for value in rgba { result += [UInt8(value >> 8), UInt8(value & 0xFF)] }
    }
    return result
  }

  var chunks: [Chunk] {
    let fields = [bitDepth, colourType, 0, 0, isInterlaced ? 1 : 0].map { UInt8($0) }
    var chunks = [Chunk("IHDR", bigEndian(width) + bigEndian(height) + fields)] + early
    if let palette { chunks.append(Chunk("PLTE", palette)) }
    chunks += middle
    if let transparency { chunks.append(Chunk("tRNS", transparency)) }
    let data = stored(filteredRows)
    let size = max(1, (data.count + dataChunkCount - 1) / dataChunkCount)
    chunks += data.chunked(by: size).map { Chunk("IDAT", $0) }
    return chunks + late + [Chunk("IEND")]
  }

  var bytes: [UInt8] { Self.signature + chunks.flatMap(\.framed) }

  /// The rows of all passes, each behind its filter type.
  private var filteredRows: [UInt8] {
    let samples = samples
    // PNG specification, third edition, section 8.2: first column, first row, and the steps.
    let passes =
      isInterlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    var result: [UInt8] = []
    for (left, top, stepX, stepY) in passes {
      let columns = Array(stride(from: left, to: width, by: stepX))
      var above: [UInt8]?
      guard !columns.isEmpty else { continue }
      for y in stride(from: top, to: height, by: stepY) {
        let row = packed(
          columns.flatMap { x in
            samples[(y * width + x) * channelCount..<(y * width + x + 1) * channelCount]
          })
        let type = y % 5
        let previous = above ?? [UInt8](repeating: 0, count: row.count)
        result += [UInt8(type)] + filtered(row, previous, type)
        above = row
      }
    }
    return result
  }

  private func packed(_ samples: [UInt16]) -> [UInt8] {
    if bitDepth == 16 { return samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }
    var bits = 0
    var count = 0
    var result: [UInt8] = []
    for sample in samples {
      bits = bits << bitDepth | Int(sample)
      count += bitDepth
      if count == 8 {
        result.append(UInt8(bits))
        (bits, count) = (0, 0)
      }
    }
    // What pads the last byte means nothing, so it is not zero here.
    if count > 0 { result.append(UInt8((bits << (8 - count) | 0xFF >> count) & 0xFF)) }
    return result
  }

  /// Section 9.2.
  private func filtered(_ row: [UInt8], _ above: [UInt8], _ type: Int) -> [UInt8] {
    let distance = max(1, bitDepth * channelCount / 8)
    return row.indices.map { index in
      let a = index >= distance ? Int(row[index - distance]) : 0
      let b = Int(above[index])
      let c = index >= distance ? Int(above[index - distance]) : 0
      let prediction: Int
      switch type {
      case 1: prediction = a
      case 2: prediction = b
      case 3: prediction = (a + b) / 2
      case 4:
        let (pa, pb, pc) = (abs(b - c), abs(a - c), abs(a + b - 2 * c))
        prediction = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      default: prediction = 0
      }
      return row[index] &- UInt8(prediction)
    }
  }

  /// A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4).
  private func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    let blocks = bytes.chunked(by: 65535)
    for (index, block) in blocks.enumerated() {
      let count = UInt16(block.count)
      result.append(index == blocks.count - 1 ? 1 : 0)
      for word in [count, ~count] { result += [UInt8(word & 0xFF), UInt8(word >> 8)] }
      result += block
    }
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return result + bigEndian(Int(high << 16 | low))
  }
}

func bigEndian(_ value: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// The checksum of a chunk (PNG specification, third edition, annex D).
func checkedCRC(_ bytes: [UInt8]) -> UInt32 {
  var crc = UInt32.max
  for byte in bytes { crc = crcTable[Int(UInt8(crc & 0xFF) ^ byte)] ^ crc >> 8 }
  return ~crc
}

private let crcTable: [UInt32] = (0..<256).map { value in
  (0..<8).reduce(UInt32(value)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
}

/// The chunks of a PNG file, read without the code under test; nil where the file is not well
/// formed to its last byte.
func chunks(of png: [UInt8]) -> [TestPNG.Chunk]? {
  guard png.starts(with: TestPNG.signature) else { return nil }
  var chunks: [TestPNG.Chunk] = []
  var offset = 8
  while offset < png.count {
    guard offset + 12 <= png.count else { return nil }
    let count = png[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    let end = offset + 12 + count
    guard end <= png.count else { return nil }
    let chunk = TestPNG.Chunk(
      String(decoding: png[offset + 4..<offset + 8], as: UTF8.self),
      Array(png[offset + 8..<end - 4]))
    guard chunk.framed.elementsEqual(png[offset..<end]) else { return nil }
    chunks.append(chunk)
    offset = end
  }
  return chunks.last?.type == "IEND" ? chunks : nil
}

extension Array {
  func chunked(by size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}

extension TestPNG {
  /// The contents of an iCCP chunk whose profile is for such samples: `RGB ` or `GRAY`.
  static func profile(for space: String) -> [UInt8] {
    var profile = [UInt8](repeating: 0, count: 200)
    profile.replaceSubrange(16..<20, with: space.utf8)
    // A stored block.
    return Array("icc".utf8) + [0, 0] + [0x78, 1, 1, 200, 0, 55, 255] + profile
  }
}
