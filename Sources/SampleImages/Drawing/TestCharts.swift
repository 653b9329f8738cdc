import Glibc
import Raster

/// Pictures that show what a resize does wrong.
enum TestCharts {
  /// Rings that get finer outwards, up to one pixel black and one white at the middle of each edge:
  /// whatever a resize adds shows as rings where there are none.
  static func zonePlate(_ side: Int) -> Picture {
    let half = Double(side) / 2
    return Picture(side, side, .gray) { x, y, _ in
      let (right, down) = (Double(x) + 0.5 - half, Double(y) + 0.5 - half)
      let phase = .pi * (right * right + down * down) / (2 * half)
      return Int((127.5 + 127.5 * cos(phase)).rounded())
    }
  }

  /// Bands of gradients over all 16 bits: from black to white, and ever smaller parts of it.
  static func gradient(_ width: Int, _ height: Int) -> Picture {
    Picture(width, height, .gray, bitDepth: 16) { x, y, _ in
      let range = 65535 >> (2 * (y * 4 / height))
      return (65535 - range) / 2 + x * range / (width - 1)
    }
  }

  /// The heights of mountains, as other programs take them.
  static func heightMap(_ side: Int) -> Picture {
    let noise = Noise(seed: 21)
    return Picture(painted: side, side, .gray, bitDepth: 16) { x, y in
      let place = SIMD2(Float(x), Float(y)) / Float(side) * 4 + 8
      return Tint(gray: noise.eroded(place, octaves: 11) * 1.15)
    }
  }

  /// A part of the Mandelbrot set, coloured by how fast a point leaves.
  static func mandelbrot(
    _ width: Int, _ height: Int, centre: SIMD2<Double>, viewWidth: Double
  ) -> Picture {
    let colours = [0x05081C, 0x1B3A7A, 0x4FA3C7, 0xF4EBD0, 0xE39A3B, 0x7A1F2E, 0x05081C]
      .map { Tint(UInt32($0)) }
    return Picture(painted: width, height, .rgb) { x, y in
      let offset = SIMD2(Double(x) - Double(width) / 2, Double(y) - Double(height) / 2)
      guard let speed = escape(centre + offset * viewWidth / Double(width)) else {
        return Tint(0x020308)
      }
      let position = log(Float(speed) + 1) * 0.9
      return Tint.ramp(colours, at: position - position.rounded(.down))
    }
  }

  /// The steps after which the iteration from `point` grows beyond all bounds, with a fraction that
  /// makes the bands smooth; nil where it does not within the patience.
  private static func escape(_ point: SIMD2<Double>) -> Double? {
    let (patience, bound) = (300, 256.0)
    var (real, imaginary) = (0.0, 0.0)
    for count in 0..<patience {
      let (realSquare, imaginarySquare) = (real * real, imaginary * imaginary)
      if realSquare + imaginarySquare > bound {
        return Double(count) + 1 - log2(log2(realSquare + imaginarySquare) / 2)
      }
      imaginary = 2 * real * imaginary + point.y
      real = realSquare - imaginarySquare + point.x
    }
    return nil
  }
}
