import CZlib
import Raster
import TestSupport
import Testing

@testable import ImageCodecs

/// The fast lane and libpng give the same pixels, the same warnings and the same verdict.
@Suite("PNG: two lanes", .timeLimit(.minutes(60))) struct PNGLanesTests {
  /// What becomes of a file: pixels and warnings, or the error.
  private enum Verdict: Equatable {
    case picture([UInt8], warnings: [String])
    case error(String)
  }

  /// Reads a picture to its end, or has most of its rows lent where they are.
  private func pixels(of reader: PNGReader) throws -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: reader.layout.byteCount)
    let rowByteCount = reader.layout.bytesPerRow
    let lender = reader.lender
    for y in 0..<reader.layout.height {
      try pixels.withUnsafeMutableBytes { pixels in
        let target = UnsafeMutableRawBufferPointer(
          rebasing: pixels[y * rowByteCount..<(y + 1) * rowByteCount])
        if let lender, y % 3 != 2 {
          if lender.readyRowCount == 0 { try lender.makeRows() }
          lender.lendRow { row in row.withUnsafeBytes { target.copyMemory(from: $0) } }
        } else {
          var row = target.mutableBytes
          try reader.readRow(into: &row)
        }
      }
    }
    try reader.finish()
    return pixels
  }

  private func verdict(of bytes: [UInt8], by lanes: PNGReader.Lanes) -> Verdict {
    do {
      let source = try ByteSource(bytes)
      let header = try PNGProbe.header(
        of: source, limits: DecodeLimits(maximumPixelCount: 4_000_000))
      let reader = try PNGReader(source, header: header, lanes: lanes)
      let pixels = try pixels(of: reader)
      return .picture(pixels, warnings: header.warnings + reader.warnings)
    } catch {
      return .error("\(error)")
    }
  }

  /// - Returns: whether the file is a picture.
  @discardableResult
  private func compare(_ bytes: [UInt8], _ label: @autoclosure () -> String) -> Bool {
    let fast = verdict(of: bytes, by: .both)
    let library = verdict(of: bytes, by: .library)
    if fast != library {
      var what = "\(library), not \(fast)"
      if case (.picture(_, let left), .picture(_, let right)) = (library, fast) {
        what = "other pixels or warnings: \(left), not \(right)"
      }
      Issue.record("\(label()): \(what)")
    }
    if case .picture = library { return true }
    return false
  }

  @Test("every colour type and depth, in sizes of 1 to 64 by 1 to 64")
  func sizes() {
    // All 4,096 sizes in a campaign, some hundred otherwise.
    let step = Environment.number("IMGBATCH_SOAK") == nil ? 131 : 1
    for index in stride(from: 0, to: 64 * 64, by: step) {
      let (width, height) = (index % 64 + 1, index / 64 + 1)
      for png in TestPNG.kinds(width, height) {
        #expect(compare(png.bytes, "\(width)x\(height) \(png.label)"))
      }
    }
  }

  @Test("what may follow the picture data leaves the fast lane no reason to stop")
  func followingChunks() throws {
    for var png in TestPNG.kinds(20, 20) {
      png.late = [.init("tEXt", Array("a\0b".utf8)), .init("tIME", [7, 230, 1, 1, 0, 0, 0])]
      let source = try ByteSource(png.bytes)
      let header = try PNGProbe.header(of: source, limits: DecodeLimits())
      let reader = try PNGReader(source, header: header)
      _ = try pixels(of: reader)
      #expect(reader.isInFastLane, "\(png.label)")
    }
  }

  @Test("libpng is not asked about a file that is as it should be")
  func soundFiles() throws {
    for var png in TestPNG.kinds(20, 20) {
      // That of bits beyond the depth libpng has its say.
      if png.colourType == 0, png.bitDepth < 16, png.transparency != nil {
        #expect(try asksLibpng(about: png.bytes), "\(png.label)")
        png.transparency?[0] &= 0x0F
      }
      #expect(try !asksLibpng(about: png.bytes), "\(png.label)")
      png.early = [.init("gAMA", bigEndian(45_455)), .init("tEXt", Array("a\0b".utf8))]
      png.middle = [.init("bKGD", [0, 1]), .init("prVt", []), .init("bKGD", [0, 1])]
      #expect(try !asksLibpng(about: png.bytes), "\(png.label)")
      compare(png.bytes, png.label)
    }
  }

  /// Reads a picture to its end.
  private func asksLibpng(about bytes: [UInt8]) throws -> Bool {
    let source = try ByteSource(bytes)
    let header = try PNGProbe.header(of: source, limits: DecodeLimits())
    let reader = try PNGReader(source, header: header)
    _ = try pixels(of: reader)
    return reader.hasAskedLibpng
  }

  @Test("a chunk more before the picture data, of any type, length and place, intact or not")
  func oddStarts() {
    let types = [
      "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "tEXt", "bKGD", "hIST", "acTL", "prVt", "prvt",
      "ABCD", "a\u{1}Cd",
    ]
    // All kinds of pictures in a campaign, one in three otherwise.
    let step = Environment.number("IMGBATCH_SOAK") == nil ? 3 : 1
    let kinds = TestPNG.kinds(3, 2)
    for index in stride(from: 0, to: kinds.count, by: step) {
      let chunks = kinds[index].chunks
      for type in types {
        for byteCount in [0, 1, 2, 3, 4, 6, 13, 48, 51, 768, 771] {
          let odd = TestPNG.Chunk(type, (0..<byteCount).map { UInt8($0 & 1) }).framed
          for (place, chunk) in chunks.enumerated()
          where place == 0 || chunks[place - 1].type != "IDAT" {
            for isIntact in [true, false] {
              var files = chunks.map(\.framed)
              files.insert(isIntact ? odd : odd.dropLast() + [~(odd.last ?? 0)], at: place)
              compare(
                TestPNG.signature + files.flatMap { $0 },
                "\(kinds[index].label), \(type) of \(byteCount) bytes before \(chunk.type)")
              // In its place.
              files.remove(at: place + 1)
              compare(
                TestPNG.signature + files.flatMap { $0 },
                "\(kinds[index].label), \(type) of \(byteCount) bytes, not \(chunk.type)")
            }
          }
        }
      }
    }
  }

  @Test("a file that becomes another picture while it is read is an error, in either lane")
  func changingFile() throws {
    var before = TestPNG(width: 900, height: 90)
    before.bitDepth = 1
    before.colourType = 0
    let after = TestPNG(width: 900, height: 90, bitDepth: 16, colourType: 6)
    var bytes = before.bytes
    // Something odd in the data, so that libpng reads the file again.
    bytes[bytes.count - 30] ^= 1
    let changed = ChangingFile(bytes)
    let source = try ByteSource(byteCount: bytes.count, bufferByteCount: 64) { offset, buffer in
      let bytes = changed.bytes
      let end = min(offset + buffer.count, bytes.count)
      guard offset < end else { return 0 }
      buffer.copyBytes(from: bytes[offset..<end])
      return end - offset
    }
    let header = try PNGProbe.header(of: source, limits: DecodeLimits())
    let reader = try PNGReader(source, header: header)
    changed.bytes = Array(after.bytes.prefix(bytes.count))
    let error = #expect(throws: CodecError.self) { try pixels(of: reader) }
    #expect(error?.message == "the file changed while it was read")
  }

  @Test("what our writer makes, at every compression")
  func written() throws {
    for format in PixelFormat.all {
      for compression in 0...12 {
        let picture = try randomPicture(40, 30, format, seed: UInt64(compression))
        let bytes = try encode(picture, as: .png, compression: compression)
        #expect(compare(bytes, "\(format), \(compression)"))
        #expect(verdict(of: bytes, by: .library) == .picture(picture.bytes, warnings: []))
      }
    }
  }

  @Test("mutated files, their checksums mended")
  func mutations() throws {
    let rounds = Environment.number("IMGBATCH_MUTATIONS") ?? 800
    var random = SplitMix64(seed: UInt64(Environment.number("IMGBATCH_SEED") ?? 1))
    var sources = (TestPNG.kinds(7, 6) + TestPNG.kinds(33, 9)).map(\.bytes)
    for format in PixelFormat.all {
      for compression in [1, 6] {
        sources.append(
          try encode(
            randomPicture(23, 17, format, seed: 1), as: .png, compression: compression))
      }
    }
    var pictureCount = 0
    for round in 0..<rounds {
      let source = sources.randomElement(using: &random) ?? []
      let mutated = Mutation.mutate(source, &random)
      if compare(mutated, "round \(round)") { pictureCount += 1 }
    }
    #expect(pictureCount > rounds / 20, "\(pictureCount) of \(rounds) are pictures")
  }

  @Test("every file of the corpus", .enabled(if: Corpus.isPresent))
  func corpus() throws {
    for entry in Corpus.entries("manifest.tsv", in: "png") {
      let bytes = try entry.bytes()
      #if DEBUG
        guard bytes.count < 60_000 else { continue }
      #endif
      compare(bytes, entry.path)
    }
  }
}

