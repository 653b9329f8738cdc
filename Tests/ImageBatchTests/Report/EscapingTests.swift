import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Text for people") struct EscapingTests {
  /// The bytes that an escaped text stands for.
  private func unescaped(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "x"):
        guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()) else {
          return nil
        }
        bytes.append(high << 4 | low)
      default: return nil
      }
    }
    return bytes
  }

  private func digit(_ letter: UInt8?) -> UInt8? {
    switch letter {
    case let letter? where letter >= UInt8(ascii: "0") && letter <= UInt8(ascii: "9"):
      letter - UInt8(ascii: "0")
    case let letter? where letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f"):
      letter - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// Whether nothing in the text can drive a terminal: no control, no line separator, no mark that
  /// turns the direction.
  private func isHarmless(_ text: String) -> Bool {
    !text.unicodeScalars.contains { scalar in
      switch scalar.value {
      case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
  }

  /// A de Bruijn sequence: every pair of bytes stands somewhere in it, each once.
  private let allPairs: [UInt8] = (UInt8.min...UInt8.max).flatMap { first in
    [first] + (UInt8.min...UInt8.max).filter { $0 > first }.flatMap { [first, $0] }
  }

  @Test("every pair of bytes comes back, and none is harmful")
  func bytePairs() {
    let pairs = zip(allPairs, allPairs.dropFirst()).map { UInt16($0) << 8 | UInt16($1) }
    #expect(Set(pairs).count == 65_535, "all but the one that closes the circle")
    let text = escapedText(of: allPairs)
    #expect(unescaped(text) == allPairs)
    #expect(isHarmless(text))
  }

  @Test("every byte comes back where the text ends with it")
  func lastBytes() {
    for byte in UInt8.min...UInt8.max {
      for bytes in [[byte], [0xE2, byte], [0xF0, 0x9F, byte]] {
        let text = escapedText(of: bytes)
        #expect(unescaped(text) == bytes && isHarmless(text))
      }
    }
  }

  @Test("random bytes come back, and none are harmful", arguments: 0..<4 as Range<UInt64>)
  func randomBytes(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Bytes that start, continue and end scalars, more often than chance would have it.
    let likely: [UInt8] = [0xE2, 0x80, 0xAE, 0x81, 0xA6, 0xC2, 0x9B, 0xF0, 0x9F, 0x98, 0x5C, 0x78]
    for _ in 0..<50 {
      let bytes = (0..<12).map { _ in
        Bool.random(using: &random)
          ? likely.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
      }
      let text = escapedText(of: bytes)
      #expect(unescaped(text) == bytes)
      #expect(isHarmless(text))
    }
  }

  @Test(
    "what is escaped, and what is not",
    arguments: [
      ("a b", "a b"), ("é😀", "é😀"), ("a\u{301}", "a\u{301}"), ("a\nb", "a\\x0ab"),
      ("\u{1B}[31m", "\\x1b[31m"), ("\u{7F}", "\\x7f"), ("\u{9B}", "\\xc2\\x9b"),
      ("\\", "\\\\"), ("\\x41", "\\\\x41"), ("\u{202E}", "\\xe2\\x80\\xae"),
      ("\u{2066}", "\\xe2\\x81\\xa6"), ("\u{2028}", "\\xe2\\x80\\xa8"), ("", ""),
    ])
  func examples(text: String, escaped: String) {
    #expect(escapedText(of: text.utf8) == escaped)
  }

  @Test("bytes that are no UTF-8 are escaped one by one, and what follows is read anew")
  func invalidBytes() {
    #expect(escapedText(of: [0xC3, 0x28]) == "\\xc3(")
    #expect(escapedText(of: [0xE2, 0x82, 0x41]) == "\\xe2\\x82A")
    #expect(escapedText(of: [0xED, 0xA0, 0x80]) == "\\xed\\xa0\\x80")
    #expect(escapedText(of: [0xC0, 0xAF]) == "\\xc0\\xaf")
    #expect(escapedText(of: [0xF0, 0x9F, 0x98]) == "\\xf0\\x9f\\x98")
  }

  @Test("a path has its bytes, its text where it is text, and its escaped form")
  func paths() {
    let raw = FilePath(platformString: [97, 47, -1, 10, 0])
    #expect(raw.bytes == [97, 47, 255, 10])
    #expect(raw.validText == nil)
    #expect(raw.escaped == "a/\\xff\\x0a")
    #expect(FilePath("a/é").validText == "a/é")
  }

  @Test(
    "durations are told in seconds",
    arguments: [
      (Duration.zero, "0s"), (.seconds(2), "2s"), (.milliseconds(1500), "1.5s"),
      (.milliseconds(100), "0.1s"), (.milliseconds(1), "0.001s"), (.seconds(90), "90s"),
      (.milliseconds(-1500), "-1.5s"),
    ])
  func durations(duration: Duration, text: String) {
    #expect(duration.text == text)
  }
}
