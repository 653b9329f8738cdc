extension [UInt8] {
  /// The bytes of an integer, the highest first.
  init(bigEndian value: some FixedWidthInteger) {
    self = Swift.withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  /// The bytes of an integer, the lowest first.
  init(littleEndian value: some FixedWidthInteger) {
    self = Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The ASCII letters of `text`.
  init(_ text: String) { self = Array(text.utf8) }
}
