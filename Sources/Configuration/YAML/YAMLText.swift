/// A file's bytes, seen to be text that YAML allows: libyaml would tell what is none without its
/// place.
struct YAMLText {
  /// UTF-8, without a byte order mark, which takes no column.
  let bytes: ArraySlice<UInt8>

  /// Checks that the bytes are UTF-8 without control characters.
  ///
  /// - Throws: the first problem, and where it is.
  init(_ file: [UInt8]) throws(ConfigurationError.Problem) {
    bytes = file.dropFirst(file.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    var position = TextPosition()
    var previous: Unicode.Scalar?
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while true {
      let scalar: Unicode.Scalar
      switch decoder.decode(&iterator) {
      case .scalarValue(let next): scalar = next
      case .emptyInput: return
      case .error: throw .init("not UTF-8 text", at: position)
      }
      guard scalar.isYAMLCharacter else {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw .init("a control character, U+\(code), is not allowed", at: position)
      }
      if scalar == "\n" || scalar == "\r" {
        if !(scalar == "\n" && previous == "\r") { position.line += 1 }
        position.column = 1
      } else {
        position.column += 1
      }
      previous = scalar
    }
  }

  /// The scalar that so many others stand before; nil at the end. It takes the time of reading them.
  func scalar(at index: Int) -> Unicode.Scalar? {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.dropFirst(index).first
  }
}

extension Unicode.Scalar {
  /// See YAML 1.2.2, production 1: c-printable.
  fileprivate var isYAMLCharacter: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
      true
    default: false
    }
  }
}
