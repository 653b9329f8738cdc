/// The contents of eXIf chunks (Exif 2.32): a TIFF file without a picture.
enum Exif {
  enum ByteOrder: String, CaseIterable {
    case little = "II"
    case big = "MM"
  }

  /// A directory with the width of the picture, the orientation and the unit of the resolution, so
  /// that the orientation is neither the first tag nor the last.
  static func bytes(orientation: UInt16, _ order: ByteOrder) -> [UInt8] {
    func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
      order == .big ? [UInt8](bigEndian: value) : [UInt8](littleEndian: value)
    }
    let (short, directoryOffset): (UInt16, UInt32) = (3, 8)
    let entries: [(tag: UInt16, value: UInt16)] = [(256, 8), (274, orientation), (296, 2)]
    var exif = [UInt8](order.rawValue) + bytes(UInt16(42)) + bytes(directoryOffset)
    exif += bytes(UInt16(entries.count))
    for entry in entries {
      exif += bytes(entry.tag) + bytes(short) + bytes(UInt32(1)) + bytes(entry.value) + [0, 0]
    }
    return exif + bytes(UInt32(0))
  }
}
