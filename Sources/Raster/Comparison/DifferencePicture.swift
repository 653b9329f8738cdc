/// Shows where two pictures of one layout differ: the first one in pale gray, over white, and on it
/// in red the pixels that differ by more than a tolerance, in pale amber those that differ by less.
///
/// The red is deeper the more a pixel differs, and full from 32 levels of 8 bits on.
public final class DifferencePicture {
  private let input: RowLayout
  /// The greatest difference that is no more than the tolerance, in steps.
  private let limit: Double
  private let luma: ByteBuffer
  private let steps: ByteBuffer

  /// The steps of the greatest difference that red tells from others.
  private let deepest: Double

  private static let amber: [UInt8] = [255, 224, 160]

  /// - Parameters:
  ///   - input: the layout of both pictures.
  ///   - tolerance: in levels of 8 bits.
  /// - Throws: `AllocationError`, `SizeOverflow`.
  public init(of input: RowLayout, tolerance: Double) throws {
    self.input = input
    let levels = tolerance * Double(input.format.maximumSample / 255)
    let stepsPerLevel = Double(DifferenceKernels.stepsPerLevel(in: input.format))
    limit = levels * stepsPerLevel
    deepest = 32 * Double(input.format.maximumSample / 255) * stepsPerLevel
    luma = try ByteBuffer(count: try input.width.times(MemoryLayout<Double>.size))
    steps = try ByteBuffer(count: try input.width.times(MemoryLayout<Int>.size))
  }

  /// RGB of 8 bits, of the same size.
  ///
  /// - Throws: `SizeOverflow`.
  public static func outputLayout(for input: RowLayout) throws(SizeOverflow) -> RowLayout {
    try RowLayout(size: input.size, format: PixelFormat(.rgb, .eight))
  }

  /// Two numbers a pixel of one row.
  ///
  /// - Throws: `SizeOverflow`.
  public static func workingByteCount(for input: RowLayout) throws(SizeOverflow) -> Int {
    try input.width.times(MemoryLayout<Double>.size + MemoryLayout<Int>.size)
  }

  /// Draws a row.
  ///
  /// - Parameters:
  ///   - first: a row of the first picture.
  ///   - second: the same row of the second.
  ///   - out: three bytes for each pixel.
  public func drawRow(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) {
    precondition(first.count == input.bytesPerRow && second.count == input.bytesPerRow)
    precondition(out.count == 3 * input.width)
    let luma = luma.bytes.bindMemory(to: Double.self)
    let steps = steps.bytes.bindMemory(to: Int.self)
    BackdropKernels.luma(first, of: input.format, over: .white, into: luma)
    DifferenceKernels.lengths(first, second, of: input.format, into: steps)
    let scale = 1 / Double(input.format.maximumSample)
    for x in 0..<input.width {
      let pixel = UnsafeMutableRawBufferPointer(rebasing: out[3 * x..<3 * x + 3])
      if steps[x] == 0 {
        // A quarter of the contrast, in the light.
        let level = UInt8((191 + 64 * luma[x] * scale).rounded())
        for channel in 0..<3 { pixel[channel] = level }
      } else {
        let length = Double(steps[x])
        pixel.copyBytes(from: length > limit ? red(for: length) : Self.amber)
      }
    }
  }

  private func red(for length: Double) -> [UInt8] {
    let paleness = UInt8((128 * max(0, 1 - length / deepest)).rounded())
    return [255, paleness, paleness]
  }
}
