import Glibc

/// How far two pictures of one size are apart.
///
/// It is about what is seen: translucent pixels are held against each other over black and over
/// white, and the greater difference counts; colours that an alpha of 0 hides do not.
public struct PictureDifference: Hashable, Sendable {
  /// The depth whose levels differences are told in: the greater of the two pictures'.
  public let depth: PixelFormat.SampleDepth

  /// The greatest difference of a sample, in levels of `depth`; a fraction only where pixels are
  /// translucent. 0 means that the pictures are equal.
  public let maximum: Double

  /// How many pixels differ, however little.
  public let differingPixelCount: Int

  /// The mean of the squared differences of all colour samples, in squared levels of `depth`: over
  /// black or over white, whichever is greater.
  public let meanSquaredError: Double

  /// The mean structural similarity of luma, from -1 to 1, over black or over white, whichever is
  /// less; 1 for equal pictures. See `PictureComparison`.
  public let similarity: Double

  /// Whether every pixel is seen as its equal in the other picture.
  public var isEqual: Bool { maximum == 0 }

  /// The highest level of `depth`.
  public var fullScale: Int { (1 << depth.rawValue) - 1 }

  /// The peak signal-to-noise ratio in dB; infinite for equal pictures.
  public var peakSignalToNoiseRatio: Double {
    guard meanSquaredError > 0 else { return .infinity }
    let peak = Double(fullScale)
    return 10 * log10(peak * peak / meanSquaredError)
  }

  /// Whether no sample differs by more than that.
  ///
  /// - Parameter tolerance: in levels of 8 bits.
  public func isWithin(_ tolerance: Double) -> Bool {
    maximum <= tolerance * Double(fullScale / 255)
  }
}
