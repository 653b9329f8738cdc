import Raster

/// PNG files whose pixels are plain and whose structure is not.
enum PNGStructureSamples {
  static var all: [Sample] { sizes + filters + streams + lenient }

  /// The interlaced ones have passes without pixels; the others rows that end within a byte.
  private static var sizes: [Sample] {
    let sizes = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 7), (7, 6), (1, 9), (9, 1), (32, 32)]
    return sizes.flatMap { width, height in
      var image = PNGImage(TestPattern.picture(.gray, width, height, bitDepth: 2))
      let straight = Sample(png: "size-\(width)x\(height)", image)
      image.isInterlaced = true
      return [straight, Sample(png: "size-\(width)x\(height)-interlaced", image)]
    }
  }

  private static var filters: [Sample] {
    PNGImage.RowFilter.allCases.flatMap { filter in
      [(PixelFormat.Channels.gray, 1), (.rgb, 8), (.rgba, 16)].map { channels, depth in
        var image = PNGImage(TestPattern.picture(channels, bitDepth: depth))
        image.rowFilters = [filter]
        return Sample(png: "filter-\(filter)-\(image.picture.channelCount * depth)-bit", image)
      }
    }
  }

  private static var streams: [Sample] {
    let image = PNGImage(TestPattern.picture(.rgb))
    var compressed = PNGImage(TestPattern.picture(.rgba, 32, 32))
    compressed.blockKind = .fixed
    var repetitive = PNGImage(
      Picture(32, 32, .rgb) { x, y, channel in (x / 4 * y / 4 + channel) % 7 })
    repetitive.blockKind = .fixed
    repetitive.rowFilters = [.none]
    return [
      Sample(png: "deflate-fixed", compressed),
      Sample(png: "deflate-fixed-matches", repetitive),
      Sample(png: "idat-of-one-byte-each", image, chunks: image.chunks.splittingData(every: 1)),
      Sample(png: "idat-with-empty-ones", image, chunks: withEmptyData(image.chunks)),
    ]
  }

  private static func withEmptyData(_ chunks: PNGChunks) -> PNGChunks {
    let split = chunks.splittingData(every: 50)
    return PNGChunks(
      list: split.list.flatMap {
        $0.type == "IDAT" ? [PNGChunk("IDAT"), $0, PNGChunk("IDAT")] : [$0]
      })
  }

  /// Files that break a rule without doubt about a single pixel.
  private static var lenient: [Sample] {
    let image = PNGImage(TestPattern.picture(.rgb))
    let suggested = PNGChunk("PLTE", TestPattern.palette(entryCount: 3).flatMap { $0 })
    var beyondPalette = PNGImage(TestPattern.indexes(entryCount: 9, bitDepth: 4))
    beyondPalette.palette = TestPattern.palette(entryCount: 6)
    var trailing = Sample(png: "bytes-after-the-end", image)
    trailing.bytes += [UInt8]("<!-- appended by a server -->")
    let longData = image.chunks.changing("IDAT") {
      $0.contents = Zlib.stream(image.filteredRows + [0, 1, 2], .stored)
    }
    let text = PNGChunk("tEXt", [UInt8]("Comment\0its checksum is wrong"))
    let damagedText = image.chunks.inserting([text], before: "IDAT")
      .changing("tEXt") { $0.hasWrongChecksum = true }
    return [
      Sample(
        png: "suggested-palette", image,
        chunks: image.chunks.inserting([suggested], before: "IDAT")),
      Sample(png: "index-beyond-the-palette", beyondPalette), trailing,
      Sample(png: "too-much-image-data", image, chunks: longData),
      Sample(png: "text-with-wrong-checksum", image, chunks: damagedText),
    ]
  }
}

extension PNGChunks {
  /// The chunks with IDAT in pieces of `byteCount`.
  fileprivate func splittingData(every byteCount: Int) -> PNGChunks {
    PNGChunks(
      list: list.flatMap { chunk in
        guard chunk.type == "IDAT" else { return [chunk] }
        return stride(from: 0, to: chunk.contents.count, by: byteCount).map { start in
          PNGChunk("IDAT", Array(chunk.contents[start...].prefix(byteCount)))
        }
      })
  }
}
