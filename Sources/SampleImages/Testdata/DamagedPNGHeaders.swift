import Raster

/// PNG files whose start shows already that nothing can come of them.
enum DamagedPNGHeaders {
  static var all: [Sample] { fields + framing }

  private static let chunks = PNGImage(TestPattern.picture(.rgb)).chunks

  /// IHDR with one field changed, and its checksum right.
  private static var fields: [Sample] {
    let (width, height, depth, colourType) = (0, 4, 8, 9)
    func header(_ name: String, at offset: Int, _ bytes: [UInt8], _ message: String) -> Sample {
      let changed = chunks.changing("IHDR") {
        $0.contents.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      }
      return sample(name, changed.bytes, "\(message) (chunk at byte 8)")
    }
    var list = [
      header("zero-width", at: width, [0, 0, 0, 0], "IHDR: the header claims 0x9 pixels"),
      header("zero-height", at: height, [0, 0, 0, 0], "IHDR: the header claims 11x0 pixels"),
      header(
        "negative-width", at: width, [0x80, 0, 0, 0],
        "IHDR: the header claims 2147483648x9 pixels"),
      header("colour-type-1", at: colourType, [1], "IHDR: colour type 1 does not exist"),
      header("colour-type-7", at: colourType, [7], "IHDR: colour type 7 does not exist"),
      header("compression-1", at: 10, [1], "IHDR: compression method 1 does not exist"),
      header("filter-method-1", at: 11, [1], "IHDR: filter method 1 does not exist"),
      header("interlace-2", at: 12, [2], "IHDR: interlace method 2 does not exist"),
    ]
    let wrongDepths: [(depth: UInt8, colourType: UInt8)] = [
      (3, 0), (0, 0), (32, 0), (4, 2), (16, 3), (1, 4), (2, 6),
    ]
    list += wrongDepths.map { bitDepth, type in
      header(
        "depth-\(bitDepth)-colour-type-\(type)", at: depth, [bitDepth, type],
        "IHDR: bit depth \(bitDepth) does not go with colour type \(type)")
    }
    let bomb = chunks.changing("IHDR") {
      let side = [UInt8](bigEndian: UInt32(50000))
      $0.contents.replaceSubrange(0..<8, with: side + side)
    }
    let longStrip = chunks.changing("IHDR") {
      $0.contents.replaceSubrange(0..<4, with: [UInt8](bigEndian: UInt32(1_000_001)))
    }
    return list + [
      sample(
        "bomb-50000x50000", bomb.bytes, code: "limitExceeded",
        "50000x50000 = 2500 Mpx > limit 268 Mpx"),
      sample(
        "bomb-1000001x9", longStrip.bytes, code: "limitExceeded",
        "1000001x9: a side > limit 1000000"),
    ]
  }

  private static var framing: [Sample] {
    let bytes = chunks.bytes
    let apple = chunks.inserting([PNGChunk("CgBI", [0x50, 0, 0x20, 6])], before: "IHDR")
    return [
      sample(
        "cut-after-the-signature", Array(bytes.prefix(8)), code: "truncated",
        "the file ends early, between two chunks, at byte 8"),
      sample(
        "cut-in-ihdr", Array(bytes.prefix(20)), code: "truncated",
        "the file ends early, in IHDR, at byte 20"),
      sample(
        "cut-in-the-checksum-of-ihdr", Array(bytes.prefix(32)), code: "truncated",
        "the file ends early, in IHDR, at byte 32"),
      sample(
        "checksum-of-ihdr", chunks.changing("IHDR") { $0.hasWrongChecksum = true }.bytes,
        "IHDR: CRC mismatch (chunk at byte 8)"),
      sample(
        "ihdr-of-14-bytes", chunks.changing("IHDR") { $0.contents.append(0) }.bytes,
        "IHDR: 14 bytes long, not 13 (chunk at byte 8)"),
      sample(
        "no-ihdr", chunks.removing("IHDR").bytes,
        "IDAT stands where IHDR must stand (chunk at byte 8)"),
      sample(
        "ihdr-claims-2-gib", chunks.changing("IHDR") { $0.claimedByteCount = 1 << 31 }.bytes,
        "no IHDR chunk follows the signature, at byte 8"),
      sample(
        "not-png-but-cgbi", apple.bytes, code: "unsupported",
        "CgBI: Apple's variant for iOS is not PNG (chunk at byte 8)"),
    ]
  }

  private static func sample(
    _ name: String, _ bytes: [UInt8], code: String = "corrupt", _ message: String
  ) -> Sample {
    Sample(broken: "damaged/\(name).png", bytes, code: code, message: message)
  }
}
