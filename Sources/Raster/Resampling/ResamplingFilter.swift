/// The kernel that weighs the source pixels around a place.
public enum ResamplingFilter: String, Hashable, Sendable, CaseIterable {
  /// The sinc windowed by the middle lobe of a three times wider one: the sharpest here, with
  /// faint ringing at hard edges (C. E. Duchon, "Lanczos Filtering in One and Two Dimensions",
  /// Journal of Applied Meteorology 18, 1979).
  case lanczos3

  /// The cubic with B = C = 1/3, between blur and ringing (D. P. Mitchell and A. N. Netravali,
  /// "Reconstruction Filters in Computer Graphics", SIGGRAPH 1988).
  case mitchell

  /// The interpolating cubic with B = 0, C = 1/2 (E. Catmull and R. Rom, "A Class of Local
  /// Interpolating Splines", 1974, in the form that Mitchell and Netravali give it).
  case catmullRom = "catmull-rom"

  /// Linear interpolation; on reduction, the tent over what a pixel comes from.
  case triangle

  /// The mean of the source pixels whose centres a pixel covers.
  case box

  /// The one source pixel whose centre is nearest, as it is: no sample is new, hidden colours and
  /// palettes survive. Where two are equally near it is the right, or lower, one.
  case nearest

  /// The distance from the centre beyond which the kernel is zero, in source pixels at scale 1.
  public var support: Double { Double(doubledSupport) / 2 }

  var doubledSupport: Int {
    switch self {
    case .lanczos3: 6
    case .mitchell, .catmullRom: 4
    case .triangle: 2
    case .box, .nearest: 1
    }
  }

  /// The kernel at a distance of `x` source pixels at scale 1, before rows are normalised.
  ///
  /// `nearest` has no kernel of its own, and gives that of `box`.
  public func weight(at x: Double) -> Double {
    let distance = abs(x)
    return switch self {
    case .lanczos3: lanczos(distance, lobes: 3)
    case .mitchell: cubic(distance, b: 1.0 / 3, c: 1.0 / 3)
    case .catmullRom: cubic(distance, b: 0, c: 0.5)
    case .triangle: max(0, 1 - distance)
    // A centre right on the edge belongs to both neighbours by half, so that the kernel is even.
    case .box, .nearest: distance < 0.5 ? 1 : distance == 0.5 ? 0.5 : 0
    }
  }
}

private func lanczos(_ x: Double, lobes: Double) -> Double {
  if x == 0 { return 1 }
  if x >= lobes { return 0 }
  return lobes * sineOfPi(times: x) * sineOfPi(times: x / lobes) / (.pi * .pi * x * x)
}

// Equation 8 of Mitchell and Netravali.
private func cubic(_ x: Double, b: Double, c: Double) -> Double {
  if x < 1 {
    return (((12 - 9 * b - 6 * c) * x + (-18 + 12 * b + 6 * c)) * x * x + (6 - 2 * b)) / 6
  }
  if x < 2 {
    let cube = (-b - 6 * c) * x * x * x
    return (cube + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6
  }
  return 0
}

/// sin(πx) for x from 0 to 2^52, exactly zero at whole numbers.
///
/// Not libm's: that picks its code by the CPU, and the last bit with it, while the same picture
/// has to come out of every machine. Sums and products alone are the same everywhere.
func sineOfPi(times x: Double) -> Double {
  // Each of these steps is exact: a remainder, and differences of numbers within a factor of two.
  let turn = x.truncatingRemainder(dividingBy: 2)
  let sign: Double = turn >= 1 ? -1 : 1
  let half = turn >= 1 ? turn - 1 : turn
  let folded = half > 0.5 ? 1 - half : half
  return sign * (folded <= 0.25 ? sineSeries(folded) : cosineSeries(0.5 - folded))
}

// The Taylor series at up to π/4; the first term left out is below 2^-60.
private func sineSeries(_ x: Double) -> Double {
  let angle = x * .pi
  let square = angle * angle
  var sum = 0.0
  for n in stride(from: 17.0, through: 3, by: -2) {
    sum = (sum + 1) * -square / (n * (n - 1))
  }
  return angle * (1 + sum)
}

private func cosineSeries(_ x: Double) -> Double {
  let angle = x * .pi
  let square = angle * angle
  var sum = 0.0
  for n in stride(from: 18.0, through: 2, by: -2) {
    sum = (sum + 1) * -square / (n * (n - 1))
  }
  return 1 + sum
}
