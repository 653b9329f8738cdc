import Foundation
import Raster

/// The definitions, in `Double` and without a thought for speed: each backdrop's picture stands
/// whole, and each window is summed up by itself.
struct ReferenceComparison {
  private(set) var maximum = 0.0
  private(set) var meanSquaredError = 0.0
  private(set) var similarity = 1.0
  private(set) var differingPixelCount = 0

  /// - Precondition: both pictures have one size and one format.
  init(_ first: Picture, _ second: Picture) {
    let full = Double(first.format.maximumSample)
    var differs = [Bool](repeating: false, count: first.width * first.height)
    for backdrop in first.format.hasAlpha ? [0, full] : [0] {
      let seen = [first, second].map { Self.composite($0, over: backdrop) }
      var squares = 0.0
      for index in differs.indices {
        for (one, other) in zip(seen[0][index], seen[1][index]) {
          let distance = abs(one - other)
          maximum = max(maximum, distance)
          squares += distance * distance
          // Far less than a step of 16 bits with an alpha of 16 bits.
          if distance > 1e-7 { differs[index] = true }
        }
      }
      let count = Double(differs.count * (first.format.hasColour ? 3 : 1))
      meanSquaredError = max(meanSquaredError, squares / count)
      let luma = seen.map { $0.map(Self.luma) }
      similarity = min(
        similarity, Self.similarity(luma[0], luma[1], first.size, fullScale: full))
    }
    differingPixelCount = differs.count { $0 }
  }

  private static func composite(_ picture: Picture, over backdrop: Double) -> [[Double]] {
    let full = Double(picture.format.maximumSample)
    return (0..<picture.width * picture.height).map { index in
      let pixel = picture.pixel(index % picture.width, index / picture.width).map { Double($0) }
      guard picture.format.hasAlpha, let alpha = pixel.last else { return pixel }
      return pixel.dropLast().map { ($0 * alpha + backdrop * (full - alpha)) / full }
    }
  }

  private static func luma(_ pixel: [Double]) -> Double {
    pixel.count == 3 ? 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] : pixel[0]
  }

  private static func similarity(
    _ first: [Double], _ second: [Double], _ size: PixelSize, fullScale: Double
  ) -> Double {
    let (across, down) = (min(11, size.width), min(11, size.height))
    func bell(_ place: Int, _ count: Int) -> Double {
      let distance = Double(place) - Double(count - 1) / 2
      return exp(-distance * distance / 4.5)
    }
    var weights: [Double] = []
    for y in 0..<down {
      for x in 0..<across { weights.append(bell(x, across) * bell(y, down)) }
    }
    let sum = weights.reduce(0, +)
    weights = weights.map { $0 / sum }
    let (c1, c2) = (pow(0.01 * fullScale, 2), pow(0.03 * fullScale, 2))
    var similarities: [Double] = []
    for top in 0...size.height - down {
      for left in 0...size.width - across {
        func window(_ luma: [Double]) -> [Double] {
          weights.indices.map { luma[(top + $0 / across) * size.width + left + $0 % across] }
        }
        let (a, b) = (window(first), window(second))
        func mean(_ values: [Double]) -> Double {
          zip(weights, values).map { $0 * $1 }.reduce(0, +)
        }
        let (meanA, meanB) = (mean(a), mean(b))
        let varianceA = mean(a.map { ($0 - meanA) * ($0 - meanA) })
        let varianceB = mean(b.map { ($0 - meanB) * ($0 - meanB) })
        let covariance = mean(zip(a, b).map { ($0 - meanA) * ($1 - meanB) })
        similarities.append(
          (2 * meanA * meanB + c1) * (2 * covariance + c2)
            / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2)))
      }
    }
    return similarities.reduce(0, +) / Double(similarities.count)
  }
}

extension Picture {
  /// Row by row, with what `take` does with each pair.
  static func eachRow(
    _ first: Picture, _ second: Picture,
    _ take: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
  ) throws {
    let (one, other) = (try first.rows(), try second.rows())
    let buffers = [
      UnsafeMutableRawBufferPointer.allocate(byteCount: one.layout.bytesPerRow, alignment: 8),
      UnsafeMutableRawBufferPointer.allocate(byteCount: other.layout.bytesPerRow, alignment: 8),
    ]
    defer { for buffer in buffers { buffer.deallocate() } }
    for _ in 0..<first.height {
      for (rows, buffer) in zip([one, other], buffers) {
        var row = buffer.mutableBytes
        try rows.readRow(into: &row)
      }
      take(UnsafeRawBufferPointer(buffers[0]), UnsafeRawBufferPointer(buffers[1]))
    }
  }

  /// How far it is from another of the same layout.
  func difference(from other: Picture) throws -> PictureDifference {
    let comparison = try PictureComparison(of: layout())
    try Self.eachRow(self, other) { comparison.addRow($0, $1) }
    return comparison.difference()
  }

  /// The picture with other samples at some places.
  func changing(_ samples: (x: Int, y: Int, channel: Int, to: Int)...) -> Picture {
    var picture = self
    for sample in samples { picture[sample.x, sample.y, sample.channel] = sample.to }
    return picture
  }
}
