internal import CPNGShim

/// What an embedded colour profile is for.
enum ICCProfile {
  /// The bytes of a profile's header (ICC.1:2022, section 7.2).
  private static let headerByteCount = 128

  /// Whether the profile in the contents of an iCCP chunk is for gray samples, or for RGB ones.
  ///
  /// Only the profile's header is inflated. One that cannot be read suits nothing.
  static func suits(chunk bytes: [UInt8], hasColour: Bool) -> Bool {
    // PNG specification, third edition, section 11.3.2.3: a name, a null, the method, the data.
    guard let nameEnd = bytes.prefix(80).firstIndex(of: 0), bytes.count > nameEnd + 2,
      bytes[nameEnd + 1] == 0
    else { return false }
    var header = [UInt8](repeating: 0, count: headerByteCount)
    let written = bytes[(nameEnd + 2)...].withUnsafeBytes { data in
      cpng_inflate_prefix(data.baseAddress, data.count, &header, headerByteCount)
    }
    guard written == headerByteCount else { return false }
    // Section 7.2.6: the data colour space is in bytes 16 to 19.
    return header[16..<20].elementsEqual((hasColour ? "RGB " : "GRAY").utf8)
  }
}
