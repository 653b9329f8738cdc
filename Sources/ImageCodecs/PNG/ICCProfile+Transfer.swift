internal import CPNGShim
import Raster

extension ICCProfile {
  /// What is looked at of a profile; those of cameras and screens have their curves far before this,
  /// and those of printers none that mean light.
  private static let prefixByteCount = 32 << 10

  /// What light the samples stand for by the profile in the contents of an iCCP chunk.
  ///
  /// - Returns: nil where the profile cannot be read, isn't for such samples, has several curves, or
  ///   one that is none of `TransferFunction`'s.
  static func transfer(chunk bytes: [UInt8], hasColour: Bool) -> TransferFunction? {
    guard let profile = prefix(ofChunk: bytes, upTo: prefixByteCount),
      suits(header: profile, hasColour: hasColour)
    else { return nil }
    let curves = (hasColour ? ["rTRC", "gTRC", "bTRC"] : ["kTRC"]).map {
      tag($0, in: profile).flatMap(function)
    }
    return curves.allSatisfy { $0 == curves[0] } ? curves[0] : nil
  }

  /// The contents of a tag (ICC.1:2022, section 7.3), those behind it included.
  private static func tag(_ signature: String, in profile: [UInt8]) -> ArraySlice<UInt8>? {
    guard let count = profile.number(at: 128, byteCount: 4) else { return nil }
    for entry in 0..<min(count, 100) {
      let start = 132 + 12 * entry
      guard let offset = profile.number(at: start + 4, byteCount: 4) else { return nil }
      if profile[start..<start + 4].elementsEqual(signature.utf8) {
        return offset < profile.count ? profile[offset...] : nil
      }
    }
    return nil
  }

  private static func function(ofTag contents: ArraySlice<UInt8>) -> TransferFunction? {
    let contents = Array(contents)
    if contents.starts(with: "curv".utf8) { return sampledCurve(contents) }
    if contents.starts(with: "para".utf8) { return parametricCurve(contents) }
    return nil
  }

  /// Section 10.6: nothing, a power, or the lights of samples at even distances.
  private static func sampledCurve(_ contents: [UInt8]) -> TransferFunction? {
    guard let count = contents.number(at: 8, byteCount: 4) else { return nil }
    switch count {
    case 0:
      return .linear
    case 1:
      return contents.number(at: 12, byteCount: 2)
        .flatMap { TransferFunction(power: Double($0) / 256) }
    default:
      guard contents.count >= 12, count <= (contents.count - 12) / 2 else { return nil }
      return isStandard(pointCount: count) { index in
        contents.number(at: 12 + 2 * index, byteCount: 2).map { Double($0) / 65535 }
      }
    }
  }

  /// Section 10.18: a power, or one with a straight start.
  private static func parametricCurve(_ contents: [UInt8]) -> TransferFunction? {
    func parameter(_ index: Int) -> Double? {
      contents.number(at: 12 + 4 * index, byteCount: 4).map {
        Double(Int32(truncatingIfNeeded: $0)) / 65536
      }
    }
    guard let type = contents.number(at: 8, byteCount: 2), let exponent = parameter(0) else {
      return nil
    }
    if type == 0 { return TransferFunction(power: exponent) }
    guard type == 3, TransferFunction(power: exponent) != nil, let scale = parameter(1),
      let offset = parameter(2), let slope = parameter(3), let end = parameter(4)
    else { return nil }
    let pointCount = 256
    return isStandard(pointCount: pointCount) { index in
      let sample = Double(index) / Double(pointCount - 1)
      let base = min(max(scale * sample + offset, 0), 1)
      return sample >= end ? TransferFunction.power(exponent).light(of: base) : slope * sample
    }
  }

  /// sRGB, where that is what the lights of samples at even distances tell, to within a level of 8
  /// bits: profiles have rounded it in many ways.
  private static func isStandard(
    pointCount: Int, _ light: (Int) -> Double?
  ) -> TransferFunction? {
    for index in 0..<pointCount {
      guard let light = light(index) else { return nil }
      let sample = TransferFunction.sRGB.sample(of: min(max(light, 0), 1))
      guard abs(sample - Double(index) / Double(pointCount - 1)) < 1.0 / 255 else { return nil }
    }
    return .sRGB
  }
}

extension [UInt8] {
  /// The big-endian number that starts there; nil where the bytes end before it does.
  fileprivate func number(at offset: Int, byteCount: Int) -> Int? {
    guard offset >= 0, offset + byteCount <= count else { return nil }
    return self[offset..<offset + byteCount].reduce(0) { $0 << 8 | Int($1) }
  }
}
