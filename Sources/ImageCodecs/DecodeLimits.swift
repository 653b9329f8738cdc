public import Raster

/// What a picture may ask for before anything is allocated for it.
public struct DecodeLimits: Hashable, Sendable {
  /// The most pixels in a picture; the default, 268,402,689, is 16383 squared.
  public var maximumPixelCount: Int

  /// The most pixels in all frames of an animation together: sixteen pictures' worth. A frame takes
  /// fifty bytes of a file, whatever the size of the canvas that it is drawn on.
  public var maximumAnimationPixelCount: Int {
    let (count, overflow) = maximumPixelCount.multipliedReportingOverflow(by: 16)
    return overflow ? .max : count
  }

  /// The longest side; the default is libpng's own, 1,000,000.
  public var maximumSide: Int

  /// The most bytes of metadata that are kept of one file (colour profiles, texts); a piece that
  /// would exceed them is left out with a warning.
  public var maximumMetadataByteCount: Int

  /// The most bytes of metadata that a probe reads; those beyond are counted and left for a probe
  /// that may read them, once there is room for them. By default it may.
  public var eagerMetadataByteCount = Int.max

  /// Limits; each default is documented where it stands.
  public init(
    maximumPixelCount: Int = 268_402_689, maximumSide: Int = 1_000_000,
    maximumMetadataByteCount: Int = 8_000_000
  ) {
    self.maximumPixelCount = maximumPixelCount
    self.maximumSide = maximumSide
    self.maximumMetadataByteCount = maximumMetadataByteCount
  }

  /// The size for sides that a header claims.
  ///
  /// - Parameters:
  ///   - width: as claimed, not checked yet.
  ///   - height: as claimed, not checked yet.
  /// - Throws: `CodecError` `.corrupt` for an empty side, `.limitExceeded` beyond a limit.
  public func size(width: Int, height: Int) throws(CodecError) -> PixelSize {
    guard width > 0, height > 0 else {
      throw CodecError(.corrupt, "the header claims \(width)x\(height) pixels")
    }
    guard width <= maximumSide, height <= maximumSide else {
      throw CodecError(.limitExceeded, "\(width)x\(height): a side > limit \(maximumSide)")
    }
    let (pixelCount, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixelCount <= maximumPixelCount else {
      throw CodecError(
        .limitExceeded,
        "\(width)x\(height) = \(pixelCount / 1_000_000) Mpx > limit "
          + "\(maximumPixelCount / 1_000_000) Mpx")
    }
    return PixelSize(width: width, height: height)
  }
}
