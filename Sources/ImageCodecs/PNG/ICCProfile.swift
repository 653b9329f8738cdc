internal import CPNGShim

/// What an embedded colour profile is for.
enum ICCProfile {
  /// The bytes of a profile's header (ICC.1:2022, section 7.2).
  private static let headerByteCount = 128

  /// Whether the profile in the contents of an iCCP chunk is for gray samples, or for RGB ones.
  ///
  /// Only the profile's header is inflated. One that cannot be read suits nothing.
  static func suits(chunk bytes: [UInt8], hasColour: Bool) -> Bool {
    guard let header = prefix(ofChunk: bytes, upTo: headerByteCount) else { return false }
    return suits(header: header, hasColour: hasColour)
  }

  /// Whether a profile that starts like this is for gray samples, or for RGB ones.
  static func suits(header: [UInt8], hasColour: Bool) -> Bool {
    // Section 7.2.6: the data colour space is in bytes 16 to 19.
    header[16..<20].elementsEqual((hasColour ? "RGB " : "GRAY").utf8)
  }

  /// The start of a profile, its header at least, as the contents of an iCCP chunk hold it; nil where
  /// they hold none.
  static func prefix(ofChunk bytes: [UInt8], upTo byteCount: Int) -> [UInt8]? {
    // PNG specification, third edition, section 11.3.2.3: a name, a null, the method, the data.
    guard let nameEnd = bytes.prefix(80).firstIndex(of: 0), bytes.count > nameEnd + 2,
      bytes[nameEnd + 1] == 0
    else { return nil }
    var profile = [UInt8](repeating: 0, count: byteCount)
    let written = bytes[(nameEnd + 2)...].withUnsafeBytes { data in
      cpng_inflate_prefix(data.baseAddress, data.count, &profile, byteCount)
    }
    guard written >= headerByteCount else { return nil }
    profile.removeLast(byteCount - written)
    return profile
  }
}
