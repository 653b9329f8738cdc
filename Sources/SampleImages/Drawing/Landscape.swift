import Glibc

/// A view over mountains and lakes, as natural as arithmetic can make it: it has soft skies, fine
/// texture, hard edges and noise, which is what a resize is judged by.
///
/// Each column of pixels is followed away from the camera, and what rises above all before it is
/// painted (Freeman, "CG hill-climbing", 1996; known as voxel space).
struct Landscape {
  var terrain: Terrain
  var sky: Sky

  /// Where the camera stands on the map, and how high above the ground.
  var place: SIMD2<Float>
  var cameraHeight: Float

  /// Where the horizon lies, from the top, 0...1.
  var horizon: Float = 0.42

  /// The distance of the picture's plane in widths of it: more is a longer lens.
  var focalLength: Float = 1.1

  init(seed: UInt64, sky: Sky, at place: SIMD2<Float>, cameraHeight: Float, snowLine: Float = 1.1) {
    terrain = Terrain(noise: Noise(seed: seed), snowLine: snowLine)
    self.sky = sky
    self.place = place
    self.cameraHeight = cameraHeight
  }

  /// The view, row by row.
  func painted(_ width: Int, _ height: Int) -> Canvas {
    var canvas = Canvas(width, height)
    let focal = focalLength * Float(max(width, height))
    let horizonRow = horizon * Float(height)
    let altitude = max(terrain.height(place, octaves: 8), 0) + cameraHeight
    var waterDepths = [Float](repeating: 0, count: width * height)
    for x in 0..<width {
      let right = (Float(x) + 0.5 - Float(width) / 2) / focal
      var top = height
      var last: (colour: Tint, row: Float)?
      var (distance, step): (Float, Float) = (0.12, 0.001)
      while distance < 45, top > 0 {
        let point = place + SIMD2(right, 1) * distance
        let ground = terrain.height(point, octaves: Self.octaves(pixelSize: distance / focal))
        let row = horizonRow + (altitude - max(ground, 0)) / distance * focal
        // Where a slope rises fast the steps are shortened, lest its texture becomes stripes.
        let rise = Float(top) - row
        if rise > 4, step > 0.0004 * distance {
          distance -= step
          step *= 3 / rise
          distance += step
          continue
        }
        if row < Float(top) {
          let isWater = ground <= 0
          let colour = isWater ? Tint() : groundColour(point, ground, right, distance, focal)
          let end = max(Int(row.rounded(.up)), 0)
          for y in end..<max(top, end) {
            if isWater {
              waterDepths[y * width + x] = -ground + 0.001
              continue
            }
            let start = last ?? (colour, Float(top))
            let way = (start.row - Float(y)) / max(start.row - row, 1)
            canvas[x, y] = start.colour.mixed(with: colour, way.clamped(to: 0...1))
          }
          top = min(top, end)
          last = isWater ? nil : (colour, row)
        } else {
          last = nil
        }
        // Far below what is seen already, nothing rises at once.
        let stride = (0.008 + 0.0001 * max(-rise, 0)).clamped(to: 0.008...0.03)
        step = min(step * 1.6, stride * distance)
        distance += step
      }
      for y in 0..<top {
        let up = (horizonRow - Float(y)) / focal
        canvas[x, y] = sky.colour(towards: SIMD3(right, up, 1), terrain.noise)
      }
    }
    paintWater(on: &canvas, waterDepths, altitude: altitude, focal: focal, horizonRow)
    return canvas
  }

  /// Finer noise than a pixel can show would cost time and only flicker.
  ///
  /// - Parameter pixelSize: the side of a pixel at that distance, on the map.
  private static func octaves(pixelSize: Float) -> Int {
    // The waves of the first octave are `Terrain.longestWave` long, those of each further one half.
    Int(log2(Terrain.longestWave / (3 * pixelSize))).clamped(to: 4...11)
  }

  private func groundColour(
    _ point: SIMD2<Float>, _ ground: Float, _ right: Float, _ distance: Float, _ focal: Float
  ) -> Tint {
    let octaves = Self.octaves(pixelSize: distance / focal)
    let normal = terrain.normal(
      point, height: ground, reach: max(0.0012 * distance, 0.002), octaves: octaves)
    let facing = max(normal.dot(sky.sun), 0)
    let direct =
      facing > 0 ? facing * terrain.sunlight(point, height: ground, sun: sky.sun) : 0
    let ambient = (sky.zenith * 0.4 + sky.horizon * 0.35) * (0.55 + 0.45 * normal.y)
    let albedo = terrain.colour(point, height: ground, normal: normal)
    let lit = albedo * (sky.sunlight * (1.25 * direct) + ambient)
    // Haze: the farther away, the more of the horizon's colour.
    let haze = 1 - exp(-distance * 0.055 * exp(-0.5 * max(ground, 0)))
    let ray = SIMD3(right, 0, 1).normalized
    let towardsSun = pow(max(ray.dot(sky.sun), 0), 8)
    return lit.mixed(with: sky.horizon + sky.sunlight * (0.2 * towardsSun), haze).withAlpha(1)
  }

  /// The water mirrors what stands above the horizon, the more so the flatter one looks at it.
  private func paintWater(
    on canvas: inout Canvas, _ depths: [Float], altitude: Float, focal: Float, _ horizonRow: Float
  ) {
    for y in 0..<canvas.height where Float(y) > horizonRow {
      let below = Float(y) + 0.5 - horizonRow
      let distance = altitude * focal / below
      for x in 0..<canvas.width where depths[y * canvas.width + x] > 0 {
        let right = (Float(x) + 0.5 - Float(canvas.width) / 2) / focal
        let point = place + SIMD2(right, 1) * distance
        let wave =
          terrain.noise.sample(SIMD2(point.x * 26, point.y * 70)).slope
          + terrain.noise.sample(SIMD2(point.x * 61 + 9, point.y * 160)).slope * 0.5
        let calm = terrain.noise.fractal(point * 1.7, octaves: 3)
        let roughness = smoothstep(0.35, 0.65, calm) * min(1, 3 / distance) * 0.03 * below
        let mirrored = horizonRow - below * 0.94 + wave.y * roughness
        let column = (x + Int(wave.x * roughness * 0.4)).clamped(to: 0...canvas.width - 1)
        let reflection =
          mirrored >= 0
          ? canvas[column, min(Int(mirrored), Int(horizonRow))]
          : sky.colour(towards: SIMD3(right, (horizonRow - mirrored) / focal, 1), terrain.noise)
        let grazing = 1 - (below / focal) / (1 + below / focal)
        let deep = (sky.zenith * 0.35 + Tint(0x0E2A30) * 0.5) * Tint(0.7, 0.9, 1, 1)
        let shallow = smoothstep(0.06, 0, depths[y * canvas.width + x])
        let water = deep.mixed(with: Tint(0x7A7A60) * sky.horizon, shallow * 0.6)
        canvas[x, y] = water.mixed(with: reflection, 0.15 + 0.75 * pow(grazing, 3))
          .withAlpha(1)
      }
    }
  }
}
