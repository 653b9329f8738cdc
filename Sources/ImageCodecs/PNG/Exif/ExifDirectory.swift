/// The first directory in the contents of an eXIf chunk: what Exif says of the picture as a whole.
///
/// It is read entry by entry, and no pointer to another directory is followed, so nothing in the
/// bytes can make this loop. A directory that is not all there is not believed in part.
struct ExifDirectory {
  /// What stands under a tag (TIFF 6.0, section 2).
  struct Entry {
    let type: Int
    let count: Int
    /// The offset of the four bytes that hold the value, or where it is.
    let valueOffset: Int

    static let text = 2
    static let short = 3
  }

  private let numbers: Numbers
  private let start: Int
  private let entryCount: Int

  var isBigEndian: Bool { numbers.isBigEndian }

  /// Nil where the bytes are no Exif, or the directory reaches beyond their end.
  init?(_ exif: [UInt8]) {
    guard let numbers = Numbers(exif), let directory = numbers.integer(at: 4, byteCount: 4),
      directory >= 8, let entryCount = numbers.integer(at: directory, byteCount: 2),
      directory + 2 + 12 * entryCount <= exif.count
    else { return nil }
    self.numbers = numbers
    start = directory + 2
    self.entryCount = entryCount
  }

  /// The first entry with that tag.
  func entry(_ tag: Int) -> Entry? {
    for index in 0..<entryCount {
      let entry = start + 12 * index
      guard integer(at: entry, byteCount: 2) == tag else { continue }
      guard let type = integer(at: entry + 2, byteCount: 2),
        let count = integer(at: entry + 4, byteCount: 4)
      else { return nil }
      return Entry(type: type, count: count, valueOffset: entry + 8)
    }
    return nil
  }

  /// The unsigned number in so many bytes, or nil where they are not all there.
  func integer(at offset: Int, byteCount: Int) -> Int? {
    numbers.integer(at: offset, byteCount: byteCount)
  }

  /// The bytes of a text, its end included; nil for none, for one that is not all there, and for
  /// spaces, which stand for nothing.
  func text(_ tag: Int) -> [UInt8]? {
    guard let entry = entry(tag), entry.type == Entry.text else { return nil }
    // What fits stands in the entry itself.
    let offset =
      entry.count <= 4 ? entry.valueOffset : integer(at: entry.valueOffset, byteCount: 4)
    guard let offset, entry.count <= numbers.bytes.count - offset else { return nil }
    let text = numbers.bytes[offset..<offset + entry.count]
    return text.allSatisfy { $0 == 0 || $0 == UInt8(ascii: " ") } ? nil : Array(text)
  }

  /// The bytes, and the order in which those of a number come.
  private struct Numbers {
    let bytes: [UInt8]
    let isBigEndian: Bool

    init?(_ bytes: [UInt8]) {
      // TIFF 6.0, section 2: the byte order, the number 42, the offset of the first directory.
      switch bytes.prefix(4) {
      case [0x49, 0x49, 42, 0]: isBigEndian = false
      case [0x4D, 0x4D, 0, 42]: isBigEndian = true
      default: return nil
      }
      self.bytes = bytes
    }

    func integer(at offset: Int, byteCount: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - byteCount else { return nil }
      let number = bytes[offset..<offset + byteCount]
      return isBigEndian
        ? number.reduce(0) { $0 << 8 | Int($1) }
        : number.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
