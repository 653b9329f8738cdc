/// A small file that asks for much: time, memory, or patience.
struct Bomb {
  let name: ByteString
  let bytes: [UInt8]
  /// How the refusal must read; nil where the file is sound, and must be done.
  var message: String?

  /// Bombs of all kinds.
  static var all: [Bomb] { claims + full + ancillary + data }

  private static let tooMany = "a side > limit 1000000"

  private static func refusal(_ width: Int, _ height: Int) -> String {
    "\(width)x\(height) = \(width * height / 1_000_000) Mpx > limit 268 Mpx"
  }

  /// Large headers before little data.
  private static var claims: [Bomb] {
    let claims: [(Int, Int, String)] = [
      (60_000, 60_000, refusal(60_000, 60_000)),
      (0x7FFF_FFFF, 0x7FFF_FFFF, "2147483647x2147483647: \(tooMany)"),
      (1_000_001, 1, "1000001x1: \(tooMany)"), (1, 1_000_001, "1x1000001: \(tooMany)"),
      (0xFFFF_FFFF, 1, "IHDR: the header claims 4294967295x1 pixels (chunk at byte 8)"),
    ]
    return claims.map { width, height, message in
      Bomb(
        name: "claim-\(width)x\(height).png",
        bytes: png(width, height, bitDepth: 8, colourType: 6, data: ZeroStream.bytes(100_000)),
        message: message)
    } + [
      Bomb(
        name: "claim-8000x8000.png",
        bytes: png(8000, 8000, bitDepth: 8, colourType: 6, data: ZeroStream.bytes(100_000)),
        message: "IDAT: not enough image data (chunk at byte 33)")
    ]
  }

  /// Large pictures that are all there.
  private static var full: [Bomb] {
    func bomb(
      _ width: Int, _ height: Int, _ bitDepth: Int, _ colourType: Int, isSound: Bool = false
    ) -> Bomb {
      let channelCount = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 1
      let rowByteCount = (width * bitDepth * channelCount + 7) / 8
      return Bomb(
        name: "full-\(width)x\(height).png",
        bytes: png(
          width, height, bitDepth: bitDepth, colourType: colourType,
          data: ZeroStream.bytes(height * (rowByteCount + 1))),
        message: isSound ? nil : refusal(width, height))
    }
    return [
      bomb(50_000, 50_000, 1, 0), bomb(20_000, 20_000, 8, 0), bomb(19_000, 19_000, 8, 2),
      bomb(64_250, 64_250, 1, 3),
      // These are within the limits: the first is 288 MB, more than the memory there is.
      bomb(6000, 6000, 16, 6, isSound: true), bomb(1_000_000, 1, 8, 2, isSound: true),
      bomb(1, 1_000_000, 8, 2, isSound: true),
    ]
  }

  /// Small pictures with a load of other chunks.
  private static var ancillary: [Bomb] {
    let inflating = ZeroStream.bytes(64 << 20)
    let loads: [(ByteString, [UInt8])] = [
      ("ztxt.png", PNGFile.chunk("zTXt", Array("Copyright\0\0".utf8) + inflating)),
      ("itxt.png", PNGFile.chunk("iTXt", Array("Copyright\0\u{1}\0\0\0".utf8) + inflating)),
      ("iccp.png", PNGFile.chunk("iCCP", Array("x\0\0".utf8) + inflating)),
      (
        "ztxt-1000.png",
        Array(
          repeatElement(
            PNGFile.chunk("zTXt", Array("Author\0\0".utf8) + ZeroStream.bytes(1 << 20)), count: 1000
          ).joined())
      ),
      (
        "text-100000.png",
        Array(repeatElement(PNGFile.chunk("tEXt", Array("a\0b".utf8)), count: 100_000).joined())
      ),
      ("unknown.png", PNGFile.chunk("juNk", [UInt8](repeating: 0, count: 8 << 20))),
      (
        "splt.png",
        Array(
          repeatElement(
            PNGFile.chunk("sPLT", Array("p\0\u{8}".utf8) + [UInt8](repeating: 0, count: 6000)),
            count: 500
          ).joined())
      ),
    ]
    return loads.map { Bomb(name: $0, bytes: small(before: $1)) }
  }

  /// Small pictures with odd data.
  private static var data: [Bomb] {
    let rows = small.samples.chunked(by: 12).flatMap { [0] + $0 }
    let stream = PNGFile.zlib(rows)
    let pieces = stream.flatMap { PNGFile.chunk("IDAT", [$0]) }
    let empty = Array(repeatElement(PNGFile.chunk("IDAT", []), count: 50_000).joined())
    let end = PNGFile.chunk("IEND", [])
    return [
      Bomb(
        name: "pieces.png", bytes: PNGFile.signature + small.header + pieces + empty + end),
      Bomb(
        name: "more-data.png",
        bytes: PNGFile.signature + small.header
          + PNGFile.chunk("IDAT", ZeroStream.bytes(64 << 20)) + end),
      Bomb(name: "more-bytes.png", bytes: small.bytes + [UInt8](repeating: 0, count: 8 << 20)),
    ]
  }

  private static let small = PNGFile(
    width: 4, height: 4, samples: [UInt8](repeating: 7, count: 48))

  private static func small(before chunks: [UInt8]) -> [UInt8] {
    var file = small
    file.ancillaryChunks = chunks
    return file.bytes
  }

  private static func png(
    _ width: Int, _ height: Int, bitDepth: Int, colourType: Int, data: [UInt8]
  ) -> [UInt8] {
    var file = PNGFile(width: width, height: height, samples: [])
    (file.bitDepth, file.colourType) = (bitDepth, colourType)
    let palette = colourType == 3 ? PNGFile.chunk("PLTE", [0, 0, 0, 255, 255, 255]) : []
    return PNGFile.signature + file.header + palette + PNGFile.chunk("IDAT", data)
      + PNGFile.chunk("IEND", [])
  }
}

extension Array {
  fileprivate func chunked(by size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
