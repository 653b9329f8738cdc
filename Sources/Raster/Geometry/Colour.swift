/// A colour of 8-bit samples, alpha straight.
public struct Colour: Hashable, Sendable {
  /// Red, in the picture's own colour space, as green and blue.
  public let red: UInt8

  /// Green.
  public let green: UInt8

  /// Blue.
  public let blue: UInt8

  /// Opacity: 0 is transparent, 255 opaque.
  public let alpha: UInt8

  /// Opaque black.
  public static let black = Colour(red: 0, green: 0, blue: 0)

  /// Opaque white.
  public static let white = Colour(red: 255, green: 255, blue: 255)

  /// Black of no opacity.
  public static let transparent = Colour(red: 0, green: 0, blue: 0, alpha: 0)

  /// A colour, opaque unless said otherwise.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// Whether nothing shines through.
  public var isOpaque: Bool { alpha == 255 }

  /// Whether it has no hue.
  public var isGray: Bool { red == green && green == blue }
}

extension Colour {
  /// Reads `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa` (the hexadecimal colours of CSS Color 4, in
  /// upper or lower case), `black`, `white` and `transparent`.
  public init?(argument: String) {
    switch argument {
    case "black": self = .black
    case "white": self = .white
    case "transparent": self = .transparent
    default:
      guard argument.utf8.first == UInt8(ascii: "#") else { return nil }
      var nibbles: [UInt8] = []
      for character in argument.utf8.dropFirst() {
        guard let nibble = Self.nibble(character) else { return nil }
        nibbles.append(nibble)
      }
      let samples: [UInt8]
      switch nibbles.count {
      case 3, 4: samples = nibbles.map { $0 * 17 }
      case 6, 8:
        samples = stride(from: 0, to: nibbles.count, by: 2).map {
          nibbles[$0] << 4 | nibbles[$0 + 1]
        }
      default: return nil
      }
      self.init(
        red: samples[0], green: samples[1], blue: samples[2],
        alpha: samples.count == 4 ? samples[3] : 255)
    }
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension Colour: CustomStringConvertible {
  /// `#rrggbb`, or `#rrggbbaa` where it is not opaque.
  public var description: String {
    let samples = isOpaque ? [red, green, blue] : [red, green, blue, alpha]
    return samples.reduce(into: "#") { text, sample in
      text += String(UInt16(sample) + 256, radix: 16).dropFirst()
    }
  }
}
