/// A colour: red, green, blue and alpha as they are stored (sRGB), each 0...1.
typealias Tint = SIMD4<Float>

extension Tint {
  /// An opaque colour, as in `0xFFCC00`.
  init(_ hex: UInt32) {
    self.init(
      Float(hex >> 16 & 0xFF) / 255, Float(hex >> 8 & 0xFF) / 255, Float(hex & 0xFF) / 255, 1)
  }

  /// An opaque gray.
  init(gray: Float) { self.init(gray, gray, gray, 1) }

  /// The colour with another alpha.
  func withAlpha(_ alpha: Float) -> Tint { Tint(x, y, z, alpha) }

  /// The way from this colour to another: 0 is here, 1 is there.
  func mixed(with other: Tint, _ amount: Float) -> Tint { self + (other - self) * amount }

  /// The colour at `position`, 0...1, on a way over `stops` at even distances.
  static func ramp(_ stops: [Tint], at position: Float) -> Tint {
    guard stops.count > 1 else { return stops.first ?? Tint() }
    let scaled = position.clamped(to: 0...1) * Float(stops.count - 1)
    let index = Int(scaled.clamped(to: 0...Float(stops.count - 2)))
    return stops[index].mixed(with: stops[index + 1], scaled - Float(index))
  }

  /// This colour painted over another, of which any may be translucent.
  func over(_ backdrop: Tint) -> Tint {
    let rest = backdrop.w * (1 - w)
    guard w + rest > 0 else { return backdrop }
    return ((self * w + backdrop * rest) / (w + rest)).withAlpha(w + rest)
  }
}

/// 0 up to `low`, 1 from `high`, smooth between; with `low` above `high` the other way round.
func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let t = ((value - low) / (high - low)).clamped(to: 0...1)
  return t * t * (3 - 2 * t)
}

extension Comparable {
  /// The nearest value in `range`.
  func clamped(to range: ClosedRange<Self>) -> Self {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
