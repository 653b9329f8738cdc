import Raster

/// Where the Orientation tag stands in the contents of an eXIf chunk, and what it says.
///
/// Only the form that Exif 2.32 gives it counts (section 4.6.4 A, tag 274: one SHORT, in the 0th
/// IFD); what is formed otherwise says nothing.
struct ExifOrientation {
  static let tag = 274

  /// The orientation; upright for a value that does not exist.
  let orientation: Orientation

  /// The offset of the value's two bytes.
  private let valueOffset: Int
  private let isBigEndian: Bool

  /// Finds the tag, or nil where there is none in the proper form.
  init?(_ exif: [UInt8]) {
    guard let directory = ExifDirectory(exif), let entry = directory.entry(Self.tag),
      entry.type == ExifDirectory.Entry.short, entry.count == 1,
      let value = directory.integer(at: entry.valueOffset, byteCount: 2)
    else { return nil }
    orientation = Orientation(rawValue: value) ?? .upright
    valueOffset = entry.valueOffset
    isBigEndian = directory.isBigEndian
  }

  /// Puts `orientation` in the place of the value that was found in `exif`.
  func replace(with orientation: Orientation, in exif: inout [UInt8]) {
    let value = UInt8(orientation.rawValue)
    exif[valueOffset] = isBigEndian ? 0 : value
    exif[valueOffset + 1] = isBigEndian ? value : 0
  }
}
