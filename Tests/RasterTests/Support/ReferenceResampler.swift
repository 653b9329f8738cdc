import Foundation
import Raster

/// The definition, in `Double` and without a thought for speed: the kernel at the distances between
/// centres, stretched on reduction, cut at the edges and renormalised; premultiplied colours; one
/// rounding at the very end, which is the caller's.
struct ReferenceResampler {
  let filter: ResamplingFilter

  /// What colours are weighed as; nil for the samples themselves.
  var light: ReferenceLight?

  /// The resampled samples, straight, neither clamped nor rounded; colour under no alpha is 0. What
  /// was weighed as light is clamped.
  func resample(_ picture: Picture, to size: PixelSize) -> [Double] {
    let channelCount = picture.channelCount
    let hasAlpha = picture.format.hasAlpha
    let full = Double(picture.format.maximumSample)
    var plane = picture.samples.map { Double($0) }
    convertColours(of: &plane, picture.format) { light, level in light.decode(level) }
    if hasAlpha {
      for start in stride(from: 0, to: plane.count, by: channelCount) {
        let alpha = plane[start + channelCount - 1] / full
        for channel in 0..<channelCount - 1 { plane[start + channel] *= alpha }
      }
    }
    let rowCount = picture.width * channelCount
    plane = weigh(
      plane, from: picture.height, to: size.height, step: rowCount, lines: (1, 0, rowCount))
    plane = weigh(
      plane, from: picture.width, to: size.width, step: channelCount,
      lines: (size.height, rowCount, channelCount))
    if hasAlpha {
      for start in stride(from: 0, to: plane.count, by: channelCount) {
        let alpha = plane[start + channelCount - 1] / full
        for channel in 0..<channelCount - 1 {
          plane[start + channel] = alpha > 0 ? plane[start + channel] / alpha : 0
        }
      }
    }
    convertColours(of: &plane, picture.format) { light, level in
      light.encode(min(max(level, 0), 1))
    }
    return plane
  }

  private func convertColours(
    of plane: inout [Double], _ format: PixelFormat,
    _ convert: (ReferenceLight, Double) -> Double
  ) {
    guard let light else { return }
    let full = Double(format.maximumSample)
    for index in plane.indices where index % format.channelCount < format.colourCount {
      plane[index] = convert(light, plane[index] / full) * full
    }
  }

  // Groups of `lines.2` lines side by side, whose elements are `step` apart.
  private func weigh(
    _ plane: [Double], from inputCount: Int, to outputCount: Int, step: Int,
    lines: (groups: Int, groupStep: Int, count: Int)
  ) -> [Double] {
    if inputCount == outputCount { return plane }
    let rows = weights(from: inputCount, to: outputCount)
    var result: [Double] = []
    result.reserveCapacity(lines.groups * outputCount * lines.count)
    for group in 0..<lines.groups {
      for row in rows {
        for line in 0..<lines.count {
          let start = group * lines.groupStep + line
          var sum = 0.0
          for (input, weight) in row { sum += plane[start + input * step] * weight }
          result.append(sum)
        }
      }
    }
    return result
  }

  private func weights(from inputCount: Int, to outputCount: Int) -> [[(Int, Double)]] {
    let scale = Double(inputCount) / Double(outputCount)
    let stretch = max(scale, 1)
    return (0..<outputCount).map { output in
      let centre = (Double(output) + 0.5) * scale
      let reach = support * stretch
      let first = max(0, Int((centre - reach - 1).rounded(.down)))
      let last = min(inputCount - 1, Int((centre + reach + 1).rounded(.up)))
      let row = (first...last).map { input in
        (input, kernel((Double(input) + 0.5 - centre) / stretch))
      }
      let sum = row.reduce(0) { $0 + $1.1 }
      return row.compactMap { $0.1 == 0 ? nil : ($0.0, $0.1 / sum) }
    }
  }

  private var support: Double {
    switch filter {
    case .lanczos3: 3
    case .mitchell, .catmullRom: 2
    case .triangle: 1
    case .box, .nearest: 0.5
    }
  }

  private func kernel(_ signed: Double) -> Double {
    let x = abs(signed)
    switch filter {
    case .lanczos3:
      if x < 1e-12 { return 1 }
      return x < 3 ? sinc(x) * sinc(x / 3) : 0
    case .mitchell: return cubic(x, 1.0 / 3, 1.0 / 3)
    case .catmullRom: return cubic(x, 0, 0.5)
    case .triangle: return max(0, 1 - x)
    case .box, .nearest: return abs(x - 0.5) < 1e-9 ? 0.5 : x < 0.5 ? 1 : 0
    }
  }

  private func sinc(_ x: Double) -> Double { sin(.pi * x) / (.pi * x) }

  private func cubic(_ x: Double, _ b: Double, _ c: Double) -> Double {
    let polynomial: [Double]
    switch x {
    case ..<1:
      polynomial = [6 - 2 * b, 0, -18 + 12 * b + 6 * c, 12 - 9 * b - 6 * c]
    case ..<2:
      polynomial = [8 * b + 24 * c, -12 * b - 48 * c, 6 * b + 30 * c, -b - 6 * c]
    default: return 0
    }
    return polynomial.enumerated().reduce(0) { $0 + $1.1 * pow(x, Double($1.0)) } / 6
  }
}
