import TestSupport

extension SplitMix64 {
  /// Bytes with runs among them, as pictures have.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let value = UInt8.random(in: 0...255, using: &self)
      let length = Bool.random(using: &self) ? 1 : Int.random(in: 1...9, using: &self)
      bytes += [UInt8](repeating: value, count: min(length, count - bytes.count))
    }
    return bytes
  }
}
