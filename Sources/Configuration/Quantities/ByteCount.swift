/// A number of bytes: `512M`; K, M, G and T are powers of 1024.
public struct ByteCount: Hashable, Sendable {
  /// From 1 to 2⁶² - 1.
  public let byteCount: Int

  /// Reads a number and its unit, such as `512M`, `1.5GiB`, `4096`; fractions are rounded to whole
  /// bytes.
  public init?(_ text: String) {
    guard let quantity = Quantity(text) else { return nil }
    self.init(quantity)
  }

  private init?(_ quantity: Quantity) {
    guard let scale = Quantity.byteScale(quantity.unit),
      let byteCount = quantity.count(scale: scale)
    else { return nil }
    self.byteCount = byteCount
  }
}

extension ByteCount: WordOrNumber {
  init?(number: Double) { self.init(Quantity(number)) }
}

/// What all jobs together may hold: `512M`, or `auto`.
public enum MemoryBudget: Hashable, Sendable {
  /// Half of what is free.
  case automatic
  /// So many bytes.
  case byteCount(Int)

  /// Reads `auto`, or what `ByteCount` reads.
  public init?(_ text: String) {
    if text == "auto" {
      self = .automatic
    } else if let count = ByteCount(text) {
      self = .byteCount(count.byteCount)
    } else {
      return nil
    }
  }

  /// Nil for half of what is free.
  public var byteCount: Int? {
    if case .byteCount(let count) = self { count } else { nil }
  }
}

extension MemoryBudget: WordOrNumber {
  init?(number: Double) {
    guard let count = ByteCount(number: number) else { return nil }
    self = .byteCount(count.byteCount)
  }
}
