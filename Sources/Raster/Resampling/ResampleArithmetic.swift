/// How the samples of one resampling are held from step to step.
///
/// Samples are moved down by half their range, and so are signed; since weights sum to exactly 1,
/// that moves results by just as much. A row of weights can sum to 1.6 in absolute value (Lanczos
/// at an edge), two passes to 2.5; with 2 for each pass as the bound:
///
/// - narrow vertical: 2^(bits − 1) · 2 · 2^weightBits ≤ 2^31, so weightBits ≤ 31 − bits;
/// - the row between the passes, 32-bit: 2^(between − 1) · 2 ≤ 2^31, so between ≤ 31;
/// - the same, 16-bit, which is what narrow horizontal weights are for: between ≤ 15, and 16 where
///   no vertical pass makes it overshoot;
/// - narrow horizontal: 2^15 · 2 · 2^weightBits ≤ 2^31, so weightBits ≤ 15;
/// - wide, 30-bit weights: 2^(32 − 1) · 2 · 2^30 ≤ 2^62 and 2^(31 − 1) · 4 · 2^30 ≤ 2^62.
struct ResampleArithmetic {
  /// What is weighed: samples, or with alpha samples that it has been multiplied into; light in 32
  /// bits.
  enum Element {
    case uint8
    case uint16
    case uint32

    /// 16-bit, moved down already: signed factors of 16 bits are what SSE2 multiplies best.
    case centred16

    var byteCount: Int {
      switch self {
      case .uint8: 1
      case .uint16, .centred16: 2
      case .uint32: 4
      }
    }

    var bits: Int { byteCount * 8 }
  }

  let element: Element

  /// From samples to light and back; nil where samples are weighed as they are.
  let lights: LightTable?

  let vertical: CoefficientTable?
  let horizontal: CoefficientTable?

  /// Whether the row between the passes has 16 bits, else 32.
  let isNarrowBetween: Bool

  /// The fraction bits of the row between the passes: at least 7 beyond the samples' depth, which
  /// moves a sample by 2^-8 of a level at most. Where alpha has been multiplied in, there are 8 more
  /// than that in the elements themselves, of which a vertical pass drops one.
  /// Light has what its 32 bits have beyond the samples.
  let intermediateBits: Int

  init(
    format: PixelFormat, lights: LightTable?, vertical: CoefficientTable?,
    horizontal: CoefficientTable?
  ) {
    element = lights == nil ? Self.element(for: format, vertical: vertical) : .uint32
    self.lights = lights
    self.vertical = vertical
    self.horizontal = horizontal
    if case .narrow = horizontal?.weights {
      isNarrowBetween = true
    } else {
      isNarrowBetween = false
    }
    // One bit for what overshoots.
    let between = (isNarrowBetween ? 16 : 32) - (vertical == nil ? 0 : 1)
    var fractionBits = between - element.bits
    // More bits than the vertical sums have would be zeros.
    if let vertical { fractionBits = min(fractionBits, vertical.fractionBits) }
    intermediateBits = fractionBits
  }

  private static func element(for format: PixelFormat, vertical: CoefficientTable?) -> Element {
    switch (format.depth, format.hasAlpha) {
    case (.eight, false): return .uint8
    case (.eight, true):
      if case .wide = vertical?.weights { return .uint16 }
      return .centred16
    case (.sixteen, false): return .uint16
    case (.sixteen, true): return .uint32
    }
  }

  /// The bytes of an element of rows of that format, whichever the tables will be.
  static func elementByteCount(for format: PixelFormat, in light: Light) -> Int {
    (light == .linear ? .uint32 : element(for: format, vertical: nil)).byteCount
  }

  /// The most bits for vertical weights under 32-bit sums; nil where only wide ones will do.
  static func verticalBits(for format: PixelFormat, in light: Light) -> Int? {
    guard format.depth == .eight, light == .encoded else { return nil }
    return 31 - elementByteCount(for: format, in: light) * 8
  }

  /// The most bits for horizontal weights under 32-bit sums; nil where only wide ones will do, as
  /// they do after wide vertical ones: those give out 32 bits.
  static func horizontalBits(
    for format: PixelFormat, in light: Light, after vertical: CoefficientTable?
  ) -> Int? {
    if case .wide = vertical?.weights { return nil }
    return format.depth == .eight && light == .encoded ? 15 : nil
  }

  /// Half the elements' range: what a sum of one lacks.
  var centre: Int { 1 << (element.bits - 1) }

  /// The fraction bits of the sums that come out at the end.
  var resultBits: Int { intermediateBits + (horizontal?.fractionBits ?? 0) }
}
