import Raster

/// PNG files that say something besides their pixels.
enum PNGMetadataSamples {
  static var all: [Sample] { ancillary + orientations }

  private static let image = PNGImage(TestPattern.picture(.rgb, 8, 6))

  private static var ancillary: [Sample] {
    let colour: [PNGChunk] = [
      PNGChunk("gAMA", [UInt8](bigEndian: UInt32(45455))),
      PNGChunk("sRGB", [0]),
      PNGChunk("iCCP", [UInt8]("stub\0\0") + Zlib.stream(profile, .stored)),
      PNGChunk(
        "cHRM",
        [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000].flatMap {
          [UInt8](bigEndian: UInt32($0))
        }),
      PNGChunk("sBIT", [5, 6, 5]),
    ]
    let perMetre = [UInt8](bigEndian: UInt32(11811))
    let others: [(name: String, chunk: PNGChunk)] = [
      ("phys-300-dpi", PNGChunk("pHYs", perMetre + perMetre + [1])),
      ("text-copyright", PNGChunk("tEXt", [UInt8]("Copyright\0Made by imgbatch"))),
      ("text-author", PNGChunk("tEXt", [UInt8]("Author\0sample-images"))),
      ("text-comment", PNGChunk("tEXt", [UInt8]("Comment\0Eleven colours and a corner of noise"))),
      (
        "text-compressed",
        PNGChunk("zTXt", [UInt8]("Comment\0\0") + Zlib.stream([UInt8]("ja, ja, ja, ja"), .fixed))
      ),
      (
        "text-international",
        PNGChunk("iTXt", [UInt8]("Title\0\0\0sl\0Naslov\0Čebela na češnji"))
      ),
      ("time", PNGChunk("tIME", [0x07, 0xEA, 2, 28, 23, 59, 60])),
      ("background", PNGChunk("bKGD", [0, 255, 0, 128, 0, 0])),
      ("private-chunk", PNGChunk("imBt", [1, 2, 3])),
      ("private-chunk-safe-to-copy", PNGChunk("imBs", [1, 2, 3])),
    ]
    let each = colour.map { ("colour-\($0.type)", [$0]) } + others.map { ($0.name, [$0.chunk]) }
    let together = [("everything", [colour[0], colour[1]] + others.map(\.chunk))]
    return (each + together).map { name, chunks in
      Sample(png: "meta-\(name)", image, chunks: image.chunks.inserting(chunks, before: "IDAT"))
    }
  }

  /// The smallest that is one: a header for RGB samples, and no tags (ICC.1:2022, section 7.2).
  private static var profile: [UInt8] {
    let byteCount = 132
    var header = [UInt8](bigEndian: UInt32(byteCount)) + [0, 0, 0, 0, 4, 0x40, 0, 0]
    header += [UInt8]("mntrRGB XYZ ") + [UInt8](repeating: 0, count: 12) + [UInt8]("acsp")
    header += [UInt8](repeating: 0, count: 28)
    // The illuminant D50.
    header += [0xF6D6, 0x1_0000, 0xD32D].flatMap { [UInt8](bigEndian: UInt32($0)) }
    return header + [UInt8](repeating: 0, count: byteCount - header.count)
  }

  private static var orientations: [Sample] {
    let valid = (1...8).flatMap { orientation in
      Exif.ByteOrder.allCases.map { order in
        let exif = Exif.bytes(orientation: UInt16(orientation), order)
        return sample("orientation-\(orientation)-\(order)-endian", exif, orientation: orientation)
      }
    }
    let invalid = [0, 9].map { orientation in
      let exif = Exif.bytes(orientation: UInt16(orientation), .big)
      return sample("orientation-\(orientation)-does-not-exist", exif, orientation: 1)
    }
    let sixth = Exif.bytes(orientation: 6, .little)
    // A directory that claims 65535 entries, the orientation first.
    let beyondEnd = Array(sixth.prefix(8)) + [0xFF, 0xFF] + Array(sixth[10...].dropFirst(12))
    return valid + invalid + [
      sample("orientation-6-behind-the-data", sixth, orientation: 6, before: "IEND"),
      sample("orientation-cut-off", Array(sixth.prefix(20)), orientation: 1),
      sample("orientation-in-a-directory-beyond-the-end", beyondEnd, orientation: 1),
    ]
  }

  private static func sample(
    _ name: String, _ exif: [UInt8], orientation: Int, before type: String = "IDAT"
  ) -> Sample {
    Sample(
      png: name, image,
      chunks: image.chunks.inserting([PNGChunk("eXIf", exif)], before: type),
      orientation: orientation)
  }
}
