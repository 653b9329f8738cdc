import Raster

/// PNG files whose header is fine and whose pixels are lost: each a good file with one change.
enum DamagedPNGData {
  static var all: [Sample] { cuts + checksums + order + streams }

  private static let image = PNGImage(TestPattern.picture(.rgb))
  private static let paletted = TestPattern.paletted(bitDepth: 2)
  private static var chunks: PNGChunks { image.chunks }

  private static var cuts: [Sample] {
    let (data, end) = (chunks.offset(of: "IDAT"), chunks.offset(of: "IEND"))
    func cut(_ name: String, at offset: Int, _ place: String) -> Sample {
      sample(
        "cut-\(name)", Array(chunks.bytes.prefix(offset)), code: "truncated",
        "the file ends early, \(place), at byte \(offset)")
    }
    return [
      cut("before-idat", at: data, "between two chunks"),
      cut("in-the-length-of-idat", at: data + 2, "between two chunks"),
      cut("at-the-start-of-idat", at: data + 8, "in IDAT"),
      cut("in-the-middle-of-idat", at: (data + end) / 2, "in IDAT"),
      cut("before-the-checksum-of-idat", at: end - 4, "in IDAT"),
      cut("before-iend", at: end, "between two chunks"),
      cut("in-iend", at: end + 10, "in IEND"),
    ]
  }

  private static var checksums: [Sample] {
    var keyed = image
    keyed.key = [1, 2, 3]
    // tRNS decides whether there is alpha, so the header needs it.
    let transparency = Sample(
      broken: "damaged/checksum-of-trns.png",
      keyed.chunks.changing("tRNS") { $0.hasWrongChecksum = true }.bytes, code: "corrupt",
      message: "tRNS: CRC mismatch" + place("tRNS", in: keyed.chunks))
    return ["PLTE", "IDAT", "IEND"].map { type in
      sample(
        "checksum-of-\(type.lowercased())", of: paletted,
        paletted.chunks.changing(type) { $0.hasWrongChecksum = true }.bytes,
        "\(type): CRC mismatch" + place(type, in: paletted.chunks))
    } + [transparency]
  }

  /// How a message tells where a chunk stands: the first or the last of its type.
  private static func place(_ type: String, in chunks: PNGChunks, isLast: Bool = false) -> String {
    let offset = isLast ? chunks.offset(ofLast: type) : chunks.offset(of: type)
    return " (chunk at byte \(offset))"
  }

  private static var order: [Sample] {
    let palette = paletted.chunks.list.filter { $0.type == "PLTE" }
    let latePalette = paletted.chunks.removing("PLTE").inserting(palette, before: "IEND")
    let header = chunks.list.filter { $0.type == "IHDR" }
    let unknown = [PNGChunk("CrIt", [1, 2, 3])]
    func sample(
      _ name: String, of image: PNGImage = image, _ chunks: PNGChunks, _ type: String,
      _ reason: String
    ) -> Sample {
      Self.sample(
        name, of: image, chunks.bytes,
        "\(type): \(reason)" + place(type, in: chunks, isLast: true))
    }
    return [
      sample(
        "no-plte", of: paletted, paletted.chunks.removing("PLTE"), "IDAT",
        "Missing PLTE before IDAT"),
      sample("late-plte", of: paletted, latePalette, "IDAT", "Missing PLTE before IDAT"),
      sample(
        "plte-of-11-bytes", of: paletted,
        paletted.chunks.changing("PLTE") { $0.contents.removeLast() }, "PLTE", "invalid"),
      sample(
        "two-plte", of: paletted, paletted.chunks.inserting(palette, before: "IDAT"), "PLTE",
        "duplicate"),
      sample("no-idat", chunks.removing("IDAT"), "IEND", "out of place"),
      sample("two-ihdr", chunks.inserting(header, before: "IDAT"), "IHDR", "out of place"),
      sample(
        "unknown-critical-chunk", chunks.inserting(unknown, before: "IDAT"), "CrIt",
        "unhandled critical chunk"),
      sample(
        "unknown-critical-chunk-behind-the-data", chunks.inserting(unknown, before: "IEND"),
        "CrIt", "unhandled critical chunk"),
      Self.sample(
        "no-letters-for-a-type",
        chunks.inserting([PNGChunk("t\u{1}Xt", [0])], before: "IDAT").bytes,
        "t[01]Xt: invalid chunk type" + place("IDAT", in: chunks)),
    ]
  }

  private static var streams: [Sample] {
    let rows = image.filteredRows
    func data(_ name: String, _ reason: String, _ change: (inout PNGChunk) -> Void) -> Sample {
      sample(
        name, chunks.changing("IDAT", change).bytes,
        "IDAT: \(reason)" + place("IDAT", in: chunks))
    }
    func shortData(_ name: String, _ change: (inout PNGChunk) -> Void) -> Sample {
      let changed = chunks.changing("IDAT", change)
      return sample(
        name, changed.bytes,
        "IDAT: not enough image data (it ends at byte \(changed.offset(of: "IEND")))")
    }
    let claims = chunks.changing("IDAT") { $0.claimedByteCount = 0x7FFF_FFFF }.bytes
    return [
      data("adler", "incorrect data check") { $0.contents[$0.contents.count - 1] ^= 1 },
      data("zlib-header", "incorrect header check") { $0.contents[1] ^= 1 },
      data("block-type-3", "invalid block type") { $0.contents[2] = 0b111 },
      data("stored-length", "invalid stored block lengths") { $0.contents[3] ^= 1 },
      data("row-filter-5", "bad adaptive filter value") {
        var rows = rows
        rows[0] = 5
        $0.contents = Zlib.stream(rows, .stored)
      },
      shortData("one-row-missing") {
        $0.contents = Zlib.stream(rows.dropLast(rows.count / 9), .stored)
      },
      shortData("empty-idat") { $0.contents = [] },
      sample(
        "idat-claims-2-gib", claims, code: "truncated",
        "the file ends early, in IDAT, at byte \(claims.count)"),
    ]
  }

  private static func sample(
    _ name: String, of image: PNGImage = image, _ bytes: [UInt8], code: String = "corrupt",
    _ message: String
  ) -> Sample {
    Sample(
      broken: "damaged/\(name).png", bytes, header: Sample.Header(image), code: code,
      message: message)
  }
}
