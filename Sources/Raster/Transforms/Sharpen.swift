/// Sharpens a picture by what a blur takes away from it (an unsharp mask). Streams.
///
/// A sample p beside its blurred neighbourhood b, which is not rounded, becomes
/// p + amount · (p − b), rounded once, unless the two differ by less than the threshold.
///
/// Alpha stays. Colours are compared with what `Blur` makes of them, so that hidden ones have no
/// say; those of pixels without opacity stay as they are. The cost is that of the blur, and some
/// nanoseconds a sample.
public struct Sharpen: Transform {
  /// The largest amount.
  public static let maximumAmount = 10.0

  /// The standard deviation of the blur, in pixels: how wide an edge's surroundings are.
  public let sigma: Double

  /// How much of the difference is added; 1 doubles it.
  public let amount: Double

  /// The least difference that is sharpened, in levels of 255 at either depth; leaves grain alone.
  public let threshold: Double

  /// - Precondition: `sigma` is in `0...Blur.maximumSigma`, `amount` in `0...maximumAmount`, and
  ///   `threshold` in `0...255`.
  public init(sigma: Double = 1, amount: Double = 1, threshold: Double = 0) {
    precondition((0...Blur.maximumSigma).contains(sigma), "sigma is 0 to \(Blur.maximumSigma)")
    precondition(
      (0...Self.maximumAmount).contains(amount), "an amount is 0 to \(Self.maximumAmount)")
    precondition((0...255).contains(threshold), "a threshold is 0 to 255")
    self.sigma = sigma
    self.amount = amount
    self.threshold = threshold
  }

  /// What goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  /// What the blur holds; with alpha, the rows under the curve a second time, as they came.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    try isNeutral ? 0 : GaussianSums.byteCount(for: input, sigma: sigma, keepsSource: true)
  }

  /// The sharpened rows; `source` itself where there is nothing to add.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    if isNeutral { return source }
    let levels = Double(source.layout.format.maximumSample / 255)
    return try SharpenedRows(
      source, sigma: sigma,
      strength: SharpenKernels.Strength(amount: amount, threshold: threshold * levels))
  }

  private var isNeutral: Bool { amount == 0 || Blur(sigma: sigma).isNeutral }
}

/// The rows that a `Sharpen` gives out.
package final class SharpenedRows: RowSource {
  package var layout: RowLayout { gaussian.layout }
  private let gaussian: GaussianSums
  private let strength: SharpenKernels.Strength

  init(_ source: any RowSource, sigma: Double, strength: SharpenKernels.Strength) throws {
    gaussian = try GaussianSums(source, sigma: sigma, keepsSource: true)
    self.strength = strength
  }

  /// The bytes that stand in buffers.
  package var bufferByteCount: Int { gaussian.bufferByteCount }

  package func readRow(into row: inout MutableRawSpan) throws {
    switch layout.format.depth {
    case .eight:
      let sums = try gaussian.nextNarrowRow()
      row.withUnsafeMutableBytes { sharpen(sums, into: $0.bindMemory(to: UInt8.self)) }
    case .sixteen:
      let sums = try gaussian.nextWideRow()
      row.withUnsafeMutableBytes { sharpen(sums, into: $0.bindMemory(to: UInt16.self)) }
    }
  }

  @inline(__always)
  private func sharpen<Sum, Sample>(
    _ sums: UnsafeBufferPointer<Sum>, into out: UnsafeMutableBufferPointer<Sample>
  ) where Sum: FixedWidthInteger & SignedInteger, Sample: FixedWidthInteger & UnsignedInteger {
    let samples = gaussian.currentSourceRow.bindMemory(to: Sample.self)
    if layout.format.hasAlpha {
      SharpenKernels.sharpen(
        samples, sums, channelCount: layout.format.channelCount, bits: gaussian.fractionBits,
        by: strength, into: out)
    } else {
      SharpenKernels.sharpen(
        samples, sums, bits: gaussian.fractionBits, by: strength, into: out)
    }
  }
}
