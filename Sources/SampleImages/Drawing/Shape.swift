import Glibc

/// Distances from shapes in pixels: below 0 inside, above 0 outside. What is nearer than half a pixel
/// to an edge is covered in part.
enum Shape {
  static func circle(_ point: SIMD2<Float>, radius: Float) -> Float { point.length - radius }

  /// - Parameter half: half the width and half the height.
  static func roundedBox(_ point: SIMD2<Float>, half: SIMD2<Float>, radius: Float) -> Float {
    let beyond = SIMD2(abs(point.x), abs(point.y)) - half + radius
    let outside = SIMD2(max(beyond.x, 0), max(beyond.y, 0)).length
    return outside + min(max(beyond.x, beyond.y), 0) - radius
  }

  static func distance(
    _ point: SIMD2<Float>, toLineFrom start: SIMD2<Float>, to end: SIMD2<Float>
  ) -> Float {
    let way = end - start
    let along = ((point - start).dot(way) / way.dot(way)).clamped(to: 0...1)
    return (point - start - way * along).length
  }

  /// A star; `inner` is the radius of its dents, as a part of that of its points.
  static func star(
    _ point: SIMD2<Float>, radius: Float, inner: Float, pointCount: Int = 5
  ) -> Float {
    let sector = Float.pi / Float(pointCount)
    let angle = atan2(abs(point.x), -point.y)
    let folded = abs(angle - 2 * sector * (angle / (2 * sector)).rounded())
    let place = SIMD2(sin(folded), cos(folded)) * point.length
    let (tip, dent) = (SIMD2(0, radius), SIMD2(sin(sector), cos(sector)) * radius * inner)
    let edge = dent - tip
    // Positive on the outer side of the edge from the tip to the dent.
    let side = (place.x - tip.x) * edge.y - (place.y - tip.y) * edge.x
    return distance(place, toLineFrom: tip, to: dent) * (side < 0 ? 1 : -1)
  }

  /// A heart: a square that stands on its corner, with half a circle on each of its upper sides.
  ///
  /// - Parameter size: from the tip at the bottom to the dent at the top; the middle is between them.
  static func heart(_ point: SIMD2<Float>, size: Float) -> Float {
    let place = SIMD2(abs(point.x), size / 2 - point.y)
    // The dent is at (0, size), the right corner at (size / 2, size / 2).
    let centre = SIMD2(size / 4, size * 3 / 4)
    if place.x + place.y > size {
      return (place - centre).length - size * Float(0.125).squareRoot()
    }
    let dent = (place - SIMD2(0, size)).length
    let lowerSide = (place - max((place.x + place.y) / 2, 0)).length
    return min(dent, lowerSide) * (place.x > place.y ? 1 : -1)
  }

  /// How much of a pixel at that distance is covered, 0...1.
  static func coverage(_ distance: Float, softness: Float = 1) -> Float {
    (0.5 - distance / softness).clamped(to: 0...1)
  }
}
