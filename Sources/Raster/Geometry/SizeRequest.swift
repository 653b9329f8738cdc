/// The size that is asked for: a box, one side, or a share of what the picture has.
public struct SizeRequest: Hashable, Sendable {
  /// What was asked for; made by `SizeRequest`'s functions, which check the numbers.
  package enum Kind: Hashable, Sendable {
    case box(PixelSize)
    case width(Int)
    case height(Int)
    case percent(thousandths: Int)
  }

  /// The longest side that can be asked for; also libpng's own limit.
  public static let maximumSide = 1_000_000

  /// The largest share: a hundredfold.
  public static let maximumPercent = 10_000

  package let kind: Kind

  /// Both sides.
  ///
  /// - Precondition: each is in `1...maximumSide`, here and below.
  public static func box(width: Int, height: Int) -> SizeRequest {
    precondition(isSide(width) && isSide(height), "a side is 1 to \(maximumSide)")
    return SizeRequest(kind: .box(PixelSize(width: width, height: height)))
  }

  /// The width alone; the height follows the picture's proportions.
  public static func width(_ width: Int) -> SizeRequest {
    precondition(isSide(width), "a side is 1 to \(maximumSide)")
    return SizeRequest(kind: .width(width))
  }

  /// The height alone; the width follows the picture's proportions.
  public static func height(_ height: Int) -> SizeRequest {
    precondition(isSide(height), "a side is 1 to \(maximumSide)")
    return SizeRequest(kind: .height(height))
  }

  /// A share of both sides, in thousandths of a percent: 12.5 % is 12500.
  ///
  /// - Precondition: it is in `1...maximumPercent * 1000`.
  public static func percent(thousandths: Int) -> SizeRequest {
    precondition(isShare(thousandths), "a share is above 0 and up to \(maximumPercent) %")
    return SizeRequest(kind: .percent(thousandths: thousandths))
  }

  private static func isSide(_ value: Int) -> Bool { (1...maximumSide).contains(value) }

  private static func isShare(_ thousandths: Int) -> Bool {
    (1...maximumPercent * 1000).contains(thousandths)
  }
}

extension SizeRequest {
  /// Reads `800x600`, `800` (a square box), `800x`, `x600`, `50%` and `12.5%` (to three decimals).
  ///
  /// Strict: ASCII digits, no sign, no space, no zero, nothing above the limits.
  public init?(argument: String) {
    let text = argument.utf8[...]
    if text.last == UInt8(ascii: "%") {
      guard let thousandths = Self.thousandths(text.dropLast()), Self.isShare(thousandths) else {
        return nil
      }
      self = .percent(thousandths: thousandths)
      return
    }
    let sides = text.split(separator: UInt8(ascii: "x"), omittingEmptySubsequences: false)
    switch sides.count {
    case 1:
      guard let side = Self.side(sides[0]) else { return nil }
      self = .box(width: side, height: side)
    case 2 where sides[1].isEmpty:
      guard let width = Self.side(sides[0]) else { return nil }
      self = .width(width)
    case 2 where sides[0].isEmpty:
      guard let height = Self.side(sides[1]) else { return nil }
      self = .height(height)
    case 2:
      guard let width = Self.side(sides[0]), let height = Self.side(sides[1]) else { return nil }
      self = .box(width: width, height: height)
    default:
      return nil
    }
  }

  private static func side(_ digits: Substring.UTF8View) -> Int? {
    number(digits).flatMap { isSide($0) ? $0 : nil }
  }

  private static func thousandths(_ text: Substring.UTF8View) -> Int? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = number(first), whole <= maximumPercent else {
      return nil
    }
    guard parts.count > 1 else { return whole * 1000 }
    guard parts.count == 2, parts[1].count <= 3, let fraction = number(parts[1]) else { return nil }
    return whole * 1000 + fraction * [100, 10, 1][parts[1].count - 1]
  }

  // Nil for no digit, for anything that is none, and for what is too large to matter.
  private static func number(_ digits: Substring.UTF8View) -> Int? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
      guard value <= maximumSide else { return nil }
    }
    return value
  }
}

extension SizeRequest: CustomStringConvertible {
  /// What `init?(argument:)` reads as the same request.
  public var description: String {
    switch kind {
    case .box(let size): return size.description
    case .width(let width): return "\(width)x"
    case .height(let height): return "x\(height)"
    case .percent(let thousandths):
      let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
      guard rest > 0 else { return "\(whole)%" }
      var decimals = String(String(rest + 1000).dropFirst())
      while decimals.last == "0" { decimals.removeLast() }
      return "\(whole).\(decimals)%"
    }
  }
}
