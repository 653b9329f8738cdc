import Raster

/// The little of eXIf that may be told to everybody: how the picture lies, and whose it is.
///
/// Where it was taken, when, with which camera, and the small picture inside stay behind.
struct ExifExcerpt {
  /// Artist and Copyright (Exif 2.32, section 4.6.4 D).
  private static let textTags = [315, 33432]

  private var orientation: Orientation
  private var texts: [(tag: Int, bytes: [UInt8])] = []

  /// - Parameter exif: the contents of an eXIf chunk; nil for none.
  init(of exif: [UInt8]?, orientation: Orientation) {
    self.orientation = orientation
    guard let exif, let directory = ExifDirectory(exif) else { return }
    texts = Self.textTags.compactMap { tag in directory.text(tag).map { (tag, $0) } }
    // Texts that lie over one another could be made longer than the bytes they are in.
    if texts.reduce(0, { $0 + $1.bytes.count }) > exif.count { texts = [] }
  }

  /// Whether it names an owner.
  var hasTexts: Bool { !texts.isEmpty }

  /// Whether it says anything.
  var isEmpty: Bool { texts.isEmpty && orientation == .upright }

  /// The contents of an eXIf chunk that says this and nothing else.
  var exif: [UInt8] {
    func bytes(_ value: Int, count: Int) -> [UInt8] {
      (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    func entry(_ tag: Int, _ type: Int, count: Int, _ value: [UInt8]) -> [UInt8] {
      bytes(tag, count: 2) + bytes(type, count: 2) + bytes(count, count: 4)
        + value + [UInt8](repeating: 0, count: 4 - value.count)
    }
    // Big-endian; the directory follows, its entries sorted by tag.
    let directoryOffset = 8
    let entryCount = 1 + texts.count
    var directory = bytes(entryCount, count: 2)
    directory += entry(
      ExifOrientation.tag, ExifDirectory.Entry.short, count: 1,
      bytes(orientation.rawValue, count: 2))
    let valuesOffset = directoryOffset + 2 + 12 * entryCount + 4
    var values: [UInt8] = []
    for text in texts {
      let fits = text.bytes.count <= 4
      directory += entry(
        text.tag, ExifDirectory.Entry.text, count: text.bytes.count,
        fits ? text.bytes : bytes(valuesOffset + values.count, count: 4))
      if fits { continue }
      // Values start at even offsets.
      values += text.bytes + (text.bytes.count.isMultiple(of: 2) ? [] : [0])
    }
    return [0x4D, 0x4D, 0, 42] + bytes(directoryOffset, count: 4) + directory
      + bytes(0, count: 4) + values
  }
}
