import Raster

/// What a decoder must find: the pixels as 16-bit RGBA with straight alpha, the high byte first,
/// counted from the samples that were drawn.
enum ExpectedPixels {
  /// The hash of a picture whose largest sample is `maximum`.
  ///
  /// A maximum that is not that of 8 or 16 bits is scaled to the smaller of the two that holds it,
  /// to the nearest value; to 16 bits every sample is then scaled exactly.
  static func hash(of picture: Picture, maximum: Int) -> String {
    hash(picture) { x, y in
      let samples = (0..<picture.channelCount).map { scaled(picture[x, y, $0], maximum: maximum) }
      return switch picture.channels {
      case .gray: [samples[0], samples[0], samples[0], 65535]
      case .grayAlpha: [samples[0], samples[0], samples[0], samples[1]]
      case .rgb: samples + [65535]
      case .rgba: samples
      }
    }
  }

  /// The hash of a PNG picture.
  static func hash(of image: PNGImage) -> String {
    let picture = image.picture
    if let palette = image.palette {
      return hash(picture) { x, y in
        let index = picture[x, y, 0]
        // Beyond the palette's end pixels are opaque black, as libpng makes them.
        let colour = index < palette.count ? palette[index].map(Int.init) : [0, 0, 0]
        let alpha = index < image.paletteAlpha.count ? Int(image.paletteAlpha[index]) : 255
        return (colour + [alpha]).map { $0 * 257 }
      }
    }
    guard !image.key.isEmpty else { return hash(of: picture, maximum: picture.maximumSample) }
    let key = image.key.map { Int($0) & picture.maximumSample }
    return hash(picture) { x, y in
      let samples = (0..<picture.channelCount).map { picture[x, y, $0] }
      let colour = (0..<3).map { channel in
        scaled(samples[min(channel, samples.count - 1)], maximum: picture.maximumSample)
      }
      return colour + [samples == key ? 0 : 65535]
    }
  }

  private static func hash(_ picture: Picture, _ rgba: (Int, Int) -> [Int]) -> String {
    var bytes: [UInt8] = []
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        for sample in rgba(x, y) { bytes += [UInt8](bigEndian: UInt16(sample)) }
      }
    }
    return SHA256.hexDigest(bytes)
  }

  private static func scaled(_ sample: Int, maximum: Int) -> Int {
    if maximum > 255 { return (sample * 65535 + maximum / 2) / maximum }
    return (sample * 255 + maximum / 2) / maximum * 257
  }
}
