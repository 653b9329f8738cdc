import Raster
import Testing

@Suite("Laying pixels over others")
struct BlendKernelTests {
  /// The nearest whole number to a fraction, halves up.
  private func rounded(_ numerator: Int, _ denominator: Int) -> Int {
    let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    return whole + (2 * rest >= denominator ? 1 : 0)
  }

  private func reference(_ top: [Int], _ bottom: [Int], most: Int) -> [Int] {
    let (alpha, below) = (top[top.count - 1], bottom[top.count - 1])
    let weights = (alpha * most, below * (most - alpha))
    let sum = weights.0 + weights.1
    guard alpha > 0 else { return bottom }
    return (0..<top.count - 1).map { rounded(top[$0] * weights.0 + bottom[$0] * weights.1, sum) }
      + [rounded(sum, most)]
  }

  private func layOver(_ top: [[Int]], _ bottom: [[Int]], _ format: PixelFormat) -> [[Int]] {
    func run<Sample: FixedWidthInteger & BitwiseCopyable>(_: Sample.Type) -> [[Int]] {
      let upper = top.flatMap { $0.map { Sample($0) } }
      var lower = bottom.flatMap { $0.map { Sample($0) } }
      upper.withUnsafeBytes { upper in
        lower.withUnsafeMutableBytes { BlendKernels.layOver(upper, $0, of: format) }
      }
      return stride(from: 0, to: lower.count, by: format.channelCount).map { start in
        lower[start..<start + format.channelCount].map { Int($0) }
      }
    }
    return format.depth == .eight ? run(UInt8.self) : run(UInt16.self)
  }

  @Test("each pair of 8-bit alphas, with every colour over some")
  func everyAlpha() {
    let format = PixelFormat(.grayAlpha, .eight)
    for alpha in 0...255 {
      let pairs = (0...255).flatMap { below in
        [(0, 255), (255, 0), (below, 200), (alpha, below), (128, 127)].map { colours in
          ([colours.0, alpha], [colours.1, below])
        }
      }
      let (top, bottom) = (pairs.map(\.0), pairs.map(\.1))
      #expect(
        layOver(top, bottom, format) == pairs.map { reference($0.0, $0.1, most: 255) })
    }
  }

  @Test("random pixels of each format with alpha")
  func random() {
    var generator = SeededGenerator(seed: 6)
    for format in everyFormat where format.hasAlpha {
      let most = format.maximumSample
      func pixels() -> [[Int]] {
        (0..<2000).map { _ in
          var pixel = (0..<format.channelCount).map { _ in
            Int.random(in: 0...most, using: &generator)
          }
          let extremes = [0, most, 1, most - 1]
          let choice = Int.random(in: 0..<8, using: &generator)
          if choice < 4 { pixel[format.channelCount - 1] = extremes[choice] }
          return pixel
        }
      }
      let (top, bottom) = (pixels(), pixels())
      #expect(
        layOver(top, bottom, format)
          == zip(top, bottom).map { reference($0, $1, most: most) }, "\(format)")
    }
  }

  @Test("without alpha the upper row hides the lower one; a row may be empty")
  func opaque() {
    for format in everyFormat {
      #expect(layOver([], [], format) == [])
      guard !format.hasAlpha else { continue }
      let (top, bottom) = (
        [[Int](repeating: 9, count: format.channelCount)],
        [[Int](repeating: 200, count: format.channelCount)]
      )
      #expect(layOver(top, bottom, format) == top)
    }
  }
}
