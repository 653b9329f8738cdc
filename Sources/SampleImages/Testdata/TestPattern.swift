import Raster

/// Small pictures of integers: whatever the machine and its mathematical library, they come out the
/// same.
enum TestPattern {
  /// A picture with smooth parts for the row filters that predict, and a noisy corner for none; each
  /// sample's low bits matter, and alpha goes from none to all.
  static func picture(
    _ channels: PixelFormat.Channels, _ width: Int = 11, _ height: Int = 9, bitDepth: Int = 8
  ) -> Picture {
    let maximum = (1 << bitDepth) - 1
    let alpha: Int? =
      switch channels {
      case .grayAlpha: 1
      case .rgba: 3
      case .gray, .rgb: nil
      }
    var noise = SplitMix64(seed: UInt64(width * 64 + height))
    return Picture(width, height, channels, bitDepth: bitDepth) { x, y, channel in
      if channel == alpha { return (x + y) * maximum / max(1, width + height - 2) }
      if 3 * x > 2 * width, 2 * y > height { return noise.next(below: maximum + 1) }
      return switch channel {
      case 0: x * maximum / max(1, width - 1)
      case 1: y * maximum / max(1, height - 1)
      default: (x * 2 + y * 5) * maximum / 97 & maximum
      }
    }
  }

  /// A picture of indexes that uses each of `entryCount` entries, if it is large enough.
  static func indexes(
    _ width: Int = 11, _ height: Int = 9, entryCount: Int, bitDepth: Int
  ) -> Picture {
    Picture(width, height, .gray, bitDepth: bitDepth) { x, y, _ in
      (y * width + x) % entryCount
    }
  }

  /// A palette without two equal entries, of up to 256.
  static func palette(entryCount: Int) -> [[UInt8]] {
    (0..<entryCount).map { index in
      [UInt8(index * 255 / max(1, entryCount - 1)), UInt8(index * 97 % 256), UInt8(255 - index)]
    }
  }

  /// A PNG picture with a palette of all entries that its bit depth allows.
  static func paletted(_ width: Int = 11, _ height: Int = 9, bitDepth: Int) -> PNGImage {
    let entryCount = 1 << bitDepth
    var image = PNGImage(indexes(width, height, entryCount: entryCount, bitDepth: bitDepth))
    image.palette = palette(entryCount: entryCount)
    return image
  }
}
