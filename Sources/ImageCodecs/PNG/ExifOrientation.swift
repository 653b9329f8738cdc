import Raster

/// Where the Orientation tag stands in the contents of an eXIf chunk, and what it says.
///
/// Only the form that Exif 2.32 gives it counts (section 4.6.4 A, tag 274: one SHORT, in the 0th
/// IFD); what is formed otherwise says nothing. One IFD is read, entry by entry, and no pointer is
/// followed from it, so nothing in the bytes can make this loop.
struct ExifOrientation {
  /// The orientation; upright for a value that does not exist.
  let orientation: Orientation

  /// The offset of the value's two bytes.
  private let valueOffset: Int
  private let isBigEndian: Bool

  /// Finds the tag, or nil where there is none in the proper form.
  init?(_ exif: [UInt8]) {
    // TIFF 6.0, section 2: the byte order, the number 42, the offset of the first IFD.
    let isBigEndian: Bool
    switch exif.prefix(4) {
    case [0x49, 0x49, 42, 0]: isBigEndian = false
    case [0x4D, 0x4D, 0, 42]: isBigEndian = true
    default: return nil
    }
    func integer(at offset: Int, byteCount: Int) -> Int? {
      guard offset >= 0, offset <= exif.count - byteCount else { return nil }
      let bytes = exif[offset..<offset + byteCount]
      return isBigEndian
        ? bytes.reduce(0) { $0 << 8 | Int($1) } : bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = integer(at: 4, byteCount: 4), directory >= 8,
      let entryCount = integer(at: directory, byteCount: 2),
      // A directory that is not all there is not believed in part.
      directory + 2 + 12 * entryCount <= exif.count
    else { return nil }
    for index in 0..<entryCount {
      let entry = directory + 2 + 12 * index
      guard let tag = integer(at: entry, byteCount: 2) else { return nil }
      guard tag == 274 else { continue }
      let (short, one) = (3, 1)
      guard integer(at: entry + 2, byteCount: 2) == short,
        integer(at: entry + 4, byteCount: 4) == one,
        let value = integer(at: entry + 8, byteCount: 2)
      else { return nil }
      orientation = Orientation(rawValue: value) ?? .upright
      valueOffset = entry + 8
      self.isBigEndian = isBigEndian
      return
    }
    return nil
  }

  /// Puts `orientation` in the place of the value that was found in `exif`.
  func replace(with orientation: Orientation, in exif: inout [UInt8]) {
    let value = UInt8(orientation.rawValue)
    exif[valueOffset] = isBigEndian ? 0 : value
    exif[valueOffset + 1] = isBigEndian ? value : 0
  }

  /// The contents of an eXIf chunk that says nothing but the orientation.
  static func minimalExif(_ orientation: Orientation) -> [UInt8] {
    [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8,  // big-endian, the IFD follows
      0, 1,  // one entry
      0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation.rawValue), 0, 0,
      0, 0, 0, 0,  // no further IFD
    ]
  }
}
