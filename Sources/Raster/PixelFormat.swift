/// How the samples of one pixel stand in a row: interleaved, alpha last and straight, 16-bit
/// samples in the machine's own byte order.
public struct PixelFormat: Hashable, Sendable {
  /// What the samples of a pixel mean; the raw value is their number.
  public enum Channels: Int, Hashable, Sendable, CaseIterable {
    /// Luminance.
    case gray = 1
    /// Luminance, alpha.
    case grayAlpha = 2
    /// Red, green, blue.
    case rgb = 3
    /// Red, green, blue, alpha.
    case rgba = 4
  }

  /// Bits a sample.
  public enum SampleDepth: Int, Hashable, Sendable, CaseIterable {
    /// One byte.
    case eight = 8
    /// Two bytes.
    case sixteen = 16
  }

  /// What the samples of a pixel mean.
  public var channels: Channels
  /// How many bits each of them has.
  public var depth: SampleDepth

  /// A format of those samples.
  public init(_ channels: Channels, _ depth: SampleDepth) {
    self.channels = channels
    self.depth = depth
  }

  /// Samples a pixel.
  public var channelCount: Int { channels.rawValue }
  /// 1 or 2.
  public var bytesPerSample: Int { depth.rawValue / 8 }
  /// 1 to 8.
  public var bytesPerPixel: Int { channelCount * bytesPerSample }
  /// Whether the last sample is opacity.
  public var hasAlpha: Bool { channels == .grayAlpha || channels == .rgba }
  /// Whether there are three colour samples, not one.
  public var hasColour: Bool { channels == .rgb || channels == .rgba }

  /// The sample that stands for full intensity, or full opacity.
  public var maximumSample: Int { (1 << depth.rawValue) - 1 }
}

extension PixelFormat.Channels {
  /// The samples for a picture with or without colour and alpha.
  public init(hasColour: Bool, hasAlpha: Bool) {
    self =
      switch (hasColour, hasAlpha) {
      case (false, false): .gray
      case (false, true): .grayAlpha
      case (true, false): .rgb
      case (true, true): .rgba
      }
  }
}

extension PixelFormat: CustomStringConvertible {
  /// `rgb+alpha 8-bit`.
  public var description: String {
    let name =
      switch channels {
      case .gray: "gray"
      case .grayAlpha: "gray+alpha"
      case .rgb: "rgb"
      case .rgba: "rgb+alpha"
      }
    return "\(name) \(depth.rawValue)-bit"
  }
}
