import Foundation
import Raster

/// How far a resampled picture is from the reference, in levels of its own depth.
struct Comparison {
  /// The largest difference of a sample; with alpha, after compositing over black and over white.
  private(set) var maximum = 0.0

  private var differences = 0.0
  private var squares = 0.0
  private var count = 0.0

  /// Ours less the reference's, on average, in levels of 255.
  var bias: Double { differences / count }

  /// Against the reference rounded to the same format; infinite where equal.
  var psnr: Double {
    squares > 0 ? 10 * log10(255 * 255 * count / squares) : .infinity
  }

  mutating func add(_ picture: Picture, _ reference: [Double]) {
    let full = Double(picture.format.maximumSample)
    let exact = reference.map { min(max($0, 0), full) }
    // Halves go up, also those that `Double` has a hair below.
    let rounded = exact.map { ($0 + (0.5 + 1e-9)).rounded(.down) }
    let ours = picture.samples.map { Double($0) }
    guard picture.format.hasAlpha else {
      for index in ours.indices { add(ours[index], rounded[index], rounded[index], full) }
      return
    }
    for backdrop in [0, full] {
      let composited = [ours, rounded, exact].map {
        Self.composite($0, channelCount: picture.channelCount, full: full, over: backdrop)
      }
      // Where the result is composited, the reference for the maximum isn't rounded before.
      for index in composited[0].indices {
        add(composited[0][index], composited[1][index], composited[2][index], full)
      }
    }
  }

  private mutating func add(_ value: Double, _ rounded: Double, _ exact: Double, _ full: Double) {
    maximum = max(maximum, abs(value - exact))
    let difference = (value - rounded) * 255 / full
    differences += difference
    squares += difference * difference
    count += 1
  }

  private static func composite(
    _ samples: [Double], channelCount: Int, full: Double, over backdrop: Double
  ) -> [Double] {
    stride(from: 0, to: samples.count, by: channelCount).flatMap { start in
      let alpha = samples[start + channelCount - 1] / full
      return (0..<channelCount - 1).map { samples[start + $0] * alpha + backdrop * (1 - alpha) }
    }
  }
}

/// Resampled pictures against the reference.
func compare(
  _ picture: Picture, to sizes: PixelSize..., filter: ResamplingFilter = .lanczos3,
  transfer: TransferFunction? = nil
) async throws -> Comparison {
  try await compare(picture, to: sizes, filter: filter, transfer: transfer)
}

func compare(
  _ picture: Picture, to sizes: [PixelSize], filter: ResamplingFilter = .lanczos3,
  transfer: TransferFunction? = nil
) async throws -> Comparison {
  var comparison = Comparison()
  let reference = ReferenceResampler(filter: filter, light: transfer.map(ReferenceLight.init))
  for size in sizes {
    let ours = try await picture.applying(
      Resample(to: size, filter: filter, transfer: transfer))
    comparison.add(ours, reference.resample(picture, to: size))
  }
  return comparison
}
