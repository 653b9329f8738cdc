import Glibc

/// The structural similarity of two pictures' luma, from their rows (Z. Wang, A. C. Bovik,
/// H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
/// Similarity", IEEE Transactions on Image Processing 13(4), 2004).
///
/// The window is the paper's: 11×11, Gaussian with σ = 1.5, K1 = 0.01, K2 = 0.03. Only windows that
/// lie wholly within the picture count, as in the authors' own program. Where a side is shorter
/// than a window, so is the window, whose middle stays the middle of the bell.
final class StructuralSimilarity {
  private static let windowLength = 11
  private static let deviation = 1.5

  private let weights: (across: [Double], down: [Double])
  private let width: Int
  /// The numbers in a row, with some zeros behind, so that no vector is cut short.
  private let stride: Int
  private let constants: (Double, Double)
  /// The rows of the window, in a ring, each of them one picture's and then the other's.
  private let ring: ByteBuffer
  private let planes: ByteBuffer
  private var rowCount = 0
  /// The last rows that are the same in both pictures.
  private var equalRowCount = 0
  private var sum = 0.0
  /// What the windows that end in the last row came to.
  private var lastSum = 0.0
  private var windowCount = 0.0

  /// - Parameter fullScale: the luma of white.
  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(size: PixelSize, fullScale: Double) throws {
    width = size.width
    stride = try Self.stride(for: size)
    weights = (Self.weights(forSide: size.width), Self.weights(forSide: size.height))
    func constant(_ factor: Double) -> Double { (factor * fullScale) * (factor * fullScale) }
    constants = (constant(0.01), constant(0.03))
    ring = try ByteBuffer(count: try Self.ringByteCount(for: size))
    planes = try ByteBuffer(count: try Self.planesByteCount(for: size))
    ring.bytes.bindMemory(to: Double.self).initialize(repeating: 0)
    planes.bytes.bindMemory(to: Double.self).initialize(repeating: 0)
  }

  /// The bytes that a comparison of such pictures holds.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(for size: PixelSize) throws(SizeOverflow) -> Int {
    try ringByteCount(for: size).plus(planesByteCount(for: size))
  }

  private static func stride(for size: PixelSize) throws(SizeOverflow) -> Int {
    let lanes = SimilarityKernels.laneCount
    return try (size.width.plus(2 * lanes - 1) / lanes).times(lanes)
  }

  private static func ringByteCount(for size: PixelSize) throws(SizeOverflow) -> Int {
    try stride(for: size).times(2 * 8 * min(windowLength, size.height))
  }

  private static func planesByteCount(for size: PixelSize) throws(SizeOverflow) -> Int {
    try stride(for: size).times(SimilarityKernels.planeCount * 8)
  }

  /// The window's weights along a side; their sum is 1.
  private static func weights(forSide length: Int) -> [Double] {
    let count = min(windowLength, length)
    let bell = (0..<count).map { tap in
      let distance = Double(tap) - Double(count - 1) / 2
      return exp(-distance * distance / (2 * deviation * deviation))
    }
    let sum = bell.reduce(0, +)
    return bell.map { $0 / sum }
  }

  /// The next row.
  ///
  /// - Parameters:
  ///   - areEqual: whether it is the same in both pictures.
  ///   - twin: a comparison that has taken the row before, and all others of the window, and they
  ///     were the same; nil for none.
  ///   - fill: writes the luma of all of its pixels, for either picture.
  func addRow(
    areEqual: Bool, twin: StructuralSimilarity? = nil,
    _ fill: (
      _ first: UnsafeMutableBufferPointer<Double>, _ second: UnsafeMutableBufferPointer<Double>
    ) -> Void
  ) {
    let numbers = ring.bytes.bindMemory(to: Double.self)
    let start = rowCount % weights.down.count * 2 * stride
    fill(
      UnsafeMutableBufferPointer(rebasing: numbers[start..<start + width]),
      UnsafeMutableBufferPointer(rebasing: numbers[start + stride..<start + stride + width]))
    rowCount += 1
    equalRowCount = areEqual ? equalRowCount + 1 : 0
    guard rowCount >= weights.down.count else { return }
    let count = width - weights.across.count + 1
    windowCount += Double(count)
    lastSum =
      equalRowCount >= weights.down.count
      ? Double(count) : twin?.lastSum ?? sumOfSimilarities(count)
    sum += lastSum
  }

  /// The number of rows under the window.
  var windowHeight: Int { weights.down.count }

  /// The sum over the windows that end in the last row.
  private func sumOfSimilarities(_ count: Int) -> Double {
    let numbers = ring.pointer(at: 0)
    let rows = (0..<weights.down.count).map { tap in
      // The oldest row stands where the next one will.
      let start = (rowCount + tap) % weights.down.count * 2 * stride
      func row(_ start: Int) -> UnsafePointer<Double> {
        UnsafeRawPointer(numbers).assumingMemoryBound(to: Double.self) + start
      }
      return (first: row(start), second: row(start + stride))
    }
    guard let sums = planes.bytes.bindMemory(to: Double.self).baseAddress else { return 0 }
    SimilarityKernels.sumRows(rows, weights: weights.down, stride: stride, into: sums)
    return SimilarityKernels.sumSimilarities(
      sums, stride: stride, weights: weights.across, count: count, constants: constants)
  }

  /// The mean over all windows; 1 for pictures that are the same.
  var mean: Double { windowCount > 0 ? sum / windowCount : 1 }
}
