/// The weights of a bell curve around a pixel, in fixed point; their sum is exactly 1.
///
/// At the edges of a picture weights are cut off, and sums divided by what is left of the weights.
/// Where a picture is shorter than the curve, the curve is cut to what can meet a pixel, so that
/// even at an edge no less than half of the weights is left.
struct GaussianKernel {
  /// The weights from the leftmost to the rightmost.
  let weights: CoefficientTable.Weights

  /// The number of weights on each side of the middle one.
  let radius: Int

  /// The bits behind the point.
  let fractionBits: Int

  private let pixelCount: Int

  // The sum of the weights before each.
  private let sums: [Int]

  /// The curve for an axis of `pixelCount` pixels.
  ///
  /// - Parameter sigma: its standard deviation in pixels, above 0.
  init(sigma: Double, pixelCount: Int, depth: PixelFormat.SampleDepth) {
    let radius = Self.radius(sigma: sigma, pixelCount: pixelCount, depth: depth)
    let tail = (0...radius).reversed().map { distance in
      let x = Double(distance)
      return exponential(ofMinus: x * x / (2 * sigma * sigma))
    }
    var curve = tail + tail.dropLast().reversed()
    let sum = curve.reduce(0, +)
    for tap in curve.indices { curve[tap] /= sum }

    var integers = [Int](repeating: 0, count: curve.count)
    func quantized(bits: Int) {
      quantize(curve[...], one: 1 << bits, isSymmetric: true) { integers[$0] = $1 }
    }
    switch depth {
    case .eight:
      // The most that 32-bit sums of 16-bit samples leave; a weight of nearly 1 needs one less.
      let bits = curve[radius] * 32768 < 32766 ? 15 : 14
      quantized(bits: bits)
      weights = .narrow(integers.map { Int16($0) })
      fractionBits = bits
    case .sixteen:
      quantized(bits: CoefficientTable.wideFractionBits)
      weights = .wide(integers.map { Int32($0) })
      fractionBits = CoefficientTable.wideFractionBits
    }
    self.radius = radius
    self.pixelCount = pixelCount
    var total = 0
    sums =
      [0]
      + integers.map {
        total += $0
        return total
      }
  }

  /// What is left out beyond 4 sigma would change a level of 255 by 0.04 at most, beyond 5 sigma
  /// one of 65535 by 0.08.
  static func radius(sigma: Double, pixelCount: Int, depth: PixelFormat.SampleDepth) -> Int {
    let reach = (sigma * (depth == .eight ? 4 : 5)).rounded(.up)
    return min(Int(reach), pixelCount - 1)
  }

  /// The most taps that a pixel has.
  static func tapCount(
    sigma: Double, pixelCount: Int, depth: PixelFormat.SampleDepth
  ) -> Int {
    min(2 * radius(sigma: sigma, pixelCount: pixelCount, depth: depth) + 1, pixelCount)
  }

  /// At most the bytes that the weights and their sums take.
  static func byteBound(
    sigma: Double, pixelCount: Int, depth: PixelFormat.SampleDepth
  ) -> Int {
    let radius = radius(sigma: sigma, pixelCount: pixelCount, depth: depth)
    return (2 * radius + 2) * (MemoryLayout<Int32>.size + 2 * MemoryLayout<Int>.size)
  }

  /// The pixels that a pixel is made of.
  func taps(of pixel: Int) -> ClosedRange<Int> {
    max(0, pixel - radius)...min(pixelCount - 1, pixel + radius)
  }

  /// Which of the weights those are weighed with.
  func weightRange(of pixel: Int) -> Range<Int> {
    let taps = taps(of: pixel)
    let first = taps.lowerBound - pixel + radius
    return first..<first + taps.count
  }

  /// The sum of those, 1 << fractionBits but for the edges.
  func weightSum(of pixel: Int) -> Int {
    let range = weightRange(of: pixel)
    return sums[range.upperBound] - sums[range.lowerBound]
  }

  /// The pixels whose weights are cut off, on the left and on the right.
  var edges: [Range<Int>] {
    let left = min(radius, pixelCount)
    return [0..<left, max(left, pixelCount - radius)..<pixelCount]
  }
}

/// e^-x for x from 0 to 16, by sums and products alone, so that every machine has the same bits.
private func exponential(ofMinus x: Double) -> Double {
  let halvings = 5
  let part = x / Double(1 << halvings)
  // The Taylor series at up to 1/2; the first term left out is below 2^-60.
  var result = 1.0
  for n in stride(from: 16.0, through: 1, by: -1) { result = 1 - part * result / n }
  for _ in 0..<halvings { result *= result }
  return result
}
