extension ByteSource {
  /// The next bytes as an integer, the highest first; nil where there are fewer.
  ///
  /// - Throws: what the source throws.
  func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws -> Value? {
    var value: Value = 0
    let count = try withUnsafeMutableBytes(of: &value, read(into:))
    return count == MemoryLayout<Value>.size ? Value(bigEndian: value) : nil
  }
}
