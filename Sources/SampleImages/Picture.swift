import Raster

/// A picture as plain integers: rows from the top, samples side by side, each of `bitDepth` bits.
struct Picture {
  let width: Int
  let height: Int
  let channels: PixelFormat.Channels

  /// 1, 2, 4, 8 or 16.
  let bitDepth: Int

  private(set) var samples: [UInt16] = []

  var channelCount: Int { channels.rawValue }
  var maximumSample: Int { (1 << bitDepth) - 1 }

  /// A picture of the samples that `sample` tells for x, y and the number of the channel.
  init(
    _ width: Int, _ height: Int, _ channels: PixelFormat.Channels, bitDepth: Int = 8,
    sample: (Int, Int, Int) -> Int
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.bitDepth = bitDepth
    samples.reserveCapacity(width * height * channelCount)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channelCount { samples.append(UInt16(sample(x, y, channel))) }
      }
    }
  }

  subscript(x: Int, y: Int, channel: Int) -> Int {
    Int(samples[(y * width + x) * channelCount + channel])
  }

  /// The picture lying on its side, so that a quarter turn clockwise sets it upright.
  var turnedCounterclockwise: Picture {
    Picture(height, width, channels, bitDepth: bitDepth) { x, y, channel in
      self[width - 1 - y, x, channel]
    }
  }
}

extension Picture {
  /// A painted picture.
  ///
  /// - Parameters:
  ///   - grain: the noise of a camera's sensor, in steps of 8 bits; 0 for drawings.
  ///   - paint: the colour at x and y; gray pictures take its green.
  init(
    painted width: Int, _ height: Int, _ channels: PixelFormat.Channels, bitDepth: Int = 8,
    grain: Float = 0, paint: (Int, Int) -> Tint
  ) {
    var noise = SplitMix64(seed: UInt64(width * height))
    var tint = Tint()
    let maximum = Float((1 << bitDepth) - 1)
    self.init(width, height, channels, bitDepth: bitDepth) { x, y, channel in
      if channel == 0 {
        tint = paint(x, y)
        // The sum of two even distributions: small errors are likelier than large ones.
        if grain > 0 { tint += (noise.nextUnit() + noise.nextUnit() - 1) * grain / 255 }
      }
      let value: Float =
        switch (channels, channel) {
        case (.grayAlpha, 1), (.rgba, 3): tint.w
        case (.gray, _), (.grayAlpha, _), (_, 1): tint.y
        case (_, 0): tint.x
        default: tint.z
        }
      return Int((value.clamped(to: 0...1) * maximum).rounded())
    }
  }
}
