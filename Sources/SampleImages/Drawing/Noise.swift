/// Smooth random numbers over the plane.
struct Noise: Sendable {
  /// A number at a point, 0...1, and how it changes along x and y.
  struct Sample {
    var value: Float
    var slope: SIMD2<Float>
  }

  /// The grid repeats after so many points; all of it fits a processor's nearest cache.
  private static let side = 64

  /// A random number for each point of the grid.
  private let grid: [Float]

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    grid = (0..<Self.side * Self.side).map { _ in generator.nextUnit() }
  }

  /// Interpolated by a polynomial whose first two derivatives vanish at the grid's points.
  func sample(_ point: SIMD2<Float>) -> Sample {
    let (column, row) = (Self.floor(point.x), Self.floor(point.y))
    let t = point - SIMD2(Float(column), Float(row))
    let weight = t * t * t * (t * (t * 6 - 15) + 10)
    let change = t * t * (t * (t - 2) + 1) * 30
    let mask = Self.side - 1
    let (left, top) = (column & mask, (row & mask) * Self.side)
    let (next, bottom) = ((column + 1) & mask, ((row + 1) & mask) * Self.side)
    let (topLeft, topRight) = (grid[top + left], grid[top + next])
    let (bottomLeft, bottomRight) = (grid[bottom + left], grid[bottom + next])
    let (right, down) = (topRight - topLeft, bottomLeft - topLeft)
    let both = topLeft - topRight - bottomLeft + bottomRight
    return Sample(
      value: topLeft + right * weight.x + down * weight.y + both * weight.x * weight.y,
      slope: change * SIMD2(right + both * weight.y, down + both * weight.x))
  }

  /// Without the call into the mathematical library that `rounded(.down)` is on older processors.
  private static func floor(_ value: Float) -> Int {
    let whole = Int(value)
    return value < Float(whole) ? whole - 1 : whole
  }

  /// Noise upon noise, each of half the size and half the strength (fractional Brownian motion),
  /// 0...1.
  func fractal(_ point: SIMD2<Float>, octaves: Int) -> Float {
    var (point, sum, strength) = (point, Float(0), Float(0.5))
    for _ in 0..<octaves {
      sum += strength * sample(point).value
      strength *= 0.5
      point = Self.turnedAndDoubled(point)
    }
    return sum / (1 - 2 * strength)
  }

  /// The same, but what is steep already gets less of the finer noise: so valleys are smooth and
  /// ridges rough, as erosion leaves them. After Inigo Quilez, "Value noise derivatives" (2008).
  func eroded(_ point: SIMD2<Float>, octaves: Int) -> Float {
    var (point, sum, strength) = (point, Float(0), Float(0.5))
    var slope = SIMD2<Float>()
    for _ in 0..<octaves {
      let noise = sample(point)
      slope += noise.slope
      sum += strength * noise.value / (1 + slope.dot(slope))
      strength *= 0.5
      point = Self.turnedAndDoubled(point)
    }
    return sum
  }

  /// Turned by the angle of the triangle of sides 3, 4 and 5, lest the grids lie on each other.
  private static func turnedAndDoubled(_ point: SIMD2<Float>) -> SIMD2<Float> {
    SIMD2(1.6 * point.x - 1.2 * point.y, 1.2 * point.x + 1.6 * point.y)
  }
}
