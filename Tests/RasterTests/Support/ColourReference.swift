import Raster

extension Picture {
  /// Each pixel replaced by what `pixel` makes of it, in another format.
  func mapped(to format: PixelFormat, _ pixel: ([Int]) -> [Int]) -> Picture {
    var result = Picture(width, height, format) { _, _, _ in 0 }
    result.samples = (0..<height).flatMap { y in
      (0..<width).flatMap { x in pixel(self.pixel(x, y)) }
    }
    return result
  }

  /// Each colour sample replaced; alpha stays.
  func mappingColours(_ sample: (Int) -> Int) -> Picture {
    let colourCount = format.colourCount
    return mapped(to: format) { pixel in
      pixel.enumerated().map { $0.offset < colourCount ? sample($0.element) : $0.element }
    }
  }

  /// A picture in which every level of 8 bits is a gray, or each channel's level by itself; of 16
  /// bits the ends, the middle and some between.
  static func levels(_ format: PixelFormat) -> Picture {
    let full = format.maximumSample
    return Picture(16, 16, format) { x, y, channel in
      let level = (16 * y + x + 85 * channel) % 256
      return full == 255 ? level : min(level * 257 + (x * 31) % 257, full)
    }
  }
}

extension PixelFormat {
  /// Samples that aren't alpha.
  var colourCount: Int { hasColour ? 3 : 1 }

  /// With other colour samples, or other alpha.
  func with(colour: Bool? = nil, alpha: Bool? = nil) -> PixelFormat {
    PixelFormat(
      Channels(hasColour: colour ?? hasColour, hasAlpha: alpha ?? hasAlpha), depth)
  }
}

extension Transform {
  /// What `rows` gives for a picture, and whether that is the source itself.
  func returnsSource(of picture: Picture) async throws -> Bool {
    let source = try picture.rows()
    return try await rows(from: source) === source
  }
}

/// A fraction of whole numbers, for results that are to be exact.
struct Fraction {
  let numerator: Int128
  let denominator: Int128

  init(_ numerator: Int, _ denominator: Int = 1) {
    self.init(Int128(numerator), Int128(denominator))
  }

  private init(_ numerator: Int128, _ denominator: Int128) {
    var (divisor, rest) = (abs(denominator), abs(numerator))
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    self.numerator = (denominator < 0 ? -numerator : numerator) / divisor
    self.denominator = abs(denominator) / divisor
  }

  /// The nearest whole number, the larger of two, within a range.
  func rounded(upTo full: Int) -> Int {
    let doubled = 2 * numerator + denominator
    return doubled < 0 ? 0 : min(Int(doubled / (2 * denominator)), full)
  }

  static func + (left: Fraction, right: Fraction) -> Fraction {
    Fraction(
      left.numerator * right.denominator + right.numerator * left.denominator,
      left.denominator * right.denominator)
  }

  static func - (left: Fraction, right: Fraction) -> Fraction {
    left + Fraction(-right.numerator, right.denominator)
  }

  static func * (left: Fraction, right: Fraction) -> Fraction {
    Fraction(left.numerator * right.numerator, left.denominator * right.denominator)
  }

  static func / (left: Fraction, right: Fraction) -> Fraction {
    Fraction(left.numerator * right.denominator, left.denominator * right.numerator)
  }

  static func < (left: Fraction, right: Fraction) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }
}

/// Luma by the recommendation's own decimals.
func luma(_ pixel: [Int]) -> Fraction {
  if pixel.count < 3 { return Fraction(pixel[0]) }
  return Fraction(2126, 10000) * Fraction(pixel[0]) + Fraction(7152, 10000) * Fraction(pixel[1])
    + Fraction(722, 10000) * Fraction(pixel[2])
}
