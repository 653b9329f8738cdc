import Raster

/// PNG files of every way to store a pixel (PNG specification, third edition, table 8).
enum PNGColourSamples {
  static var all: [Sample] { everyColourType + transparentColours + translucentPalettes }

  private static let combinations: [(channels: PixelFormat.Channels, name: String, depths: [Int])] =
    [
      (.gray, "gray", [1, 2, 4, 8, 16]),
      (.rgb, "rgb", [8, 16]),
      (.grayAlpha, "gray+alpha", [8, 16]),
      (.rgba, "rgb+alpha", [8, 16]),
    ]

  private static var everyColourType: [Sample] {
    let direct = combinations.flatMap { channels, name, depths in
      depths.flatMap { depth in
        straightAndInterlaced(
          "\(name)-\(depth)", PNGImage(TestPattern.picture(channels, bitDepth: depth)))
      }
    }
    let paletted = [1, 2, 4, 8].flatMap { depth in
      // 32 x 8 pixels: room for each of 256 entries.
      straightAndInterlaced(
        "palette-\(depth)", TestPattern.paletted(depth == 8 ? 32 : 11, 8, bitDepth: depth))
    }
    return direct + paletted + [grayPalette, shortPalette]
  }

  /// A palette of nothing but grays, which a decoder may hand out as gray.
  private static var grayPalette: Sample {
    var image = TestPattern.paletted(bitDepth: 4)
    image.palette = (0..<16).map { [UInt8](repeating: UInt8($0 * 16), count: 3) }
    return Sample(png: "palette-4-of-grays", image)
  }

  /// Fewer entries than the bit depth could address.
  private static var shortPalette: Sample {
    var image = PNGImage(TestPattern.indexes(entryCount: 5, bitDepth: 8))
    image.palette = TestPattern.palette(entryCount: 5)
    return Sample(png: "palette-8-short", image)
  }

  private static var transparentColours: [Sample] {
    let cases: [(channels: PixelFormat.Channels, name: String, depths: [Int])] = [
      (.gray, "gray", [1, 2, 4, 8, 16]), (.rgb, "rgb", [8, 16]),
    ]
    let keyed = cases.flatMap { channels, name, depths in
      depths.flatMap { depth in
        let picture = TestPattern.picture(channels, bitDepth: depth)
        var image = PNGImage(picture)
        // The colour of a pixel that is surely there.
        image.key = (0..<picture.channelCount).map { UInt16(picture[5, 3, $0]) }
        return straightAndInterlaced("\(name)-\(depth)-transparent", image)
      }
    }
    return keyed + [nearlyTransparent, wideKey]
  }

  /// The key differs from a pixel in the low byte alone, so no pixel is transparent.
  private static var nearlyTransparent: Sample {
    let picture = TestPattern.picture(.rgb, bitDepth: 16)
    var image = PNGImage(picture)
    image.key = (0..<3).map { UInt16(picture[5, 3, $0]) }
    image.key[2] ^= 1
    return Sample(png: "rgb-16-nearly-transparent", image)
  }

  /// The key has bits beyond the depth of the samples, which do not count (section 11.3.1.1).
  private static var wideKey: Sample {
    let picture = TestPattern.picture(.gray, bitDepth: 4)
    var image = PNGImage(picture)
    image.key = [0xAB0 | UInt16(picture[5, 3, 0])]
    return Sample(png: "gray-4-transparent-wide-key", image)
  }

  private static var translucentPalettes: [Sample] {
    [1, 2, 4, 8].map { depth in
      var image = TestPattern.paletted(depth == 8 ? 32 : 11, 8, bitDepth: depth)
      // The entries that have no alpha are opaque.
      let alphaCount = 1 << (depth - 1)
      image.paletteAlpha = (0..<alphaCount).map { UInt8($0 * 255 / alphaCount) }
      return Sample(png: "palette-\(depth)-translucent", image)
    }
  }

  private static func straightAndInterlaced(_ name: String, _ image: PNGImage) -> [Sample] {
    var interlaced = image
    interlaced.isInterlaced = true
    return [Sample(png: name, image), Sample(png: "\(name)-interlaced", interlaced)]
  }
}
