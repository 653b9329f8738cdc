/// One chunk of a PNG file (PNG specification, third edition, section 5.3), which may lie.
struct PNGChunk {
  var type: String
  var contents: [UInt8]

  /// What the file claims, where that is not the truth.
  var claimedByteCount: UInt32?
  var hasWrongChecksum = false

  init(_ type: String, _ contents: [UInt8] = []) {
    self.type = type
    self.contents = contents
  }

  var bytes: [UInt8] {
    let checked = [UInt8](type) + contents
    let checksum = Checksums.crc32(checked) ^ (hasWrongChecksum ? 1 : 0)
    return [UInt8](bigEndian: claimedByteCount ?? UInt32(contents.count)) + checked
      + [UInt8](bigEndian: checksum)
  }
}

/// The chunks of a PNG file, to be changed at will before they become bytes.
struct PNGChunks {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  var list: [PNGChunk]

  var bytes: [UInt8] { list.reduce(into: Self.signature) { $0 += $1.bytes } }

  /// The offset of the first chunk of `type`, or of the end where there is none.
  func offset(of type: String) -> Int {
    list.prefix { $0.type != type }.reduce(Self.signature.count) { $0 + $1.bytes.count }
  }

  /// The offset of the last chunk of `type`, which is there.
  func offset(ofLast type: String) -> Int {
    let place = list.lastIndex { $0.type == type } ?? 0
    return list[..<place].reduce(Self.signature.count) { $0 + $1.bytes.count }
  }

  /// The chunks after `change` was made to each of `type`.
  func changing(_ type: String, _ change: (inout PNGChunk) -> Void) -> PNGChunks {
    var changed = self
    for index in list.indices where list[index].type == type { change(&changed.list[index]) }
    return changed
  }

  func removing(_ type: String) -> PNGChunks { PNGChunks(list: list.filter { $0.type != type }) }

  /// The chunks with others before the first of `type`, or at the end where there is none.
  func inserting(_ others: [PNGChunk], before type: String) -> PNGChunks {
    let place = list.firstIndex { $0.type == type } ?? list.endIndex
    return PNGChunks(list: Array(list[..<place]) + others + Array(list[place...]))
  }
}