/// The bytes of a file that somebody rewrites.
private final class ChangingFile {
  var bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// Damage to a file that a checksum would not find.
private enum Mutation {
  static func mutate(_ file: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var chunks = chunks(of: file)
    let index = Int.random(in: 0..<chunks.count, using: &random)
    switch Int.random(in: 0..<22, using: &random) {
    case 0: chunks.swapAt(index, Int.random(in: 0..<chunks.count, using: &random))
    case 1: chunks.remove(at: index)
    case 2: chunks.insert(chunks[index], at: index)
    case 3:
      // A chunk of another kind in the middle of whatever there is.
      let type = ["tEXt", "tRNS", "PLTE", "IDAT", "IEND", "abCd", "ABCD", "tIME"]
      let contents = (0..<Int.random(in: 0..<10, using: &random)).map { UInt8($0) }
      chunks.insert(
        (Array((type.randomElement(using: &random) ?? "tEXt").utf8), contents), at: index)
    case 4:
      // Data in two chunks.
      let half = chunks[index].contents.count / 2
      chunks.insert(
        (chunks[index].type, Array(chunks[index].contents[half...])), at: index + 1)
      chunks[index].contents.removeLast(chunks[index].contents.count - half)
    case 5: chunks[index].contents = damaged(chunks[index].contents, &random)
    case 6: chunks[index].type[Int.random(in: 0..<4, using: &random)] ^= 0x20
    case 7...11:
      guard let data = chunks.firstIndex(where: { $0.type == Array("IDAT".utf8) }) else { break }
      chunks[data].contents = damaged(chunks[data].contents, &random)
    default:
      guard let data = chunks.firstIndex(where: { $0.type == Array("IDAT".utf8) }) else { break }
      chunks[data].contents = withOtherRows(chunks[data].contents, &random)
    }
    var bytes = TestPNG.signature
    for chunk in chunks {
      bytes += TestPNG.Chunk(String(decoding: chunk.type, as: UTF8.self), chunk.contents).framed
    }
    if Int.random(in: 0..<10, using: &random) == 0 {
      bytes = damaged(bytes, &random)
    }
    return bytes
  }

