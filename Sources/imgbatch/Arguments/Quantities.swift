import ArgumentParser

/// A number with a unit behind it, taken apart.
private struct Quantity {
  let value: Double
  let unit: Substring

  init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits), value.isFinite, digits.first != ".", digits.last != "." else {
      return nil
    }
    self.value = value
    unit = text[digits.endIndex...]
  }

  /// The whole number that it comes to, if it is one that can be counted.
  func count(scale: Double) -> Int? {
    let product = (value * scale).rounded()
    return product >= 1 && product < 0x1p62 ? Int(product) : nil
  }
}

/// A number of bytes: `512M`; K, M, G and T are powers of 1024.
struct ByteCountArgument: ExpressibleByArgument {
  let byteCount: Int

  init?(argument: String) {
    guard let quantity = Quantity(argument) else { return nil }
    let scales: [Substring: Double] = ["": 1, "K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    var unit = Substring(quantity.unit.uppercased())
    for ending in ["IB", "B"] where unit.hasSuffix(ending) {
      unit = unit.dropLast(ending.count)
      break
    }
    guard let scale = scales[unit], let byteCount = quantity.count(scale: scale) else { return nil }
    self.byteCount = byteCount
  }
}

/// A number of pixels: `268M`; K, M and G are powers of 1000.
struct PixelCountArgument: ExpressibleByArgument {
  let pixelCount: Int

  init?(argument: String) {
    guard let quantity = Quantity(argument) else { return nil }
    let scales: [String: Double] = ["": 1, "K": 1e3, "M": 1e6, "G": 1e9]
    guard let scale = scales[quantity.unit.uppercased()],
      let pixelCount = quantity.count(scale: scale)
    else { return nil }
    self.pixelCount = pixelCount
  }
}

/// A time: `500ms`, `30s`, `10m`, `2h`; seconds where no unit stands.
struct DurationArgument: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    guard let quantity = Quantity(argument) else { return nil }
    let seconds: [Substring: Double] = ["ms": 1e-3, "": 1, "s": 1, "m": 60, "h": 3600]
    // A hundred years: more would not fit the clock.
    guard let scale = seconds[quantity.unit], let milliseconds = quantity.count(scale: scale * 1e3),
      milliseconds < 3_155_760_000_000
    else { return nil }
    duration = .milliseconds(milliseconds)
  }
}

/// A number of workers, or `auto`.
enum WorkerCountArgument: ExpressibleByArgument {
  case automatic
  case count(Int)

  /// More threads than this are a slip of the finger.
  static let maximum = 1024

  init?(argument: String) {
    if argument == "auto" {
      self = .automatic
    } else if let count = Int(argument), (1...Self.maximum).contains(count) {
      self = .count(count)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { count.map(String.init) ?? "auto" }

  /// Nil for what this process may use.
  var count: Int? {
    if case .count(let count) = self { count } else { nil }
  }
}
