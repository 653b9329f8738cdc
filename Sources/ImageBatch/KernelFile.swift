import SystemPackage

/// The content of a small text file of the kernel's, as in proc(5).
struct KernelFile {
  private let text: String

  /// Nil where there is no such file.
  init?(_ path: String) {
    guard
      let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    else { return nil }
    defer { try? descriptor.close() }
    let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
      let room = UnsafeMutableRawBufferPointer(buffer)
      while count < room.count,
        let got = try? descriptor.read(into: .init(rebasing: room[count...])), got > 0
      {
        count += got
      }
    }
    text = String(decoding: bytes, as: UTF8.self)
  }

  // By bytes: to find the characters of a long file would take longer than to read it.
  var lines: [Substring] { text.utf8.split(separator: UInt8(ascii: "\n")).map(Substring.init) }

  var words: [Substring] { text.split { $0.isWhitespace } }

  /// The number that the file consists of; nil for a word such as `max`.
  var number: Int? { words.first.flatMap { Int($0) } }

  /// The number behind `key` on the line that starts with it.
  func value(of key: String) -> Int? {
    for line in lines where line.utf8.starts(with: key.utf8) {
      let words = line.split(separator: " ")
      if words.count >= 2, words[0] == key { return Int(words[1]) }
    }
    return nil
  }
}
