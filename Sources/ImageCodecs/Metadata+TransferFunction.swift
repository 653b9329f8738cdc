public import Raster

extension Metadata {
  /// What a file says of the light that its samples stand for.
  public struct Transfer: Hashable, Sendable {
    /// The function that is to be taken.
    public let function: TransferFunction

    /// Why it is not the file's own, in a sentence; nil where it is, or the file says nothing.
    public let reservation: String?
  }

  /// What light the samples stand for: the first of cICP, iCCP, sRGB and gAMA that is there decides,
  /// as the PNG specification has it (third edition, section 4.3); where none is, it is sRGB.
  ///
  /// Of functions that are none of `TransferFunction`'s, sRGB's stands in. A profile's start is
  /// inflated for it.
  ///
  /// - Parameter hasColour: whether the pixels have, and not only gray: a profile is for either.
  public func transfer(hasColour: Bool) -> Transfer {
    if let bytes = contents(of: "cICP"), bytes.count == 4 {
      return Transfer(Self.function(ofCode: bytes[1]), of: "cICP")
    }
    if let bytes = contents(of: "iCCP") {
      return Transfer(ICCProfile.transfer(chunk: bytes, hasColour: hasColour), of: "iCCP")
    }
    if contents(of: "sRGB") != nil { return Transfer(.sRGB, of: "sRGB") }
    if let bytes = contents(of: "gAMA"), bytes.count == 4 {
      // Section 11.3.2.2: the power from light to samples, in units of a 100,000th.
      let inverse = bytes.reduce(0) { $0 << 8 | Int($1) }
      return Transfer(TransferFunction(power: 100_000 / Double(inverse)), of: "gAMA")
    }
    return Transfer(.sRGB, of: "sRGB")
  }

  private func contents(of type: String) -> [UInt8]? {
    chunks.first { $0.type == type }?.bytes
  }

  /// Those of Rec. ITU-T H.273, table 3, that are powers, or sRGB's.
  private static func function(ofCode code: UInt8) -> TransferFunction? {
    switch code {
    case 4: .power(2.2)
    case 5: .power(2.8)
    case 8: .linear
    case 13: .sRGB
    default: nil
    }
  }
}

extension Metadata.Transfer {
  fileprivate init(_ function: TransferFunction?, of chunk: String) {
    self.function = function ?? .sRGB
    let words = "another tone curve than sRGB's or a power, sRGB's is taken for linear light"
    reservation = function == nil ? "\(chunk): \(words)" : nil
  }
}

extension TransferFunction {
  /// That power; nil beyond what is worked with.
  init?(power: Double) {
    guard Self.powers.contains(power) else { return nil }
    self = .power(power)
  }
}