  private static func damaged(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      default: bytes.remove(at: place)
      }
    }
    return bytes
  }

  /// The stream of rows that were damaged before they were deflated.
  private static func withOtherRows(
    _ stream: [UInt8], _ random: inout SplitMix64
  ) -> [UInt8] {
    var rows = [UInt8](repeating: 0, count: 1 << 16)
    var count = uLongf(rows.count)
    guard uncompress(&rows, &count, stream, uLong(stream.count)) == Z_OK else { return stream }
    let damaged = damaged(Array(rows.prefix(Int(count))), &random)
    var result = [UInt8](repeating: 0, count: 1 << 17)
    var resultCount = uLongf(result.count)
    let level = CInt.random(in: 0...9, using: &random)
    guard compress2(&result, &resultCount, damaged, uLong(damaged.count), level) == Z_OK else {
      return stream
    }
    return Array(result.prefix(Int(resultCount)))
  }

  private static func chunks(of file: [UInt8]) -> [(type: [UInt8], contents: [UInt8])] {
    var chunks: [([UInt8], [UInt8])] = []
    var place = 8
    while place + 12 <= file.count {
      let count = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      chunks.append(
        (Array(file[place + 4..<place + 8]), Array(file[place + 8..<place + 8 + count])))
      place += 12 + count
    }
    return chunks
  }
}
