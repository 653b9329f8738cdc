import Foundation
import Raster

/// The definition, in `Double`: the whole bell curve over the whole picture, cut at its edges and
/// renormalised; premultiplied colours; no rounding.
struct ReferenceBlur {
  let sigma: Double

  /// The blurred samples, straight; colour under no alpha is 0.
  func blur(_ picture: Picture) -> [Double] {
    let (width, height, count) = (picture.width, picture.height, picture.channelCount)
    let full = Double(picture.format.maximumSample)
    var plane = picture.samples.map { Double($0) }
    let hasAlpha = picture.format.hasAlpha
    if hasAlpha {
      for start in stride(from: 0, to: plane.count, by: count) {
        for channel in 0..<count - 1 { plane[start + channel] *= plane[start + count - 1] / full }
      }
    }
    plane = weigh(plane, length: height, step: width * count)
    plane = weigh(plane, length: width, step: count)
    if hasAlpha {
      for start in stride(from: 0, to: plane.count, by: count) {
        let alpha = plane[start + count - 1] / full
        for channel in 0..<count - 1 {
          plane[start + channel] = alpha > 0 ? plane[start + channel] / alpha : 0
        }
      }
    }
    return plane
  }

  // Along an axis whose neighbours are `step` apart.
  private func weigh(_ plane: [Double], length: Int, step: Int) -> [Double] {
    let rows = (0..<length).map { centre in
      let weights = (0..<length).map { other in
        exp(-Double((other - centre) * (other - centre)) / (2 * sigma * sigma))
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
    return plane.indices.map { index in
      let centre = index / step % length
      var sum = 0.0
      for (other, weight) in rows[centre].enumerated() where weight > 1e-14 {
        sum += weight * plane[index + (other - centre) * step]
      }
      return sum
    }
  }
}
