import Raster

/// What a decoder must find: the pixels as 16-bit RGBA with straight alpha, the high byte first,
/// counted from the samples that were drawn.
enum ExpectedPixels {
  /// The hash of a picture whose largest sample is `maximum`.
  ///
  /// A maximum that is not that of 8 or 16 bits is scaled to the smaller of the two that holds it,
  /// to the nearest value; to 16 bits every sample is then scaled exactly.
  static func hash(of picture: Picture, maximum: Int) -> String {
    hash(pixels(of: picture, maximum: maximum))
  }

  private static func pixels(of picture: Picture, maximum: Int) -> [[Int]] {
    pixels(picture) { x, y in
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
  static func hash(of image: PNGImage) -> String { hash(pixels(of: image)) }

  /// The hash of all frames of an animation as they are seen, one behind the other.
  static func hash(of animation: PNGAnimation) -> String { hash(animation.canvases.flatMap { $0 }) }

  /// The pixels of a PNG picture: red, green, blue and alpha, from 0 to 65535.
  static func pixels(of image: PNGImage) -> [[Int]] {
    let picture = image.picture
    if let palette = image.palette {
      return pixels(picture) { x, y in
        let index = picture[x, y, 0]
        // Beyond the palette's end pixels are opaque black, as libpng makes them.
        let colour = index < palette.count ? palette[index].map(Int.init) : [0, 0, 0]
        let alpha = index < image.paletteAlpha.count ? Int(image.paletteAlpha[index]) : 255
        return (colour + [alpha]).map { $0 * 257 }
      }
    }
    guard !image.key.isEmpty else { return pixels(of: picture, maximum: picture.maximumSample) }
    let key = image.key.map { Int($0) & picture.maximumSample }
    return pixels(picture) { x, y in
      let samples = (0..<picture.channelCount).map { picture[x, y, $0] }
      let colour = (0..<3).map { channel in
        scaled(samples[min(channel, samples.count - 1)], maximum: picture.maximumSample)
      }
      return colour + [samples == key ? 0 : 65535]
    }
  }

  private static func pixels(_ picture: Picture, _ rgba: (Int, Int) -> [Int]) -> [[Int]] {
    (0..<picture.height).flatMap { y in (0..<picture.width).map { x in rgba(x, y) } }
  }

  private static func hash(_ pixels: [[Int]]) -> String {
    SHA256.hexDigest(pixels.flatMap { $0.flatMap { [UInt8](bigEndian: UInt16($0)) } })
  }

  private static func scaled(_ sample: Int, maximum: Int) -> Int {
    if maximum > 255 { return (sample * 65535 + maximum / 2) / maximum }
    return (sample * 255 + maximum / 2) / maximum * 257
  }
}
