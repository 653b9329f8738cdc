/// A number of pixels: `268M`; K, M and G are powers of 1000.
public struct PixelCount: Hashable, Sendable {
  /// From 1 to 2⁶² - 1.
  public let pixelCount: Int

  /// Reads a number and its unit, such as `268M`; fractions are rounded to whole pixels.
  public init?(_ text: String) {
    guard let quantity = Quantity(text) else { return nil }
    let scales: [String: Double] = ["": 1, "k": 1e3, "m": 1e6, "g": 1e9]
    guard let scale = scales[quantity.unit.asciiLowercased],
      let pixelCount = quantity.count(scale: scale)
    else { return nil }
    self.pixelCount = pixelCount
  }
}
