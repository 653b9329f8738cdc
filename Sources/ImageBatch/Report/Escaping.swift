public import SystemPackage

extension FilePath {
  /// The path for people: control characters and bytes that are no UTF-8 are written as `\xNN`,
  /// so that no file name can drive a terminal or break a line.
  public var escaped: String {
    withPlatformString { start in
      var length = 0
      while start[length] != 0 { length += 1 }
      let bytes = UnsafeRawBufferPointer(start: start, count: length)
      return escapedText(of: bytes)
    }
  }

  /// The path as text, or nil where its bytes are no valid UTF-8.
  public var validText: String? {
    withPlatformString { String(validatingCString: $0) }
  }

  /// The path's bytes, as the kernel has them.
  public var bytes: [UInt8] {
    withPlatformString { start in
      var bytes: [UInt8] = []
      var next = start
      while next.pointee != 0 {
        bytes.append(UInt8(bitPattern: next.pointee))
        next += 1
      }
      return bytes
    }
  }
}

/// Text that is safe on a terminal, for bytes that may be anything.
package func escapedText(of bytes: some Collection<UInt8>) -> String {
  // Names are ASCII as a rule, and to take scalars apart costs a hundred times as much.
  let isPlain = bytes.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
  if isPlain { return String(decoding: bytes, as: UTF8.self) }
  var text = ""
  var decoder = UTF8Decoder(bytes.makeIterator())
  while let piece = decoder.next() {
    switch piece {
    case .scalar(let scalar) where scalar.isControl:
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        text += hexEscape(byte)
      }
    case .scalar("\\"): text += "\\\\"
    case .scalar(let scalar): text.unicodeScalars.append(scalar)
    case .invalid(let byte): text += hexEscape(byte)
    }
  }
  return text
}

private func hexEscape(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return "\\x" + (digits.count == 1 ? "0" : "") + digits
}

extension Unicode.Scalar {
  /// C0, DEL and C1, the line separators, and the marks that turn the direction of text.
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// Takes bytes apart into scalars and the bytes that belong to none.
private struct UTF8Decoder<Bytes: IteratorProtocol<UInt8>> {
  enum Piece {
    case scalar(Unicode.Scalar)
    case invalid(UInt8)
  }

  private var bytes: Bytes
  private var pending: [UInt8] = []

  init(_ bytes: Bytes) { self.bytes = bytes }

  mutating func next() -> Piece? {
    // A scalar takes four bytes at most: try the shortest that is valid.
    for length in 1...4 {
      while pending.count < length, let byte = bytes.next() { pending.append(byte) }
      guard pending.count >= length else { break }
      if let scalar = Self.scalar(of: pending.prefix(length)) {
        pending.removeFirst(length)
        return .scalar(scalar)
      }
    }
    return pending.isEmpty ? nil : .invalid(pending.removeFirst())
  }

  private static func scalar(of bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    return text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
  }
}
