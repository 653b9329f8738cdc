/// Mountains around lakes: heights, and what grows there.
struct Terrain {
  static let longestWave: Float = 1 / 0.3

  /// What is higher casts no shadow that is looked for.
  private static let highestPeak: Float = 2

  let noise: Noise

  /// Above it there is snow where it is not too steep.
  var snowLine: Float

  /// The height over the water at a place; below 0 is the ground of a lake.
  func height(_ place: SIMD2<Float>, octaves: Int) -> Float {
    3.4 * noise.eroded(place / Self.longestWave, octaves: octaves) - 0.62
  }

  /// The direction up from the ground.
  func normal(_ place: SIMD2<Float>, height: Float, reach: Float, octaves: Int) -> SIMD3<Float> {
    let right = self.height(place + SIMD2(reach, 0), octaves: octaves) - height
    let away = self.height(place + SIMD2(0, reach), octaves: octaves) - height
    return SIMD3(-right, reach, -away).normalized
  }

  /// How much of the sunlight comes to a place past the mountains, 0...1.
  func sunlight(_ place: SIMD2<Float>, height: Float, sun: SIMD3<Float>) -> Float {
    var light: Float = 1
    var distance: Float = 0.06
    while light > 0, height + sun.y * distance < Self.highestPeak, distance < 6 {
      let ground = self.height(place + SIMD2(sun.x, sun.z) * distance, octaves: 4)
      let clearance = (height + sun.y * distance - ground) / distance
      light = min(light, smoothstep(-0.04, 0.08, clearance))
      distance *= 2
    }
    return light
  }

  /// The ground's own colour.
  func colour(_ place: SIMD2<Float>, height: Float, normal: SIMD3<Float>) -> Tint {
    let patches = noise.fractal(place * 9 + 7, octaves: 5)
    let strata = noise.fractal(SIMD2(place.x * 3, height * 26 + place.y), octaves: 4)
    let rock = Tint(0x5E574F).mixed(with: Tint(0xA0968A), strata)
    let meadow = Tint(0x5E7038).mixed(with: Tint(0x8C8A4C), patches)
    let forest = Tint(0x1E3320).mixed(with: Tint(0x3C5430), noise.fractal(place * 70, octaves: 2))
    let flatness = normal.y
    let isWooded =
      smoothstep(0.42, 0.56, patches + 0.25 * (0.45 - height)) * smoothstep(0.55, 0.7, flatness)
    var colour = rock.mixed(with: meadow, smoothstep(0.62, 0.8, flatness + 0.2 * (patches - 0.5)))
    colour = colour.mixed(with: forest, isWooded)
    colour = Tint(0xA89878).mixed(with: colour, smoothstep(0.0, 0.035, height))
    let snow = smoothstep(snowLine, snowLine + 0.35, height + 0.5 * (patches - 0.5))
    return colour.mixed(with: Tint(0xF2F4F8), snow * smoothstep(0.5, 0.68, flatness))
  }
}
