import Glibc

/// The sky at an hour of the day, and the light that it gives.
struct Sky {
  /// Where the sun or the moon stands: right, up, away; of length 1.
  var sun: SIMD3<Float>
  var sunlight: Tint
  var zenith: Tint
  var horizon: Tint

  /// How much of the sky the clouds take, 0...1.
  var cloudiness: Float

  /// How bright the stars are, 0...1.
  var stars: Float = 0

  /// The colour in a direction, which need not be of length 1.
  func colour(towards ray: SIMD3<Float>, _ noise: Noise) -> Tint {
    let direction = ray.normalized
    let elevation = max(direction.y, 0)
    var colour = horizon.mixed(with: zenith, 1 - exp(-3.5 * elevation))
    if stars > 0 { colour += Tint(gray: starlight(direction, noise)) * stars }
    let towardsSun = max(direction.dot(sun), 0)
    let glow: Float = 0.25 * pow(towardsSun, 6) + 0.3 * pow(towardsSun, 60)
    colour += sunlight * glow
    colour = colour.mixed(with: sunlight * 1.3, smoothstep(0.99955, 0.9997, towardsSun))
    guard elevation > 0.01 else { return colour.withAlpha(1) }
    // The clouds lie in a plane above.
    let place = SIMD2(direction.x, direction.z) / (elevation + 0.08)
    let density = noise.fractal(place * 0.9 + 40, octaves: 7)
    let cover = smoothstep(0.72 - 0.45 * cloudiness, 0.95 - 0.45 * cloudiness, density)
    let towardsLight = noise.fractal(
      place * 0.9 + 40 + SIMD2(sun.x, sun.z) * 0.12, octaves: 5)
    let lit = (0.85 + 3 * (density - towardsLight)).clamped(to: 0.4...1.1)
    let brightness: Float = lit + 0.35 * pow(towardsSun, 8)
    let cloud = (horizon * 0.45 + sunlight * 0.6) * brightness
    let fading = smoothstep(0.01, 0.2, elevation)
    return colour.mixed(with: cloud, cover * fading * 0.92).withAlpha(1)
  }

  /// Light of the few points of a fine grid that have a star.
  private func starlight(_ direction: SIMD3<Float>, _ noise: Noise) -> Float {
    let place = SIMD2(direction.x, direction.y) / direction.z * 170
    let cell = place.rounded(.down)
    let bits = SplitMix64.mixed(
      UInt64(bitPattern: Int64(cell.x)) &* 8191 &+ UInt64(bitPattern: Int64(cell.y)))
    guard bits % 23 == 0 else { return 0 }
    let random = SIMD2(Float(bits >> 8 & 255), Float(bits >> 16 & 255)) / 255
    let centre = random * 0.5 + 0.25
    let offset = place - cell - centre
    let brightness = Float(bits >> 24 & 255) / 255
    return brightness * brightness * exp(-50 * offset.dot(offset))
  }
}

extension Sky {
  /// The sun at an angle to the right of the view and above the horizon, in degrees.
  static func sun(right: Float, up: Float) -> SIMD3<Float> {
    let (azimuth, elevation) = (right * .pi / 180, up * .pi / 180)
    return SIMD3(sin(azimuth) * cos(elevation), sin(elevation), cos(azimuth) * cos(elevation))
  }

  static let dawn = Sky(
    sun: sun(right: -38, up: 9), sunlight: Tint(0xFFC890), zenith: Tint(0x5C86B8),
    horizon: Tint(0xF4CDB0), cloudiness: 0.45)
  static let noon = Sky(
    sun: sun(right: -75, up: 42), sunlight: Tint(0xFFF6E8), zenith: Tint(0x2F6DB5),
    horizon: Tint(0xB9D3E8), cloudiness: 0.55)
  static let dusk = Sky(
    sun: sun(right: 9, up: 4), sunlight: Tint(0xFF9A50), zenith: Tint(0x3A3F78),
    horizon: Tint(0xE8845C), cloudiness: 0.6)
  static let overcast = Sky(
    sun: sun(right: 60, up: 35), sunlight: Tint(0xC8CCD0), zenith: Tint(0x8C98A4),
    horizon: Tint(0xC2C9CE), cloudiness: 1)
  static let moonlight = Sky(
    sun: sun(right: -15, up: 10), sunlight: Tint(0xB4C4E0), zenith: Tint(0x0A1026),
    horizon: Tint(0x2C4068), cloudiness: 0.2, stars: 1)
}
