import Glibc
import Raster

/// Pictures with soft edges and shadows, as games and user interfaces have them.
enum Sprites {
  /// A picture of layers around its middle, the lowest first.
  static func painted(
    _ width: Int, _ height: Int, _ channels: PixelFormat.Channels = .rgba, bitDepth: Int = 8,
    layers: (SIMD2<Float>) -> [Tint]
  ) -> Picture {
    let centre = SIMD2(Float(width), Float(height)) / 2
    return Picture(painted: width, height, channels, bitDepth: bitDepth) { x, y in
      layers(SIMD2(Float(x), Float(y)) + 0.5 - centre).reduce(Tint()) { $1.over($0) }
    }
  }

  /// A coin that turns; the phase goes from 0, seen from the front, to 1, half a turn on.
  static func coin(_ side: Int, phase: Float) -> Picture {
    let radius = Float(side) * 0.44
    let narrowing = max(abs(cos(phase * .pi)), 0.12)
    return painted(side, side) { point in
      let face = SIMD2(point.x / narrowing, point.y)
      func covered(_ distance: Float) -> Float {
        Shape.coverage(distance * narrowing, softness: 1.4)
      }
      let light = 0.5 - (face.x + face.y) / (3.2 * radius)
      let rim = Tint(0x8A5A10).mixed(with: Tint(0xFFE9A0), light)
      let gold = Tint(0xC98A1B).mixed(with: Tint(0xFFD75E), light)
      let shine = Tint(gray: 1).withAlpha(
        0.5 * exp(-pow((face.x + face.y * 0.6 + radius * 0.35) / (radius * 0.16), 2)))
      let disc = Shape.circle(face, radius: radius * 0.84)
      let star = Shape.star(face, radius: radius * 0.56, inner: 0.45)
      return [
        rim.withAlpha(covered(Shape.circle(face, radius: radius))),
        gold.withAlpha(covered(disc)),
        Tint(0x9A6512).withAlpha(covered(star)),
        shine.withAlpha(shine.w * covered(disc)),
      ]
    }
  }

  static func heart(_ side: Int) -> Picture {
    let size = Float(side) * 0.66
    return painted(side, side) { point in
      // Round where the shape itself has corners.
      let rounding = size * 0.06
      let place = point - SIMD2(0, size * 0.08)
      let distance = Shape.heart(place, size: size) - rounding
      let shadow = Shape.heart(place - SIMD2(0, size * 0.07), size: size) - rounding
      let gloss = Shape.circle(place + SIMD2(size * 0.27, size * 0.33), radius: size * 0.1)
      return [
        Tint(0x200008).withAlpha(0.45 * Shape.coverage(shadow, softness: size * 0.16)),
        Tint(0xFF6A78).mixed(with: Tint(0xA80A2C), (place.y / size + 0.6) * 0.85)
          .withAlpha(Shape.coverage(distance, softness: 1.4)),
        Tint(gray: 1).withAlpha(0.75 * Shape.coverage(gloss, softness: size * 0.13)),
      ]
    }
  }

  static func button(_ width: Int, _ height: Int) -> Picture {
    let half = SIMD2(Float(width), Float(height)) / 2 - 12
    let radius = half.y * 0.6
    return painted(width, height) { point in
      let shadow = Shape.roundedBox(point - SIMD2(0, 4), half: half, radius: radius)
      let body = Shape.roundedBox(point, half: half, radius: radius)
      let inside = Shape.roundedBox(point, half: half - 2, radius: radius - 2)
      let position = (point.y / half.y + 1) / 2
      let label = Shape.star(point, radius: half.y * 0.62, inner: 0.42)
      return [
        Tint(0x000814).withAlpha(0.5 * Shape.coverage(shadow - 2, softness: 16)),
        Tint(0x123A78).withAlpha(Shape.coverage(body)),
        Tint.ramp([Tint(0x7FC4FF), Tint(0x3D8BE8), Tint(0x2668C4)], at: position)
          .withAlpha(Shape.coverage(inside)),
        Tint(0xFFFFFF).withAlpha(0.95 * Shape.coverage(label, softness: 1.2)),
      ]
    }
  }

  /// Frosted glass with a bright edge, half transparent everywhere.
  static func panel(_ width: Int, _ height: Int) -> Picture {
    let half = SIMD2(Float(width), Float(height)) / 2 - 14
    let noise = Noise(seed: 4)
    return painted(width, height) { point in
      let distance = Shape.roundedBox(point, half: half, radius: 22)
      let frost = 0.55 + 0.12 * noise.fractal(point * 0.4 + 300, octaves: 3)
      return [
        Tint(0x000000).withAlpha(0.4 * Shape.coverage(distance - 3, softness: 18)),
        Tint(0x26364C).mixed(with: Tint(0x4A6484), (point.y / half.y + 1) / 2)
          .withAlpha(frost * Shape.coverage(distance)),
        Tint(0xDDEBFF).withAlpha(0.7 * Shape.coverage(abs(distance + 2) - 1)),
      ]
    }
  }

  /// A ball of light in 16 bits: its steps are finer than 8 bits can tell.
  static func glow(_ side: Int) -> Picture {
    painted(side, side, bitDepth: 16) { point in
      let distance = point.length / (Float(side) / 2)
      let colour = Tint.ramp([Tint(0xFFFFF0), Tint(0xFFD070), Tint(0xFF5A20)], at: distance * 1.5)
      return [colour.withAlpha(pow(max(1 - distance, 0), 2.2))]
    }
  }

  /// A puff of smoke, gray with alpha.
  static func smoke(_ side: Int, bitDepth: Int) -> Picture {
    let noise = Noise(seed: 31)
    return painted(side, side, .grayAlpha, bitDepth: bitDepth) { point in
      let place = point / Float(side) * 5 + 40
      let density = noise.fractal(place, octaves: 6)
      let distance = point.length / (Float(side) / 2) + 0.55 * (0.5 - density)
      let light =
        0.35 + 1.1 * (density - noise.fractal(place + SIMD2(0.25, 0.3), octaves: 5)) + 0.35
      return [Tint(gray: light).withAlpha(smoothstep(0.9, 0.25, distance) * (0.35 + density * 0.9))]
    }
  }
}
